"""The pair model of one kind and role: by how much a pair raises or lowers the chance that this side says yes.

Invariant: an effect is bounded. Whatever was learned, the odds of a yes are at most `bound` times as large or as small
as without the model. Below `least` answers there is no model. It knows pairs by their cells, and no member. What it
says is for weights of rounds and for staff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.pair_model.characteristics import COUNTED, Cells
from isopolity.matching.domain.pair_model.regression import (
    Block,
    Gaussian,
    Trials,
    chance,
    learned_in_blocks,
    log_odds,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLearning:
    """The parameters of the pair model; standard deviations are of logarithms of odds."""

    least: int = 300
    """The number of answers, silence counted as one, below which there is no model: some ten for each coefficient."""
    bound: float = 6.0
    """The most by which the odds of a yes are multiplied or divided."""
    spread: float = 0.3
    """The standard deviation of the effects of a characteristic from which the search for the likeliest one begins."""
    spreads: tuple[float, float] = (0.02, 1.5)
    """Bounds of the standard deviation of the effects of a characteristic."""
    apart: float = 0.5
    """The standard deviation of the difference of a level from others of its group, as a share of that."""
    curiosity: float = 0.5
    """How many standard deviations an effect is raised by, so that pairs of which little is known are tried."""


DEFAULT_PAIR_LEARNING: Final = PairLearning()
_CERTAIN: Final = 1.96
"""Standard deviations to both sides of the mean within which 95 % of a normal distribution are."""
_MEANS: Final = (0.05, 0.95)
"""Bounds of the mean from which the intercept starts."""


class CellCount(NamedTuple):
    """The answers in one cell: their plain `number`, and the decayed sums of all and of yes."""

    number: int
    trials: float
    yes: float

    def __add__(self, other: "CellCount") -> "CellCount":  # type: ignore[override] # counts are added, not joined
        return CellCount(self.number + other.number, self.trials + other.trials, self.yes + other.yes)


CellCounts = Mapping[str, CellCount]
"""By the text of the cell, the record of the side last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """The effect of one level against the average of all answers, as a factor of the odds of a yes."""

    characteristic: str
    level: str
    factor: float
    low: float
    high: float
    """Between `low` and `high` the factor lies with a probability of 95 %."""
    answers: int
    """How many answers were to pairs of this level."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PairModel:
    """What was learned of one kind and role."""

    cells: Cells
    learned: Gaussian
    """Of the intercept and then of each level."""
    usual: Floats
    """(levels,): the share of each level in all answers."""
    answers: int
    at_levels: Integers
    """(levels,): how many answers were to pairs of each level."""
    learning: PairLearning

    @classmethod
    def of(cls, kind: str, counts: CellCounts, learning: PairLearning = DEFAULT_PAIR_LEARNING) -> "PairModel | None":
        """The model of a kind from counts of one role; None below the least number of answers."""
        cells = COUNTED[kind]
        known = [(number, each) for text, each in counts.items() if (number := cells.number(text)) is not None]
        answers = sum(each.number for _, each in known)
        if answers < learning.least:
            return None
        ordered = sorted(known)
        columns = cells.columns(np.array([number for number, _ in ordered], np.int64))
        number, trials, yes = np.array([each for _, each in ordered], np.float64).T
        usual = trials @ columns / trials.sum()
        centred = np.column_stack((np.ones(len(trials)), columns - usual))
        blocks = _blocks(cells, learning.apart)
        intercept = float(log_odds(np.clip(yes.sum() / trials.sum(), *_MEANS)))
        found = Trials(columns=centred, trials=trials, yes=yes)
        return cls(
            cells=cells,
            learned=learned_in_blocks(found, intercept, blocks, learning.spreads, learning.spread),
            usual=usual,
            answers=answers,
            at_levels=(number @ columns).astype(np.int64),
            learning=learning,
        )

    def effects(self, cells: Integers) -> Floats:
        """The logarithm of the factor of the odds in each cell, bounded; uncertainty raises it by `curiosity`."""
        distinct, place = np.unique(cells, return_inverse=True)
        pairs = Cells(characteristics=self.cells.characteristics[:-1])
        own = sum(pairs.sizes)
        centred = pairs.columns(distinct) - self.usual[:own]
        mean, covariance = self.learned.mean[1 : own + 1], self.learned.covariance[1 : own + 1, 1 : own + 1]
        unsure = np.sqrt(np.einsum("ij,jk,ik->i", centred, covariance, centred))
        effect = centred @ mean + self.learning.curiosity * unsure
        most = log(self.learning.bound)
        return np.asarray(np.clip(effect, -most, most)[place.reshape(-1)], np.float64)

    def coefficients(self) -> Sequence[Coefficient]:
        """The effect of each level that some answer was to."""
        found, start = list[Coefficient](), 0
        for each in self.cells.characteristics:
            own = slice(start, start + len(each.levels))
            for place, words in enumerate(each.levels, start):
                if self.at_levels[place]:
                    found.append(self._coefficient(each.name, words, place, own))
            start = own.stop
        return found

    def _coefficient(self, characteristic: str, level: str, place: int, own: slice) -> Coefficient:
        toward = np.zeros(len(self.usual))
        toward[own] = -self.usual[own]
        toward[place] += 1
        effect = float(toward @ self.learned.mean[1:])
        unsure = _CERTAIN * sqrt(float(toward @ self.learned.covariance[1:, 1:] @ toward))
        low, factor, high = (exp(effect + each) for each in (-unsure, 0.0, unsure))
        return Coefficient(
            characteristic=characteristic,
            level=level,
            factor=factor,
            low=low,
            high=high,
            answers=int(self.at_levels[place]),
        )


def with_effects(chances: Floats, effects: Floats) -> Floats:
    """Chances whose odds are multiplied by the exponentials of `effects`."""
    return chance(log_odds(chances) + effects)


def _blocks(cells: Cells, apart: float) -> Sequence[Block]:
    """A block for each characteristic; levels of a group are expected to have effects alike."""
    blocks, start = list[Block](), 1
    for each in cells.characteristics:
        groups = np.array(each.alike or range(len(each.levels)))
        single = apart**2 * np.eye(len(groups)) if each.alike else 0.0
        blocks.append(Block(start=start, shape=(groups[:, None] == groups) + single))
        start += len(groups)
    return blocks
