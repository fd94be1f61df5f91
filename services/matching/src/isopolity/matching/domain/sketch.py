"""A city in some fifty numbers, so that an inner product tells what a pair is worth beyond needs, offers and languages.

The first stage weighs all pairs by it, the full score then decides among the best. Its invariant: the numbers are small
integers, so their products are exact in float32, in whatever order they are added up; and they depend on the city and
the weights alone, so that a change of one member changes nobody else's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats, Floats32, Integers
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.strength import APART
from isopolity.matching.domain.scores.twinning import HALF_WAY_KM, SIZE_RATIO
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM, unit_vectors

_STEPS: Final = 32
_SCALE: Final = 1 << 12
"""Features are whole 32nds, tables whole 2**-12: sums stay below 2**24, from where on float32 skips integers."""
UNIT: Final = 1 / (_STEPS * _STEPS * _SCALE)
_KNOTS: Final = np.log(10) * np.concatenate(([3, 3.5], np.arange(4, 7.01, 0.25), [7.5]))
"""Sizes (as logarithms) between which a city is placed; most cities of the world lie where they are dense."""
_UNKNOWN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """left[a] · right[b] · UNIT is the share of the whole score that the parts beyond needs have, up to a constant.

    It is symmetric: left[b] · right[a] is the same. Both are (n, numbers), whole numbers as float32.
    """

    left: Floats32
    right: Floats32


def sketched(profiles: Profiles, weights: Mapping[str, float]) -> Sketch:
    """The sketch of every city; `weights` are those of a twinning's parts."""
    whole = sum(weights.values())
    blocks = (
        (weights["size"], *_size(profiles)),
        (weights["distance"], *_place(profiles)),
        (weights["setting"], *_setting(profiles)),
        (weights["network"], *_network(profiles)),
    )
    left = [np.rint(features * _STEPS) for _, features, _ in blocks]
    tables = [np.rint(weight / whole * table * _SCALE) for weight, _, table in blocks]
    right = [features @ table for features, table in zip(left, tables, strict=True)]
    return Sketch(left=np.hstack(left).astype(np.float32), right=np.hstack(right).astype(np.float32))


def _size(profiles: Profiles) -> tuple[Floats, Floats]:
    """Each city between two knots; an unknown size has a knot of its own, half like all others."""
    with np.errstate(divide="ignore"):
        size = np.log(profiles.population)
    known = np.isfinite(size)
    place = np.clip(np.where(known, size, 0), _KNOTS[0], _KNOTS[-1])
    features = np.zeros((len(profiles), len(_KNOTS) + 1))
    below = np.clip(np.searchsorted(_KNOTS, place, side="right") - 1, 0, len(_KNOTS) - 2)
    beyond = (place - _KNOTS[below]) / np.diff(_KNOTS)[below]
    rows = np.flatnonzero(known)
    features[rows, below[rows]], features[rows, below[rows] + 1] = 1 - beyond[rows], beyond[rows]
    features[:, -1] = ~known
    table = np.full((len(_KNOTS) + 1, len(_KNOTS) + 1), _UNKNOWN)
    apart = np.abs(_KNOTS[:, None] - _KNOTS[None, :]) / np.log(SIZE_RATIO)
    table[:-1, :-1] = np.clip(1 - apart, 0, 1)
    return np.asarray(features, np.float64), table


def _place(profiles: Profiles) -> tuple[Floats, Floats]:
    """What distance takes from a pair, as far as the two would travel.

    Nearness is a polynomial of the cosine of the angle between two places, which is an inner product itself.
    """
    axes = unit_vectors(profiles.latitude, profiles.longitude).T
    squares = [axes[i] * axes[j] * (1 if i == j else np.sqrt(2)) for i in range(3) for j in range(i, 3)]
    known = np.column_stack((np.ones(len(profiles)), *axes, *squares))
    known[np.isnan(known).any(axis=1)] = 0
    features = np.column_stack((np.ones(len(profiles)), known)) * np.sqrt(travelling(profiles))[:, None]
    constant, linear, square = _nearness_by_cosine()
    return features, _diagonal(_UNKNOWN - 1, constant - _UNKNOWN, *[linear] * 3, *[square] * 6)


def travelling(profiles: Profiles) -> Floats:
    """The share of what each city needs and offers that somebody would travel for; a pair's is some mean of both."""
    city = np.concatenate((profiles.needs.city, profiles.offers.city))
    much = np.concatenate((profiles.needs.intensity, profiles.offers.intensity)).astype(np.float64)
    apart = APART[np.concatenate((profiles.needs.mode, profiles.offers.mode))]
    whole, travelled = (np.bincount(city, weights, len(profiles)) for weights in (much, much * ~apart))
    share = np.where(whole > 0, travelled / np.maximum(whole, 1), _UNKNOWN)
    return np.where(profiles.mobility > 0, share, 0.0)


@cache
def _nearness_by_cosine() -> tuple[float, float, float]:
    km = np.linspace(0, np.pi * EARTH_RADIUS_KM, 400)
    square, linear, constant = np.polyfit(np.cos(km / EARTH_RADIUS_KM), 1 / (1 + km / HALF_WAY_KM), 2)
    return float(constant), float(linear), float(square)


def _setting(profiles: Profiles) -> tuple[Floats, Floats]:
    kinds, fields = _one_hot(profiles, "kind"), _one_hot(profiles, "creative_field")
    features = np.column_stack((kinds, fields, profiles.learning))
    return np.asarray(features, np.float64), _diagonal(*[0.4] * kinds.shape[1], *[0.3] * fields.shape[1], 0.3)


def _network(profiles: Profiles) -> tuple[Floats, Floats]:
    """First ties and other regions; that two tied cities are in one component is taken for granted."""
    regions = _one_hot(profiles, "region")
    features = np.column_stack((np.ones(len(profiles)), profiles.has_tie, regions))
    table = _diagonal(0.0, -0.3, *[-0.3] * regions.shape[1])
    table[0, 1] = table[1, 0] = -0.2
    return np.asarray(features, np.float64), table


def _one_hot(profiles: Profiles, name: str) -> Floats:
    codes: Integers = getattr(profiles, name)
    return np.asarray(codes[:, None] == np.arange(len(profiles.numbers[name]))[None, :], np.float64)


def _diagonal(*values: float) -> Floats:
    return np.asarray(np.diag(values), np.float64)
