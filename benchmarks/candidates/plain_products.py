"""Matching's compiled selection over plain inner products: what its first stage does, without needs, offers and rules.

So it can be compared with who selects over such products only.
"""

import numpy as np
from numba import njit

from isopolity.matching.adapters.first_stage.many_cities import (
    CHUNK,
    ROWS_A_TASK,
    TILE_ROWS,
    columns_a_tile,
    compare,
    insert,
)
from isopolity.matching.arrays import Floats32, Integers32
from isopolity.matching.threads import in_threads


def best_products(
    left: Floats32, right: Floats32, k: int, *, threads: int | None = None
) -> tuple[Floats32, Integers32]:
    """For each row of `left` the `k` rows of `right` with the greatest inner products: the products, and which.

    Best first, the lower index first where equal; where there are fewer than k, the rest is -inf and -1. Rows are
    float32, contiguous, and finite.
    """
    values = np.full((len(left), k), -np.inf, np.float32)
    indices = np.full((len(left), k), -1, np.int32)
    if k and len(right):
        width = columns_a_tile(left.shape[1])

        def work(first: int, beyond: int) -> None:
            _products(left, right, first, beyond, width, values, indices)

        in_threads(work, len(left), ROWS_A_TASK, threads=threads)
    return values, indices


@njit(nogil=True, cache=True)
def _products(
    left: Floats32, right: Floats32, first: int, beyond: int, width: int, values: Floats32, indices: Integers32
) -> None:
    tile, some = np.empty((width, TILE_ROWS), np.float32), np.zeros((left.shape[1], TILE_ROWS), np.float32)
    least = np.empty(TILE_ROWS, np.float32)
    for row in range(first, beyond, TILE_ROWS):
        held = min(TILE_ROWS, beyond - row)
        least[:] = np.inf
        some[:, :held] = left[row : row + held].T
        least[:held] = values[row : row + held, -1]
        for column in range(0, len(right), width):
            products = tile[: min(width, len(right) - column)]
            np.dot(right[column : column + width], some, products)
            _select(products, row, held, column, least, values, indices)


@njit(nogil=True, cache=True)
def _select(
    tile: Floats32, row: int, held: int, column: int, least: Floats32, values: Floats32, indices: Integers32
) -> None:
    promising = np.empty(CHUNK, np.bool_)
    for first in range(0, len(tile), CHUNK):
        chunk = tile[first : first + CHUNK]
        compare(chunk, least, promising)
        for place in range(len(chunk)):
            if promising[place]:
                for at in range(held):
                    if chunk[place, at] > least[at]:
                        least[at] = insert(values, indices, row + at, chunk[place, at], column + first + place)
