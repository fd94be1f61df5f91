"""The sketch of a city: some sixty numbers whose inner product gives the worth of a pair beyond needs, offers and
languages, for the first stage.

The first stage values all pairs with it; the full score decides among the best. Invariant: the numbers are small
integers, so that their products are exact in float32 in whatever order they are added up; and they depend on the city
and the weights alone, so that a change of one member changes the numbers of no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats, Floats32, Integers
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.hours import common_hours, hours_value
from isopolity.matching.domain.scores.strength import CARRIED, LIVE, TRAVELLED, WAY_NUMBERS, Way, asked_by
from isopolity.matching.domain.scores.twinning import (
    BOTH_LEARNING,
    COMPONENTS_JOINED,
    FIRST_TIE,
    REGIONS_LINKED,
    SAME_FIELD,
    SAME_KIND,
    nearness,
    size_value,
)
from isopolity.matching.domain.scores.weights import UNKNOWN
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM, unit_vectors

_STEPS: Final = 32
_SCALE: Final = 1 << 12
"""Features are rounded to 1/32, tables to 2**-12: sums stay below 2**24, from where on float32 skips integers."""
UNIT: Final = 1 / (_STEPS * _STEPS * _SCALE)
_KNOTS: Final = np.log(10) * np.concatenate(([3, 3.5], np.arange(4, 7.01, 0.25), [7.5]))
"""Logarithms of populations between which a city's size is interpolated; dense where most cities of the world lie."""
_WAVES: Final = 4
"""Waves over a day that the worth of common hours is made of."""
_NEED_COUNTS: Final = 0.3
"""The weight of a need against that of an offer among the ways in which a city works with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """left[a] · right[b] · UNIT is the part of the whole score beyond needs, offers and languages, up to a constant.

    The product is symmetric: left[a] · right[b] = left[b] · right[a]. Both arrays are (n, numbers), whole numbers as
    float32.
    """

    left: Floats32
    right: Floats32


def sketch_of(profiles: Profiles, weights: Mapping[str, float]) -> Sketch:
    """The sketch of every city; `weights` are those of a twinning's parts."""
    whole = sum(weights.values())
    ways = way_shares(profiles)
    parts = (
        (weights["size"], *_size(profiles, asked_by(ways, CARRIED))),
        (weights["distance"], *_distance(profiles, asked_by(ways, TRAVELLED))),
        (weights["hours"], *_hours(profiles, asked_by(ways, LIVE))),
        (weights["setting"], *_setting(profiles)),
        (weights["network"], *_network(profiles)),
    )
    left = [np.rint(features * _STEPS) for _, features, _ in parts]
    tables = [np.rint(weight / whole * table * _SCALE) for weight, _, table in parts]
    right = [features @ table for features, table in zip(left, tables, strict=True)]
    return Sketch(left=np.hstack(left).astype(np.float32), right=np.hstack(right).astype(np.float32))


def _size(profiles: Profiles, share: Floats) -> tuple[Floats, Floats]:
    """Features and table of the loss by size: a city lies between two knots; an unknown size is a feature."""
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
    sizes = np.append(_KNOTS, np.nan)
    return features * np.sqrt(share)[:, None], size_value(sizes[:, None], sizes[None, :]) - 1


def _distance(profiles: Profiles, share: Floats) -> tuple[Floats, Floats]:
    """Features and table of the loss by distance.

    Nearness is approximated by a polynomial of the cosine of the angle between two places, an inner product itself.
    """
    axes = unit_vectors(profiles.latitude, profiles.longitude).T
    squares = [a * b * (1 if a is b else np.sqrt(2)) for a, b in combinations_with_replacement(axes, 2)]
    known = np.column_stack((np.ones(len(profiles)), *axes, *squares))
    known[np.isnan(known).any(axis=1)] = 0
    features = np.column_stack((np.ones(len(profiles)), known)) * np.sqrt(share)[:, None]
    constant, linear, square = _nearness_by_cosine()
    return features, _diagonal(UNKNOWN - 1, constant - UNKNOWN, *[linear] * 3, *[square] * 6)


