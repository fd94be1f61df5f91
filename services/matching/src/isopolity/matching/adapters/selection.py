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
ROWS: Final = 64
"""Rows that are weighed together."""
CHUNK: Final = 64
"""Numbers that are compared with the threshold at once."""
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
def any_above(values: Singles, row: int, first: int, threshold: np.float32) -> bool:
    """Whether one of CHUNK values is above the threshold; written so that the compiler compares many at once."""
    found = np.uint8(0)
    for column in range(first, first + CHUNK):
        found |= np.uint8(values[row, column] > threshold)
    return bool(found != 0)


@njit(nogil=True, cache=True)
def _products(
    left: Singles, right: Singles, first: int, beyond: int, width: int, values: Singles, indices: Indices
) -> None:
    whole = np.empty((ROWS, width), np.float32)
    for row in range(first, beyond, ROWS):
        some = left[row : min(row + ROWS, beyond)]
        for column in range(0, right.shape[0], width):
            others = right[column : column + width]
            if len(some) == ROWS and len(others) == width:
                tile = whole
                np.dot(some, others.T, tile)
            else:
                tile = np.dot(some, others.T)
            _select(tile, row, column, values, indices)


@njit(nogil=True, cache=True)
def _select(tile: Singles, row: int, column: int, values: Singles, indices: Indices) -> None:
    width = tile.shape[1]
    for at in range(tile.shape[0]):
        last = values[row + at, values.shape[1] - 1]
        for start in range(0, width, CHUNK):
            if start + CHUNK <= width and not any_above(tile, at, start, np.float32(last)):
                continue
            for place in range(start, min(start + CHUNK, width)):
                if tile[at, place] > last:
                    last = insert(values, indices, row + at, tile[at, place], column + place)
