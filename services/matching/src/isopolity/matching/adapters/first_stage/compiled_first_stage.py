"""The first stage, compiled: every city against all others, by needs, offers, languages and the sketch of the rest.

Invariant: the value of a pair is the same to the last bit in `best` and in `row`, and with the two cities swapped.
"""

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import Restrictions, inputs_of, language_sets
from isopolity.matching.adapters.first_stage.many_cities import ROWS_A_TASK, columns_a_tile, find_best
from isopolity.matching.adapters.first_stage.one_city import value_row
from isopolity.matching.application.ports.engine import BestPartners, ExcludedPairs
from isopolity.matching.arrays import Booleans, Floats32, Integers
from isopolity.matching.domain.first_stage_numbers import FirstStageNumbers
from isopolity.matching.threads import in_threads


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

            in_threads(work, len(rows), ROWS_A_TASK, threads=self._threads)
        return found

    def row(self, numbers: FirstStageNumbers, city: int, excluded: ExcludedPairs) -> Floats32:
        """(n,): the value of the city's pair with each city; -inf for pairs that cannot be proposed."""
        values = np.empty(len(numbers), np.float32)
        value_row(city, inputs_of(numbers), Restrictions(excluded.start, excluded.other, np.empty(0, bool)), values)
        return values
