"""What the kernels of the first stage are given: numbers, lists and languages as arrays."""

from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats32, Integers, Integers32, Unsigned32, Unsigned64
from isopolity.matching.domain.first_stage_numbers import LOG_UNIT, StageNumbers
from isopolity.matching.domain.sketch import UNIT

LARGEST: Final = np.uint32(8191)
"""In LOG_UNITs: all of 13 bits; 1 - exp(-8) is as good as everything."""
_MET: Final[Floats32] = (-np.expm1(-np.arange(int(LARGEST) + 1) / LOG_UNIT)).astype(np.float32)
NOTHING: Final = np.float32(-np.inf)
"""The value of a pair that cannot be proposed."""


class Inputs(NamedTuple):
    """StageNumbers as the kernels take them."""

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


def inputs_of(numbers: StageNumbers) -> Inputs:
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
