"""The numbers by which the first stage values pairs of cities.

A city is sketched as some fifty numbers; their inner product gives the worth of a pair beyond needs, offers and
languages.

The first stage values all pairs with it; the full score decides among the best. Invariant: the numbers are small
integers, so that their products are exact in float32 in whatever order they are added up; and they depend on the city
and the weights alone, so that a change of one member changes the numbers of no other.

The numbers of all cities are arrays for compiled kernels. Invariant: the value of a pair is symmetric and depends on
the two cities and the weights alone, so that the numbers of one city can be replaced without touching those of the
others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import combinations_with_replacement
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32, Unsigned32, Unsigned64
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.blockers import RuleColumns
from isopolity.matching.domain.scores.city_arrays import Profiles, Topics
from isopolity.matching.domain.scores.strength import APART, LEVELS, MOBILITIES, MODES, POSSIBLE, weighed
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
from isopolity.matching.domain.scores.weights import UNKNOWN, Weights
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM, unit_vectors

_STEPS: Final = 32
_SCALE: Final = 1 << 12
"""Features are rounded to 1/32, tables to 2**-12: sums stay below 2**24, from where on float32 skips integers."""
UNIT: Final = 1 / (_STEPS * _STEPS * _SCALE)
_KNOTS: Final = np.log(10) * np.concatenate(([3, 3.5], np.arange(4, 7.01, 0.25), [7.5]))
"""Logarithms of populations between which a city's size is interpolated; dense where most cities of the world lie."""


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
    parts = (
        (weights["size"], *_size(profiles)),
        (weights["distance"], *_distance(profiles)),
        (weights["setting"], *_setting(profiles)),
        (weights["network"], *_network(profiles)),
    )
    left = [np.rint(features * _STEPS) for _, features, _ in parts]
    tables = [np.rint(weight / whole * table * _SCALE) for weight, _, table in parts]
    right = [features @ table for features, table in zip(left, tables, strict=True)]
    return Sketch(left=np.hstack(left).astype(np.float32), right=np.hstack(right).astype(np.float32))


def _size(profiles: Profiles) -> tuple[Floats, Floats]:
    """Features and table of the size: a city lies between two knots; an unknown size is a feature of its own."""
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
    return np.asarray(features, np.float64), size_value(sizes[:, None], sizes[None, :])


def _distance(profiles: Profiles) -> tuple[Floats, Floats]:
    """Features and table of the loss by distance, weighed by how much the two cities would travel.

    Nearness is approximated by a polynomial of the cosine of the angle between two places, an inner product itself.
    """
    axes = unit_vectors(profiles.latitude, profiles.longitude).T
    squares = [a * b * (1 if a is b else np.sqrt(2)) for a, b in combinations_with_replacement(axes, 2)]
    known = np.column_stack((np.ones(len(profiles)), *axes, *squares))
    known[np.isnan(known).any(axis=1)] = 0
    features = np.column_stack((np.ones(len(profiles)), known)) * np.sqrt(travel_share(profiles))[:, None]
    constant, linear, square = _nearness_by_cosine()
    return features, _diagonal(UNKNOWN - 1, constant - UNKNOWN, *[linear] * 3, *[square] * 6)


def travel_share(profiles: Profiles) -> Floats:
    """(n,): the share of a city's needs and offers that involve travel, in [0, 1].

    0.5 for a city without needs and offers, 0 for a city that neither travels nor hosts. A pair's share is
    the geometric mean of both.
    """
    city = np.concatenate((profiles.needs.city, profiles.offers.city))
    much = np.concatenate((profiles.needs.intensity, profiles.offers.intensity)).astype(np.float64)
    apart = APART[np.concatenate((profiles.needs.mode, profiles.offers.mode))]
    whole, travelled = (np.bincount(city, weights, len(profiles)) for weights in (much, much * ~apart))
    share = np.where(whole > 0, travelled / np.maximum(whole, 1), UNKNOWN)
    return np.where(profiles.mobility > 0, share, 0.0)


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


