"""The arrays for the kernels of the first stage, and the value of a pair.

Invariant: rules and parts of the score are compiled from the functions of `domain`, never rewritten here.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import (
    Booleans,
    Floats32,
    Integers,
    Integers16,
    Integers32,
    Unsigned8,
    Unsigned64,
)
from isopolity.matching.compiled import borrowing
from isopolity.matching.domain.scores.blockers import RuleColumns, city_rules, gains_nothing
from isopolity.matching.domain.scores.first_stage.numbers import FirstStageNumbers
from isopolity.matching.domain.scores.first_stage.sketch import UNIT
from isopolity.matching.domain.scores.first_stage.slots import NO_TOPICS, REACHABLE, TOPICS, near_topics
from isopolity.matching.domain.scores.twinning import balance
from isopolity.matching.domain.scores.weights import language_value

BLOCKED: Final = np.float32(-np.inf)
"""The value of a pair that cannot be proposed."""

rules_broken: Final = borrowing(city_rules)
_gains_nothing: Final = borrowing(gains_nothing)
_balance: Final = borrowing(balance)
_UNKNOWN: Final = np.float32(language_value(False, False))
_NONE_SHARED: Final = np.float32(language_value(True, False))
_SHARED: Final = np.float32(language_value(True, True))


class StageWeights(NamedTuple):
    """The weights of the balance, of either side, of a common language, and of the product of sketches."""

    balance: float
    single: float
    language: float
    product: float


class Inputs(NamedTuple):
    """The fields of FirstStageNumbers in the form that kernels need."""

    left: Floats32
    right: Floats32
    needs: Integers16
    offers: Integers16
    mobility: Integers
    nearness: Floats32
    reachable: Floats32
    near_start: Integers32
    """The fields of `near_topics`, or of NO_TOPICS where no member names a topic."""
    near_numbers: Integers16
    near_steps: Unsigned8
    rules: RuleColumns
    spoken: Unsigned64
    weights: Floats32
    """The fields of StageWeights; an array is passed faster than four numbers."""


class Restrictions(NamedTuple):
    """The excluded pairs, and whether each city may be chosen as a partner."""

    start: Integers
    other: Integers32
    columns: Booleans


class LanguageSets(NamedTuple):
    """The distinct sets of languages that cities speak."""

    words: Unsigned64
    """(words, sets): one bit for each language."""
    set_of_city: Integers
    """(n,): the position of each city's set."""


_SAME: Final = ("needs", "offers", "mobility", "nearness", "rules", "spoken")
"""Fields of FirstStageNumbers that kernels need as they are."""


def inputs_of(numbers: FirstStageNumbers) -> Inputs:
    """The numbers in the form that kernels need."""
    has_topics = any((each[:, TOPICS] >= 0).any() for each in (numbers.needs, numbers.offers))
    near = near_topics() if has_topics else NO_TOPICS
    return Inputs(
        left=numbers.sketch.left,
        right=numbers.sketch.right,
        **{name: getattr(numbers, name) for name in _SAME},
        reachable=REACHABLE,
        near_start=near.start,
        near_numbers=near.numbers,
        near_steps=near.steps,
        weights=np.array([numbers.balance, numbers.single, numbers.language, UNIT], np.float32),
    )


def language_sets(spoken: Unsigned64) -> LanguageSets:
    """The sets of languages of all cities; `spoken` is the field of FirstStageNumbers."""
    order = np.lexsort((np.arange(spoken.shape[1]), *spoken))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (spoken[:, order[1:]] != spoken[:, order[:-1]]).any(axis=0)
    set_of_city = np.empty(len(order), np.int64)
    set_of_city[order] = np.cumsum(is_new) - 1
    return LanguageSets(words=np.ascontiguousarray(spoken[:, order[is_new]]), set_of_city=set_of_city)


@borrowing
def weights_of(inputs: Inputs) -> StageWeights:
    """The weights as numbers, so that a loop reads them once."""
    return StageWeights(inputs.weights[0], inputs.weights[1], inputs.weights[2], inputs.weights[3])


@borrowing
def pair_value(gained: Any, given: Any, spoken: Any, product: Any, weights: StageWeights) -> Any:
    """The value of a pair, from the gain of each side, the worth of the languages and the product of the sketches."""
    value = weights.balance * _balance(gained, given) + weights.single * (gained + given) + spoken
    return BLOCKED if _gains_nothing(gained, given) else value + weights.product * product


@borrowing
def value_languages(mine: Unsigned64, theirs: Unsigned64, weight: float, spoken: Floats32) -> None:
    """Fill `spoken` with the part `language`, times `weight`."""
    unknown, none_shared, shared = weight * _UNKNOWN, weight * _NONE_SHARED, weight * _SHARED
    speaks, nothing = np.uint64(0), np.uint64(0)
    for word in range(len(mine)):
        speaks |= mine[word]
    for at in range(theirs.shape[1]):
        common, known = nothing, nothing
        for word in range(len(mine)):
            common |= mine[word] & theirs[word, at]
            known |= theirs[word, at]
        spoken[at] = unknown if speaks == nothing or known == nothing else shared if common != nothing else none_shared
