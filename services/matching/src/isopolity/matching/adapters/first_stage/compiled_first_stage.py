"""The first stage, compiled: every city against all others, by needs, offers, languages and the sketch of the rest.

Invariant: the value of a pair is the same to the last bit in `best` and in `row`, and with the two cities swapped.
"""

from typing import Final

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import (
    BLOCKED,
    Inputs,
    Restrictions,
    inputs_of,
    language_sets,
    pair_value,
    rules_broken,
    value_languages,
    weights_of,
)
from isopolity.matching.adapters.first_stage.many_cities import CHUNK, ROWS_A_TASK, columns_a_tile, find_best
from isopolity.matching.adapters.first_stage.met_needs import Side, empty_side, fill, meet, meet_others
from isopolity.matching.application.ports.engine import BestPartners, ExcludedPairs
from isopolity.matching.arrays import Booleans, Floats32, Integers
from isopolity.matching.compiled import compiled, is_interpreting, kernel, worth_compiling
from isopolity.matching.domain.scores.first_stage.numbers import FirstStageNumbers
from isopolity.matching.domain.scores.first_stage.slots import KIND
from isopolity.matching.threads import in_threads

PAIRS: Final = 100_000
"""The number of pairs up to which they are valued interpreted faster than the kernels are compiled."""


class CompiledFirstStage:
    """A FirstStage on `threads` threads; None means one for each processor."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    def best(
        self, numbers: FirstStageNumbers, rows: Integers, columns: Booleans, excluded: ExcludedPairs, k: int
    ) -> BestPartners:
        """The k best partners of each row among `columns`, without excluded pairs."""
        found = BestPartners(
            values=np.full((len(rows), k), -np.inf, np.float32), partners=np.full((len(rows), k), -1, np.int32)
        )
        if k and len(rows) and len(numbers):
            inputs, restrictions = inputs_of(numbers), Restrictions(excluded.start, excluded.other, columns)
            languages, width = language_sets(numbers.spoken), columns_a_tile(numbers.sketch.left.shape[1])

            # rows with as many needs and offers lie in one tile, so that few of its lanes are not used
            order = np.lexsort(tuple((each[:, KIND] >= 0).sum(axis=0)[rows] for each in (inputs.needs, inputs.offers)))
            ordered, values, partners = rows[order], found.values.copy(), found.partners.copy()

            def work(first: int, beyond: int) -> None:
                some = slice(first, beyond)
                find_best(ordered[some], inputs, languages, restrictions, width, values[some], partners[some])

            with worth_compiling(lambda: len(rows) * len(numbers) > PAIRS):
                if is_interpreting():  # by one thread at a time in any case
                    work(0, len(rows))
                else:
                    in_threads(work, len(rows), ROWS_A_TASK, threads=self._threads)
            found.values[order], found.partners[order] = values, partners
        return found

    def row(self, numbers: FirstStageNumbers, city: int, excluded: ExcludedPairs) -> Floats32:
        """(n,): the value of the city's pair with each city; -inf for pairs that cannot be proposed."""
        values = np.empty(len(numbers), np.float32)
        restrictions = Restrictions(excluded.start, excluded.other, np.empty(0, bool))
        with worth_compiling(lambda: len(numbers) > PAIRS):
            value_row(city, inputs_of(numbers), restrictions, values)
        return values


@compiled
def value_row(city: int, inputs: Inputs, restrictions: Restrictions, values: Floats32) -> None:
    """Fill `values` with the value of the city with each city; BLOCKED for pairs that cannot be proposed."""
    held = np.array([city])
    needs, offers = empty_side(len(inputs.needs), inputs), empty_side(len(inputs.offers), inputs)
    fill(held, 1, inputs.needs, True, inputs, needs)
    fill(held, 1, inputs.offers, False, inputs, offers)
    product = np.empty(len(values), np.float32)
    _multiply(inputs.left[city], inputs.right, product)
    _value_columns(city, needs, offers, inputs, product, values)
    for other in range(len(values)):
        values[other] = BLOCKED if rules_broken(inputs.rules, city, other) != 0 else values[other]  # without a branch
    for place in range(restrictions.start[city], restrictions.start[city + 1]):
        values[restrictions.other[place]] = BLOCKED


@kernel(fastmath={"reassoc", "nsz"})
def _multiply(one: Floats32, others: Floats32, product: Floats32) -> None:
    """Fill `product` with inner products; all numbers are whole, so the order of the additions does not matter."""
    for row in range(others.shape[0]):
        total = np.float32(0)
        for at in range(others.shape[1]):
            total += one[at] * others[row, at]
        product[row] = total


@compiled
def _value_columns(city: int, needs: Side, offers: Side, inputs: Inputs, product: Floats32, values: Floats32) -> None:
    """Fill in the values of all columns, before blockers; BLOCKED if neither city gets anything."""
    weights = weights_of(inputs)
    gained, given = np.empty((CHUNK, 1), np.float32), np.empty((CHUNK, 1), np.float32)
    spoken, lanes = np.empty(CHUNK, np.float32), max(len(needs.all_to_nearest), len(offers.all_to_nearest))
    work = np.empty((2, lanes), np.float32)
    for first in range(0, len(values), CHUNK):
        count = min(CHUNK, len(values) - first)
        meet(needs, inputs.offers, inputs.mobility, first, work, gained[:count])
        meet_others(offers, inputs.needs, inputs.mobility, first, work, given[:count])
        value_languages(inputs.spoken[:, city], inputs.spoken[:, first : first + count], weights.language, spoken)
        for at in range(count):
            further = product[first + at]
            values[first + at] = pair_value(gained[at, 0], given[at, 0], spoken[at], further, weights)
