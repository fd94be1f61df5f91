"""Compiled selection: the k best of many numbers as they come, tile by tile, while they are in the processor's cache.

Its invariant: equal values are kept in the order of their columns, so that the k best do not hang on tiles or threads.
A running threshold a row lets almost all numbers be passed over by one comparison of many at once.
"""

from typing import Final

import numpy as np

from isopolity.matching.arrays import Booleans, Floats32, Integers32
from isopolity.matching.compiled import borrowing, compiled

ROWS: Final = 16
"""Rows that are weighed together: as many as the processor compares at once."""
CHUNK: Final = 64
"""Columns that are weighed together."""
SINGLE_THREADED: Final = 1 << 18
"""OpenBLAS does products of at most so many multiplications in the thread that asks, several of them at once."""
ROWS_A_TASK: Final = 512


def columns_a_tile(numbers: int) -> int:
    """How many columns a tile of ROWS rows may have, for so many numbers each: a multiple of CHUNK where it can be."""
    most = SINGLE_THREADED // (ROWS * max(numbers, 1))
    return max(most // CHUNK * CHUNK, min(most, CHUNK), 1)


@borrowing
def insert(values: Floats32, indices: Integers32, row: int, value: float, column: int) -> float:
    """Put a value that beats the last one of its row in its place, after its equals; returns the new last one."""
    place = values.shape[1] - 1
    while place > 0 and values[row, place - 1] < value:
        values[row, place] = values[row, place - 1]
        indices[row, place] = indices[row, place - 1]
        place -= 1
    values[row, place] = value
    indices[row, place] = column
    return float(values[row, values.shape[1] - 1])


@compiled
def compare(chunk: Floats32, least: Floats32, promising: Booleans) -> None:
    """By column of up to CHUNK: whether one of its ROWS values is above the threshold of its row.

    Long loops over plain arrays and whole words, of which the compiler makes the most.
    """
    limits, above = np.empty(CHUNK * ROWS, np.float32), np.empty(CHUNK * ROWS, np.bool_)
    twice, two = limits.view(np.uint64).reshape(CHUNK, ROWS // 2), least.view(np.uint64)
    for place in range(len(chunk)):
        for at in range(ROWS // 2):
            twice[place, at] = two[at]
    values = chunk.reshape(chunk.size)
    for at in range(len(values)):
        above[at] = values[at] > limits[at]
    eight = above.view(np.uint64)
    for place in range(len(chunk)):
        promising[place] = (eight[2 * place] | eight[2 * place + 1]) != np.uint64(0)