def _hours(profiles: Profiles, share: Floats) -> tuple[Floats, Floats]:
    """Features and table of the loss by working hours, which is a sum of waves over the hours of a day."""
    known = ~np.isnan(profiles.utc_offset)
    angle = np.where(known, profiles.utc_offset, 0) * (2 * np.pi / 24)
    waves = [wave(number * angle) for number in range(1, _WAVES + 1) for wave in (np.cos, np.sin)]
    features = np.column_stack((np.ones(len(profiles)), *(each * known for each in (np.ones(len(profiles)), *waves))))
    constant, *heights = _waves_of_hours()
    table = _diagonal(UNKNOWN - 1, constant - UNKNOWN, *np.repeat(heights, 2))
    return np.asarray(features * np.sqrt(share)[:, None], np.float64), table


def way_shares(profiles: Profiles) -> Floats:
    """(n, ways): the share of each way in what a city wants and gives, where offers count more: they set the mode.

    Even shares for a city without needs and offers; no visits for a city that neither travels nor hosts. Whatever
    matters to a share of what a pair would do is taken to matter to the geometric mean of both cities' shares.
    """
    found = np.zeros(len(profiles) * len(Way))
    for topics, counts in ((profiles.needs, _NEED_COUNTS), (profiles.offers, 1.0)):
        at = topics.city * len(Way) + WAY_NUMBERS[topics.mode]
        found += np.bincount(at, counts * topics.intensity, len(found))
    by_way = found.reshape(-1, len(Way))
    by_way[by_way.sum(axis=1) == 0] = 1
    by_way[profiles.mobility == 0, Way.VISITS] = 0
    least = _NEED_COUNTS  # a sum is that of one need or more, or 0 where only visits were left
    return np.asarray(by_way / np.maximum(by_way.sum(axis=1, keepdims=True), least), np.float64)


@cache
def _waves_of_hours() -> tuple[float, ...]:
    """The heights of the waves whose sum is the worth of common hours, by the difference of two times."""
    apart = np.linspace(0, 24, 480, endpoint=False)
    worth = hours_value(common_hours(apart, np.zeros_like(apart)))
    return tuple(
        float((worth * np.cos(2 * np.pi * number * apart / 24)).mean() * (2 if number else 1))
        for number in range(_WAVES + 1)
    )


@cache
def _nearness_by_cosine() -> tuple[float, float, float]:
    km = np.linspace(0, np.pi * EARTH_RADIUS_KM, 400)
    square, linear, constant = np.polyfit(np.cos(km / EARTH_RADIUS_KM), nearness(km), 2)
    return float(constant), float(linear), float(square)


def _setting(profiles: Profiles) -> tuple[Floats, Floats]:
    kinds, fields = _one_hot(profiles, "kind"), _one_hot(profiles, "creative_field")
    features = np.column_stack((kinds, fields, profiles.learning))
    table = _diagonal(*[SAME_KIND] * kinds.shape[1], *[SAME_FIELD] * fields.shape[1], BOTH_LEARNING)
    return np.asarray(features, np.float64), table


def _network(profiles: Profiles) -> tuple[Floats, Floats]:
    """Features and table of first ties and linked regions; two cities with ties are taken to be in one component."""
    regions = _one_hot(profiles, "region")
    features = np.column_stack((np.ones(len(profiles)), profiles.has_tie, regions))
    table = _diagonal(0.0, -COMPONENTS_JOINED, *[-REGIONS_LINKED] * regions.shape[1])
    table[0, 1] = table[1, 0] = -FIRST_TIE
    return np.asarray(features, np.float64), table


def _one_hot(profiles: Profiles, name: str) -> Floats:
    codes: Integers = getattr(profiles, name)
    return np.asarray(codes[:, None] == np.arange(len(profiles.numbers[name]))[None, :], np.float64)


def _diagonal(*values: float) -> Floats:
    return np.asarray(np.diag(values), np.float64)
