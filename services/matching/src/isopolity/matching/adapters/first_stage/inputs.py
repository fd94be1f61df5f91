"""What the kernels of the first stage are given: numbers, lists and languages as arrays."""

from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats32, Integers, Integers32, Unsigned32, Unsigned64
from isopolity.matching.compiled import borrowing
from isopolity.matching.domain.first_stage_numbers import LOG_UNIT, FirstStageNumbers
from isopolity.matching.domain.scores.score import UNKNOWN
from isopolity.matching.domain.sketch import UNIT

LARGEST: Final = np.uint32(8191)
"""In LOG_UNITs: all of 13 bits; 1 - exp(-8) is as good as everything."""
_MET: Final[Floats32] = (-np.expm1(-np.arange(int(LARGEST) + 1) / LOG_UNIT)).astype(np.float32)
_UNKNOWN: Final = np.float32(UNKNOWN)
NOTHING: Final = np.float32(-np.inf)
"""The value of a pair that cannot be proposed."""


class Inputs(NamedTuple):
    """FirstStageNumbers as the kernels take them."""

    left: Floats32
    right: Floats32
    needs: Unsigned32
    offers: Unsigned32
    mobility: Integers
    logs: Integers32
    logs_by_offer: Integers32
    possible: Integers32
    country: Integers
    wants_own_country: Booleans
    met: Floats32
    """1 - exp(-x) by x in LOG_UNITs."""
    spoken: Unsigned64
    weights: Floats32
    """Of the balance, of either side, of a common language, and of the sketch's product."""


class Listed(NamedTuple):
    """ExcludedPairs, and which columns may be chosen."""

    start: Integers
    other: Integers32
    columns: Booleans


class Tongues(NamedTuple):
    """The languages of all cities, each set of languages once."""

    words: Unsigned64
    """(words, sets): a bit a language."""
    of: Integers
    """(n,): the set of each city."""


def inputs_of(numbers: FirstStageNumbers) -> Inputs:
    """The numbers as the kernels take them."""
    return Inputs(
        left=numbers.sketch.left,
        right=numbers.sketch.right,
        needs=numbers.needs,
        offers=numbers.offers,
        mobility=numbers.mobility,
        logs=numbers.logs,
        logs_by_offer=numbers.logs_by_offer,
        possible=numbers.possible,
        country=numbers.country,
        wants_own_country=numbers.wants_own_country,
        met=_MET,
        spoken=numbers.spoken,
        weights=np.array([numbers.balance, numbers.single, numbers.language, UNIT], np.float32),
    )


def tongues_of(spoken: Unsigned64) -> Tongues:
    """The languages of all cities, each set once."""
    order = np.lexsort((np.arange(spoken.shape[1]), *spoken))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (spoken[:, order[1:]] != spoken[:, order[:-1]]).any(axis=0)
    of = np.empty(len(order), np.int64)
    of[order] = np.cumsum(is_new) - 1
    return Tongues(words=np.ascontiguousarray(spoken[:, order[is_new]]), of=of)


@borrowing
def fill_tables(city: int, inputs: Inputs, tables: Unsigned32) -> None:
    """By mobility and kind: what an offer would meet of this city's needs, and what of a need of it, this city."""
    kinds, mine = len(inputs.logs), inputs.mobility[city]
    tables[:] = 0
    for other in range(4):
        met, wanted = tables[0, other * kinds : (other + 1) * kinds], tables[1, other * kinds : (other + 1) * kinds]
        for slot in range(len(inputs.needs)):
            weights = inputs.logs[np.int64(inputs.needs[slot, city]) - mine * kinds]
            for kind in range(kinds):
                met[kind] += weights[kind]
        can = inputs.possible[mine, other]
        for kind in range(kinds):
            met[kind] &= can[kind]
        for slot in range(len(inputs.offers)):
            offer = np.int64(inputs.offers[slot, city]) - mine * kinds
            if inputs.possible[other, mine, offer] != 0:
                weights = inputs.logs_by_offer[offer]
                for kind in range(kinds):
                    wanted[kind] += weights[kind]


@borrowing
def speak(mine: Unsigned64, theirs: Unsigned64, weight: float, spoken: Floats32) -> None:
    """What a common language is worth: all of the weight or nothing, and half of it where a side has named none."""
    half = _UNKNOWN * weight
    speaks, nothing = np.uint64(0), np.uint64(0)
    for word in range(len(mine)):
        speaks |= mine[word]
    for at in range(theirs.shape[1]):
        common, known = nothing, nothing
        for word in range(len(mine)):
            common |= mine[word] & theirs[word, at]
            known |= theirs[word, at]
        spoken[at] = half if speaks == nothing or known == nothing else weight if common != nothing else np.float32(0)