LOG_UNIT: Final = 1024
"""Units in 1 of -log(1 - strength): sums of whole numbers do not depend on the order of adding."""
_OCTETS: Final = 8
"""Octets in a word of 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStageNumbers:
    """The numbers of n cities; a kind is a (subject, intensity, mode), over all subjects that occur.

    The value of a pair is `balance` · sqrt(g · h) + `single` · (g + h) + `language` · c + the product of sketches. Here
    g and h are 1 - exp(-sum of logs) of what each city gets; c is 1 with a common language, 0.5 if one of the cities
    has named no language, else 0. A pair in which neither city gets anything cannot be proposed.
    """

    sketch: Sketch
    needs: Unsigned32
    """(slots, n): the city's mobility times (kinds + 1), plus the kind; an empty slot has the kind `kinds`."""
    offers: Unsigned32
    """(slots, n): the city's offers, coded as its needs are."""
    mobility: Integers
    logs: Integers32
    """(kinds + 1, kinds + 1): -log(1 - strength) of a need (row) with an offer, in LOG_UNITs; 0 for an empty slot."""
    logs_by_offer: Integers32
    """`logs` transposed: offer (row) by need."""
    possible: Integers32
    """(4, 4, kinds + 1), by mobilities of needer and offerer, kind of offer: -1 (all bits) if they can meet, else 0."""
    rules: RuleColumns
    spoken: Unsigned64
    """(words, n): one bit for each language that the city speaks; all are 0 if it has not named any."""
    balance: float
    single: float
    language: float

    def __len__(self) -> int:
        return len(self.mobility)

    @property
    def empty_slot(self) -> Unsigned32:
        """(n,): the value of a slot without a need or an offer."""
        return ((self.mobility + 1) * len(self.logs) - 1).astype(np.uint32)


def first_stage_numbers(profiles: Profiles, weights: Weights) -> FirstStageNumbers:
    """The numbers of all cities in `profiles`."""
    codes = list(profiles.numbers["subject"])
    kinds = _all_kinds(len(codes))
    parts = weights.twinning
    whole = sum(parts.values())
    logs = _logs(tuple(codes), weights.neighbours)
    return FirstStageNumbers(
        sketch=sketch_of(profiles, parts),
        needs=_slots(profiles.needs, profiles, len(kinds)),
        offers=_slots(profiles.offers, profiles, len(kinds)),
        mobility=profiles.mobility,
        logs=logs,
        logs_by_offer=logs.T.copy(),
        possible=_possible(kinds),
        rules=RuleColumns.of(profiles),
        spoken=_spoken(profiles),
        balance=parts["balance"] / whole,
        single=parts["needs-a"] / whole,
        language=parts["language"] / whole,
    )


def compatible_numbers(known: FirstStageNumbers, profiles: Profiles, weights: Weights) -> FirstStageNumbers:
    """The numbers of further cities, whose profiles use the code numbers of `known`, to be joined with `known`."""
    kinds = len(known.logs) - 1
    return replace(
        known,
        sketch=sketch_of(profiles, weights.twinning),
        needs=_slots(profiles.needs, profiles, kinds),
        offers=_slots(profiles.offers, profiles, kinds),
        mobility=profiles.mobility,
        rules=RuleColumns.of(profiles),
        spoken=_spoken(profiles),
    )


def _all_kinds(subjects: int) -> Integers:
    axes = np.meshgrid(np.arange(subjects), np.arange(1, LEVELS + 1), np.arange(len(MODES)), indexing="ij")
    return np.column_stack([axis.ravel() for axis in axes])


@lru_cache(maxsize=2)
def _logs(codes: tuple[str, ...], neighbours: float) -> Integers32:
    """The logs of all kinds of these subjects; cached, as they depend on codes and weights alone."""
    kinds, shares = _all_kinds(len(codes)), subjects.shares(codes, codes, neighbours)
    logs = np.zeros((len(kinds) + 1, len(kinds) + 1), np.int32)
    if len(kinds):
        logs[:-1, :-1] = np.rint(weighed(kinds, kinds, shares) * LOG_UNIT)
    logs.flags.writeable = False
    return logs


def _possible(kinds: Integers) -> Integers32:
    found = np.zeros((len(MOBILITIES), len(MOBILITIES), len(kinds) + 1), np.int32)
    found[:, :, :-1] = -np.moveaxis(POSSIBLE[kinds[:, 2]], 0, 2).astype(np.int32)
    return found


def _slots(topics: Topics, profiles: Profiles, kinds: int) -> Unsigned32:
    """(slots, n): the kinds of each city's topics in a column; there are as many slots as the largest city's topics."""
    kind = (topics.subject.astype(np.int64) * LEVELS + topics.intensity - 1) * len(MODES) + topics.mode
    order = np.argsort(topics.city, kind="stable")
    city = topics.city[order]
    count = np.bincount(city, minlength=len(profiles))
    slot = np.arange(len(city)) - (np.cumsum(count) - count)[city]
    found = np.full((count.max(initial=0), len(profiles)), kinds, np.uint32)
    found[slot, city] = kind[order]
    return found + (profiles.mobility * (kinds + 1)).astype(np.uint32)


def _spoken(profiles: Profiles) -> Unsigned64:
    octets = np.packbits(profiles.languages, axis=1, bitorder="little")
    words = np.zeros((len(profiles), -(-octets.shape[1] // _OCTETS)), "<u8")
    words.view(np.uint8)[:, : octets.shape[1]] = octets
    return np.ascontiguousarray(words.T, np.uint64)
