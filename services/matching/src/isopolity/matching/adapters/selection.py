"""Compiled selection: the k best of many numbers as they come, tile by tile, while they are in the processor's cache.

Its invariant: equal values are kept in the order of their columns, so that the k best do not hang on tiles or threads.
A running threshold a row lets almost all numbers be passed over by one comparison of many at once.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from isopolity.matching.domain.sketch import Singles

Indices = NDArray[np.int32]
Truths = NDArray[np.bool_]
ROWS: Final = 16
"""Rows that are weighed together: as many as the processor compares at once."""
CHUNK: Final = 64
"""Columns that are weighed together."""
SINGLE_THREADED: Final = 1 << 18
"""OpenBLAS does products of at most so many multiplications in the thread that asks, several of them at once."""
_ROWS_A_TASK: Final = 512


def columns_a_tile(numbers: int) -> int:
    """How many columns a tile of ROWS rows may have, for so many numbers each: a multiple of CHUNK where it can be."""
    most = SINGLE_THREADED // (ROWS * max(numbers, 1))
    return max(most // CHUNK * CHUNK, min(most, CHUNK), 1)


def best_products(left: Singles, right: Singles, k: int, *, threads: int | None = None) -> tuple[Singles, Indices]:
    """For each row of `left` the `k` rows of `right` with the greatest inner products: the products, and which.

    Best first, the lower index first where equal; where there are fewer than k, the rest is -inf and -1. Rows are
    float32, contiguous, and finite.
    """
    values = np.full((len(left), k), -np.inf, np.float32)
    indices = np.full((len(left), k), -1, np.int32)
    if k and len(right):
        width = columns_a_tile(left.shape[1])
        in_threads(lambda lo, hi: _products(left, right, lo, hi, width, values, indices), len(left), threads)
    return values, indices


def in_threads(work: Callable[[int, int], None], rows: int, threads: int | None) -> None:
    """Call `work(first, beyond)` for pieces that make up `rows`; it must let go of the interpreter's lock."""
    pieces = [(first, min(first + _ROWS_A_TASK, rows)) for first in range(0, rows, _ROWS_A_TASK)]
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for _ in pool.map(lambda piece: work(*piece), pieces):
            pass


@njit(nogil=True, cache=True)
def insert(values: Singles, indices: Indices, row: int, value: float, column: int) -> float:
    """Put a value that beats the last one of its row in its place, after its equals; returns the new last one."""
    place = values.shape[1] - 1
    while place > 0 and values[row, place - 1] < value:
        values[row, place] = values[row, place - 1]
        indices[row, place] = indices[row, place - 1]
        place -= 1
    values[row, place] = value
    indices[row, place] = column
    return float(values[row, values.shape[1] - 1])


@njit(nogil=True, cache=True)
def compare(chunk: Singles, least: Singles, promising: Truths) -> None:
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


@njit(nogil=True, cache=True)
def _products(
    left: Singles, right: Singles, first: int, beyond: int, width: int, values: Singles, indices: Indices
) -> None:
    tile, some = np.empty((width, ROWS), np.float32), np.zeros((left.shape[1], ROWS), np.float32)
    least = np.empty(ROWS, np.float32)
    for row in range(first, beyond, ROWS):
        held = min(ROWS, beyond - row)
        least[:] = np.inf
        some[:, :held] = left[row : row + held].T
        least[:held] = values[row : row + held, -1]
        for column in range(0, len(right), width):
            products = tile[: min(width, len(right) - column)]
            np.dot(right[column : column + width], some, products)
            _select(products, row, held, column, least, values, indices)


@njit(nogil=True, cache=True)
def _select(tile: Singles, row: int, held: int, column: int, least: Singles, values: Singles, indices: Indices) -> None:
    promising = np.empty(CHUNK, np.bool_)
    for first in range(0, len(tile), CHUNK):
        chunk = tile[first : first + CHUNK]
        compare(chunk, least, promising)
        for place in range(len(chunk)):
            if promising[place]:
                for at in range(held):
                    if chunk[place, at] > least[at]:
                        least[at] = insert(values, indices, row + at, chunk[place, at], column + first + place)
