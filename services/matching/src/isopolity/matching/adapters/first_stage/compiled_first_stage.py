"""The first stage, compiled: every city against all others by needs, offers, and the sketch of all the rest.

Its invariant: the value of a pair is the same among many, in a row of its own, and with the two cities swapped, to the
last bit.
"""

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import Listed, inputs_of, tongues_of
from isopolity.matching.adapters.first_stage.rows import weigh_row
from isopolity.matching.adapters.first_stage.tiles import ROWS_A_TASK, columns_a_tile, find_best
from isopolity.matching.application.ports.engine import BestPartners, ExcludedPairs
from isopolity.matching.arrays import Booleans, Floats32, Integers
from isopolity.matching.domain.first_stage_numbers import FirstStageNumbers
from isopolity.matching.threads import in_threads


class CompiledFirstStage:
    """A FirstStage on `threads` threads, all processors where it is not said."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    def best(
        self, numbers: FirstStageNumbers, rows: Integers, columns: Booleans, excluded: ExcludedPairs, k: int
    ) -> BestPartners:
        """The k best partners of each row."""
        found = BestPartners(
            values=np.full((len(rows), k), -np.inf, np.float32), partners=np.full((len(rows), k), -1, np.int32)
        )
        if k and len(rows) and len(numbers):
            inputs, listed = inputs_of(numbers), Listed(excluded.start, excluded.other, columns)
            tongues, width = tongues_of(numbers.spoken), columns_a_tile(numbers.sketch.left.shape[1])

            def work(first: int, beyond: int) -> None:
                some = slice(first, beyond)
                find_best(rows[some], inputs, tongues, listed, width, found.values[some], found.partners[some])

            in_threads(work, len(rows), ROWS_A_TASK, threads=self._threads)
        return found

    def row(self, numbers: FirstStageNumbers, city: int, excluded: ExcludedPairs) -> Floats32:
        """(n,): what the city is worth with each city; -inf for pairs that cannot be proposed."""
        values = np.empty(len(numbers), np.float32)
        weigh_row(city, inputs_of(numbers), Listed(excluded.start, excluded.other, np.empty(0, bool)), values)
        return values
