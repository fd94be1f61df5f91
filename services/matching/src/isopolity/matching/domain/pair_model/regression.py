"""A logistic regression on counts: a Gaussian prior, the most probable coefficients, and Laplace's approximation.

Of each row, `trials` counts how many there were and `yes` how many succeeded; both may be decayed, so that they need
not be whole. The posterior is taken to be Gaussian, with the curvature at its mode as precision. The spread of the
prior of each block of coefficients is the one that its own trials make likeliest (empirical Bayes, MacKay 1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats

_STEPS: Final = 50
_CLOSE: Final = 1e-6
_TURNS: Final = 30
_SAME: Final = 0.005
"""Spreads that differ by less are the same."""
_INTERCEPT: Final = 3.0
"""The standard deviation of the intercept."""
_ROUNDING: Final = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussian:
    """A normal distribution of coefficients."""

    mean: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Trials by row, one or more rows."""

    columns: Floats
    """(rows, coefficients)."""
    trials: Floats
    yes: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Coefficients in a row that share a prior: mean 0, and the covariance `shape` times the square of a spread."""

    start: int
    shape: Floats

    @property
    def own(self) -> slice:
        """The places of its coefficients."""
        return slice(self.start, self.start + len(self.shape))

    def spread(self, found: Gaussian, before: float) -> float:
        """The spread that makes the trials most likely, by one step from the one before (MacKay 1992)."""
        inverse = _inverse(self.shape)
        mean = found.mean[self.own]
        known = len(self.shape) - np.trace(inverse @ found.covariance[self.own, self.own]) / before**2
        return float(np.sqrt(mean @ inverse @ mean / max(known, _CLOSE)))


def learned_in_blocks(
    of: Trials, intercept: float, blocks: Sequence[Block], spreads: tuple[float, float], at_first: float
) -> Gaussian:
    """The posterior of an intercept and of blocks of coefficients, each with the spread that its trials speak for.

    A block without an effect gets the least of `spreads`, so that what is chance is not taken for an effect.
    """
    size = 1 + sum(len(block.shape) for block in blocks)
    spread = np.full(len(blocks), at_first)
    prior = Gaussian(mean=np.zeros(size), covariance=np.zeros((size, size)))
    prior.mean[0], prior.covariance[0, 0] = intercept, _INTERCEPT**2
    found = None
    for _ in range(_TURNS):
        for block, each in zip(blocks, spread, strict=True):
            prior.covariance[block.own, block.own] = each**2 * block.shape
        found = learned(of, prior, None if found is None else found.mean)
        steps = [block.spread(found, each) for block, each in zip(blocks, spread.tolist(), strict=True)]
        better = np.clip(steps, *spreads)
        if np.abs(better - spread).max() < _SAME:
            break
        spread = better
    assert found is not None  # noqa: S101 - there is a first turn
    return found


def learned(of: Trials, prior: Gaussian, start: Floats | None = None) -> Gaussian:
    """The posterior of the coefficients, by Newton's method with step halving; the density has one mode."""
    precision = _inverse(prior.covariance)
    found: Floats = (prior.mean if start is None else start).copy()
    for _ in range(_STEPS):
        slope, curve = _derivatives(of, found, prior.mean, precision)
        step = np.asarray(np.linalg.solve(curve, slope), np.float64)
        at = _density(of, found, prior.mean, precision)
        while _density(of, found + step, prior.mean, precision) < at - _ROUNDING * abs(at):
            step = np.asarray(step / 2, np.float64)
        found = np.asarray(found + step, np.float64)
        if np.abs(step).max() < _CLOSE:
            break
    _, curve = _derivatives(of, found, prior.mean, precision)
    return Gaussian(mean=found, covariance=_inverse(curve))


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def chance(odds: Floats) -> Floats:
    """The chance of a logarithm of odds."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * odds)), np.float64)


def log_odds(chances: Floats) -> Floats:
    """The logarithm of the odds of chances in (0, 1)."""
    return np.asarray(np.log(chances) - np.log1p(-chances), np.float64)


def _density(of: Trials, at: Floats, mean: Floats, precision: Floats) -> float:
    """The logarithm of the density of the posterior, but for a constant."""
    odds = of.columns @ at
    likely = of.yes @ odds - of.trials @ np.logaddexp(0, odds)
    return float(likely - 0.5 * (at - mean) @ precision @ (at - mean))


def _derivatives(of: Trials, at: Floats, mean: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """The gradient of the logarithm of the density, and its negative second derivatives."""
    likely = chance(of.columns @ at)
    slope = of.columns.T @ (of.yes - of.trials * likely) - precision @ (at - mean)
    curve = (of.columns.T * (of.trials * likely * (1 - likely))) @ of.columns + precision
    return slope, curve
