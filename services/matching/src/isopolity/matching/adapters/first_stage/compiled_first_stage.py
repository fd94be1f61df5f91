"""The first stage, compiled: every city against all others, by needs, offers, languages and the sketch of the rest.

Invariant: the value of a pair is the same to the last bit in `best` and in `row`, and with the two cities swapped.
"""

from typing import Final

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import (
    BLOCKED,
    LARGEST_LOG,
    Inputs,
    Restrictions,
    fill_tables,
    inputs_of,
    language_sets,
    pair_value,
    rules_broken,
    value_languages,
    weights_of,
)
from isopolity.matching.adapters.first_stage.many_cities import CHUNK, ROWS_A_TASK, columns_a_tile, find_best
from isopolity.matching.application.ports.engine import BestPartners, ExcludedPairs
from isopolity.matching.arrays import Booleans, Floats32, Integers, Unsigned32
from isopolity.matching.compiled import compiled, is_interpreting, kernel, worth_compiling
from isopolity.matching.domain.scores.first_stage.numbers import FirstStageNumbers
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

            def work(first: int, beyond: int) -> None:
                some = slice(first, beyond)
                find_best(rows[some], inputs, languages, restrictions, width, found.values[some], found.partners[some])

            with worth_compiling(lambda: len(rows) * len(numbers) > PAIRS):
                if is_interpreting():  # by one thread at a time in any case
                    work(0, len(rows))
                else:
                    in_threads(work, len(rows), ROWS_A_TASK, threads=self._threads)
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
    tables, product = np.empty((2, 4 * len(inputs.logs)), np.uint32), np.empty(len(values), np.float32)
    fill_tables(city, inputs, tables)
    _multiply(inputs.left[city], inputs.right, product)
    _value_columns(city, tables, inputs, 0, len(values), product, values)
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
def _value_columns(
    city: int, tables: Unsigned32, inputs: Inputs, start: int, end: int, product: Floats32, worth: Floats32
) -> None:
    """The values of the columns from `start` to `end`, before blockers; BLOCKED if neither city gets anything."""
    needs, offers, met, weights = inputs.needs, inputs.offers, inputs.met, weights_of(inputs)
    gained, given, spoken = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.float32)
    for first in range(start, end, CHUNK):
        count = min(CHUNK, end - first)
        gained[:] = 0
        given[:] = 0
        for slot in range(offers.shape[0]):
            kind = offers[slot, first : first + count]
            for at in range(count):
                gained[at] += tables[0][kind[at]]
        for slot in range(needs.shape[0]):
            kind = needs[slot, first : first + count]
            for at in range(count):
                given[at] += tables[1][kind[at]]
        value_languages(inputs.spoken[:, city], inputs.spoken[:, first : first + count], weights.language, spoken)
        further = product[first - start : first - start + count]
        values = worth[first - start : first - start + count]
        for at in range(count):
            one, other = met[min(gained[at], LARGEST_LOG)], met[min(given[at], LARGEST_LOG)]
            values[at] = pair_value(one, other, spoken[at], further[at], weights)
