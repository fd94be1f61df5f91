"""What the kernels of the first stage are given: numbers, lists and languages as arrays."""

from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.domain.first_stage_numbers import LOG_UNIT, Naturals, Numbers, StageNumbers, Words
from isopolity.matching.domain.scores.city_arrays import Integers, Truths
from isopolity.matching.domain.sketch import UNIT, Singles

LARGEST: Final = np.uint32(8191)
"""In LOG_UNITs: all of 13 bits; 1 - exp(-8) is as good as everything."""
_MET: Final[Singles] = (-np.expm1(-np.arange(int(LARGEST) + 1) / LOG_UNIT)).astype(np.float32)
NOTHING: Final = np.float32(-np.inf)
"""The value of a pair that cannot be proposed."""


class Inputs(NamedTuple):
    """StageNumbers as the kernels take them."""

    left: Singles
    right: Singles
    needs: Naturals
    offers: Naturals
    mobility: Integers
    logs: Numbers
    logs_by_offer: Numbers
    possible: Numbers
    country: Integers
    wants_own_country: Truths
    met: Singles
    """1 - exp(-x) by x in LOG_UNITs."""
    spoken: Words
    weights: Singles
    """Of the balance, of either side, of a common language, and of the sketch's product."""


class Listed(NamedTuple):
    """Barred, and which columns may be chosen."""

    start: Integers
    other: Numbers
    columns: Truths


class Tongues(NamedTuple):
    """The languages of all cities, each set of languages once."""

    words: Words
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


def tongues_of(spoken: Words) -> Tongues:
    """The languages of all cities, each set once."""
    order = np.lexsort((np.arange(spoken.shape[1]), *spoken))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (spoken[:, order[1:]] != spoken[:, order[:-1]]).any(axis=0)
    of = np.empty(len(order), np.int64)
    of[order] = np.cumsum(is_new) - 1
    return Tongues(words=np.ascontiguousarray(spoken[:, order[is_new]]), of=of)
