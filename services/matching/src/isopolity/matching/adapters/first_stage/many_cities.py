"""Some cities against all others, compiled, with the best partners of each selected.

A tile is products of sketches (BLAS), to which the values of needs, offers and languages are added, of all rows of the
tile at once. The best are selected while the values are in the processor's cache; a threshold a row rejects almost all
values by one comparison of many at once.

Invariant: the value of a pair is the same to the last bit as in `compiled_first_stage`; equal values are kept in the
order of their columns, so that the result does not depend on tiles or threads.
"""

from typing import Final

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import (
    Inputs,
    LanguageSets,
    Restrictions,
    pair_value,
    rules_broken,
    value_languages,
    weights_of,
)
from isopolity.matching.adapters.first_stage.met_needs import Side, empty_side, fill, meet, meet_others
from isopolity.matching.arrays import Booleans, Floats32, Integers, Integers32
from isopolity.matching.compiled import borrowing, compiled

TILE_ROWS: Final = 16
"""The rows of a tile: as many as the processor compares at once."""
CHUNK: Final = 64
"""The number of columns that are valued together."""
_LARGEST_PRODUCT: Final = 1 << 18
"""In multiplications: OpenBLAS computes smaller products in the calling thread, so that several can run at once."""
ROWS_A_TASK: Final = 512
"""Rows that one thread takes at a time."""


def columns_a_tile(numbers: int) -> int:
    """The greatest number of columns of a tile of TILE_ROWS rows, if each city has `numbers` numbers.

    A multiple of CHUNK if possible, at least 1.
    """
    most = _LARGEST_PRODUCT // (TILE_ROWS * max(numbers, 1))
    return max(most // CHUNK * CHUNK, min(most, CHUNK), 1)


@borrowing
def insert(values: Floats32, indices: Integers32, row: int, value: float, column: int) -> float:
    """Insert a value that is above the last one of its row, after equal values; return the new last value."""
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
    """By column of up to CHUNK: whether one of its TILE_ROWS values is above the threshold of its row.

    Long loops over flat arrays and whole words, which the compiler vectorises best.
    """
    limits, above = np.empty(CHUNK * TILE_ROWS, np.float32), np.empty(CHUNK * TILE_ROWS, np.bool_)
    twice, two = limits.view(np.uint64).reshape(CHUNK, TILE_ROWS // 2), least.view(np.uint64)
    for place in range(len(chunk)):
        for at in range(TILE_ROWS // 2):
            twice[place, at] = two[at]
    values = chunk.reshape(chunk.size)
    for at in range(len(values)):
        above[at] = values[at] > limits[at]
    eight = above.view(np.uint64)
    for place in range(len(chunk)):
        promising[place] = (eight[2 * place] | eight[2 * place + 1]) != np.uint64(0)


@compiled
def find_best(
    rows: Integers,
    inputs: Inputs,
    languages: LanguageSets,
    restrictions: Restrictions,
    width: int,
    values: Floats32,
    others: Integers32,
) -> None:
    """Put the best columns of each row, among those that are allowed, into `values` and `others`, best first."""
    needs = empty_side(len(inputs.needs) * TILE_ROWS, inputs)
    offers = empty_side(len(inputs.offers) * TILE_ROWS, inputs)
    some, product = np.zeros((inputs.left.shape[1], TILE_ROWS), np.float32), np.empty((width, TILE_ROWS), np.float32)
    spoken, least = np.zeros((languages.words.shape[1], TILE_ROWS), np.float32), np.empty(TILE_ROWS, np.float32)
    for first in range(0, len(rows), TILE_ROWS):
        held = rows[first : first + TILE_ROWS]
        least[:] = np.inf
        for at in range(len(held)):
            some[:, at] = inputs.left[held[at]]
            value_languages(inputs.spoken[:, held[at]], languages.words, weights_of(inputs).language, spoken[:, at])
            least[at] = values[first + at, -1]
        fill(held, TILE_ROWS, inputs.needs, True, inputs, needs)
        fill(held, TILE_ROWS, inputs.offers, False, inputs, offers)
        for column in range(0, len(inputs.right), width):
            right = inputs.right[column : column + width]
            worth = product[: len(right)]
            np.dot(right, some, worth)
            _value_tile(needs, offers, spoken, inputs, languages, column, worth)
            _select(held, first, column, worth, least, inputs, restrictions, values, others)


@compiled
def _value_tile(
    needs: Side, offers: Side, spoken: Floats32, inputs: Inputs, languages: LanguageSets, column: int, product: Floats32
) -> None:
    """Turn the products of TILE_ROWS rows into values, (columns, rows)."""
    weights = weights_of(inputs)
    gained, given = np.empty((CHUNK, TILE_ROWS), np.float32), np.empty((CHUNK, TILE_ROWS), np.float32)
    speaks = np.empty((CHUNK, TILE_ROWS), np.float32)
    work = np.empty((2, max(len(needs.all_to_nearest), len(offers.all_to_nearest))), np.float32)
    for first in range(0, len(product), CHUNK):
        start, count = column + first, min(CHUNK, len(product) - first)
        meet(needs, inputs.offers, inputs.mobility, start, work, gained[:count])
        meet_others(offers, inputs.needs, inputs.mobility, start, work, given[:count])
        _gather_languages(spoken, languages.set_of_city[start : start + count], speaks)
        further, known = product[first : first + count].reshape(count * TILE_ROWS), speaks.reshape(speaks.size)
        gains, gifts = gained.reshape(gained.size), given.reshape(given.size)
        for at in range(count * TILE_ROWS):
            further[at] = pair_value(gains[at], gifts[at], known[at], further[at], weights)


@borrowing
def _gather_languages(spoken: Floats32, languages: Integers, found: Floats32) -> None:
    """The rows of `spoken` for these sets of languages, two numbers at once."""
    known, two = spoken.view(np.uint64), found.view(np.uint64)
    for place in range(len(languages)):
        for at in range(known.shape[1]):
            two[place, at] = known[languages[place], at]


@compiled
def _select(
    cities: Integers,
    row: int,
    column: int,
    worth: Floats32,
    least: Floats32,
    inputs: Inputs,
    restrictions: Restrictions,
    values: Floats32,
    others: Integers32,
) -> None:
    promising = np.empty(CHUNK, np.bool_)
    for first in range(0, len(worth), CHUNK):
        chunk = worth[first : first + CHUNK]
        compare(chunk, least, promising)
        for place in range(len(chunk)):
            if promising[place]:
                other = column + first + place
                for at in range(len(cities)):
                    if chunk[place, at] > least[at] and not _is_blocked(cities[at], other, inputs, restrictions):
                        least[at] = insert(values, others, row + at, chunk[place, at], other)


@borrowing
def _is_blocked(city: int, other: int, inputs: Inputs, restrictions: Restrictions) -> bool:
    if not restrictions.columns[other] or rules_broken(inputs.rules, city, other) != 0:
        return True
    low, high = restrictions.start[city], restrictions.start[city + 1]
    at = low + np.searchsorted(restrictions.other[low:high], other)
    return bool(at < high and restrictions.other[at] == other)
