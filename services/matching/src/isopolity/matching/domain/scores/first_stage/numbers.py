"""The numbers by which the first stage values pairs of cities, as arrays for compiled kernels.

Invariant: the value of a pair is symmetric and depends on the two cities and the weights alone, so that the numbers of
one city can be replaced without touching those of the others.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats32, Integers, Integers16, Unsigned64
from isopolity.matching.domain.scores.blockers import RuleColumns
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.first_stage.sketch import Sketch, sketch_of
from isopolity.matching.domain.scores.first_stage.slots import nearness_parts, slots_of
from isopolity.matching.domain.scores.weights import Weights

_OCTETS: Final = 8
"""Octets in a word of 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStageNumbers:
    """The numbers of n cities.

    The value of a pair is `balance` · sqrt(g · h) + `single` · (g + h) + `language` · c + the product of sketches. Here
    g and h are what each city gets, by subjects and topics; c is 1 with a common language, 0.5 if one of the cities has
    named no language, else 0. A pair in which neither city gets anything cannot be proposed.
    """

    sketch: Sketch
    needs: Integers16
    """(slots, FIELDS, n): the needs of each city, one behind the other; see `slots_of`."""
    offers: Integers16
    """(slots, FIELDS, n): the city's offers, as its needs are."""
    mobility: Integers
    nearness: Floats32
    """(PARTS, subjects, subjects): see `nearness_parts`."""
    rules: RuleColumns
    spoken: Unsigned64
    """(words, n): one bit for each language that the city speaks; all are 0 if it has not named any."""
    balance: float
    single: float
    language: float

    def __len__(self) -> int:
        return len(self.mobility)


def first_stage_numbers(profiles: Profiles, weights: Weights) -> FirstStageNumbers:
    """The numbers of all cities in `profiles`."""
    parts = weights.twinning
    whole = sum(parts.values())
    return FirstStageNumbers(
        sketch=sketch_of(profiles, parts),
        needs=slots_of(profiles.needs, len(profiles)),
        offers=slots_of(profiles.offers, len(profiles)),
        mobility=profiles.mobility,
        nearness=nearness_parts(tuple(profiles.numbers["subject"]), weights.neighbours),
        rules=RuleColumns.of(profiles),
        spoken=_spoken(profiles),
        balance=parts["balance"] / whole,
        single=parts["needs-a"] / whole,
        language=parts["language"] / whole,
    )


def compatible_numbers(known: FirstStageNumbers, profiles: Profiles, weights: Weights) -> FirstStageNumbers:
    """The numbers of further cities, whose profiles use the code numbers of `known`, to be joined with `known`."""
    return replace(
        known,
        sketch=sketch_of(profiles, weights.twinning),
        needs=slots_of(profiles.needs, len(profiles)),
        offers=slots_of(profiles.offers, len(profiles)),
        mobility=profiles.mobility,
        rules=RuleColumns.of(profiles),
        spoken=_spoken(profiles),
    )


def _spoken(profiles: Profiles) -> Unsigned64:
    octets = np.packbits(profiles.languages, axis=1, bitorder="little")
    words = np.zeros((len(profiles), -(-octets.shape[1] // _OCTETS)), "<u8")
    words.view(np.uint8)[:, : octets.shape[1]] = octets
    return np.ascontiguousarray(words.T, np.uint64)
