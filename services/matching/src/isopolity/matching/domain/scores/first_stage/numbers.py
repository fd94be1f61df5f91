"""The numbers by which the first stage values pairs of cities, as arrays for compiled kernels.

Invariant: the value of a pair is symmetric and depends on the two cities and the weights alone, so that the numbers of
one city can be replaced without touching those of the others.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers, Integers32, Unsigned32, Unsigned64
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.blockers import RuleColumns
from isopolity.matching.domain.scores.city_arrays import Profiles, Topics
from isopolity.matching.domain.scores.first_stage.sketch import Sketch, sketch_of
from isopolity.matching.domain.scores.strength import LEVELS, MOBILITIES, MODES, POSSIBLE, weighed
from isopolity.matching.domain.scores.weights import Weights

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
