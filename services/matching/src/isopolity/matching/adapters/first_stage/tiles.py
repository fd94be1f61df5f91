"""Some cities against all others, compiled, and the best of each kept.

A tile is products of sketches (BLAS), to which is added what needs, offers and languages are worth. What a
column has to do with the rows of a tile lies side by side in memory, so that the processor works on all of them at
once; the best are selected while values are in its cache. Its invariant: the value of a pair is the same to the last
bit as in a row of its own.
"""

from typing import Final

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import LARGEST, NOTHING, Inputs, Listed, Tongues, fill_tables, speak
from isopolity.matching.arrays import Booleans, Floats32, Integers, Integers32, Unsigned16, Unsigned32
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


_BITS, _ONE, _TWO = np.uint64(13), np.uint64(1), np.uint64(2)
_ONES: Final = np.uint64(0x0001_0001_0001_0001)
_SEVENS: Final = np.uint64(0x0007_0007_0007_0007)
_UNCAPPED: Final = 7
"""So many numbers, each the largest at most, are added up before the sum is capped."""


@compiled
def find_best(
    rows: Integers, inputs: Inputs, tongues: Tongues, listed: Listed, width: int, values: Floats32, others: Integers32
) -> None:
    """Put the best columns of each row into `values` and `others`, best first, among those that the rules allow."""
    single = np.empty((ROWS, 2, 4 * len(inputs.logs)), np.uint32)
    tables = np.empty((2, 4 * len(inputs.logs), ROWS), np.uint16)
    some, product = np.zeros((inputs.left.shape[1], ROWS), np.float32), np.empty((width, ROWS), np.float32)
    spoken, least = np.zeros((tongues.words.shape[1], ROWS), np.float32), np.empty(ROWS, np.float32)
    for first in range(0, len(rows), ROWS):
        held = rows[first : first + ROWS]
        least[:] = np.inf
        for at in range(len(held)):
            some[:, at] = inputs.left[held[at]]
            fill_tables(held[at], inputs, single[at])
            speak(inputs.spoken[:, held[at]], tongues.words, inputs.weights[2], spoken[:, at])
            least[at] = values[first + at, -1]
        _interleave(single, tables)
        for column in range(0, len(inputs.right), width):
            right = inputs.right[column : column + width]
            worth = product[: len(right)]
            np.dot(right, some, worth)
            _weigh_tile(tables, spoken, inputs, tongues, column, worth)
            _select(held, first, column, worth, least, inputs, listed, values, others)


@borrowing
def _interleave(single: Unsigned32, tables: Unsigned16) -> None:
    """The tables of some rows side by side; more than the largest is no more than it."""
    for side in range(2):
        for kind in range(tables.shape[1]):
            for at in range(ROWS):
                tables[side, kind, at] = min(single[at, side, kind], LARGEST)


@compiled
def _weigh_tile(
    tables: Unsigned16, spoken: Floats32, inputs: Inputs, tongues: Tongues, column: int, product: Floats32
) -> None:
    """The same as `_weigh` for ROWS rows: values in place of products, (columns, rows)."""
    met, weights = inputs.met, inputs.weights
    balance, single, unit = weights[0], weights[1], weights[3]
    gained, given = np.empty((CHUNK, ROWS), np.uint16), np.empty((CHUNK, ROWS), np.uint16)
    gains, gifts = np.empty(CHUNK * ROWS, np.float32), np.empty(CHUNK * ROWS, np.float32)
    speaks = np.empty((CHUNK, ROWS), np.float32)
    for first in range(0, len(product), CHUNK):
        start, count = column + first, min(CHUNK, len(product) - first)
        _add_up(tables[0], inputs.offers[:, start : start + count], gained)
        _add_up(tables[1], inputs.needs[:, start : start + count], given)
        _look_up(met, gained.reshape(gained.size)[: count * ROWS], gains)
        _look_up(met, given.reshape(given.size)[: count * ROWS], gifts)
        _take(spoken, tongues.of[start : start + count], speaks)
        further, known = product[first : first + count].reshape(count * ROWS), speaks.reshape(speaks.size)
        for at in range(count * ROWS):
            one, other = gains[at], gifts[at]
            value = balance * np.sqrt(one * other) + single * (one + other) + known[at] + unit * further[at]
            further[at] = value if one + other > 0 else NOTHING


@borrowing
def _add_up(table: Unsigned16, slots: Unsigned32, total: Unsigned16) -> None:
    """What the kinds in the slots of some columns add up to, each number of four in a word for itself.

    Seven of the largest, and what was added up before, are less than 16 bits hold.
    """
    four, sums = table.view(np.uint64), total.view(np.uint64)
    for place in range(slots.shape[1]):
        a = b = c = d = np.uint64(0)
        for slot in range(slots.shape[0]):
            kind = slots[slot, place]
            a += four[kind, 0]
            b += four[kind, 1]
            c += four[kind, 2]
            d += four[kind, 3]
            if slot % _UNCAPPED == _UNCAPPED - 1:
                a, b, c, d = _capped(a), _capped(b), _capped(c), _capped(d)
        sums[place, 0], sums[place, 1], sums[place, 2], sums[place, 3] = a, b, c, d


@borrowing
def _capped(four: np.uint64) -> np.uint64:
    """Each of four numbers, or the largest where it has bits beyond."""
    beyond = (four >> _BITS) & _SEVENS
    is_beyond = (beyond | (beyond >> _ONE) | (beyond >> _TWO)) & _ONES
    return (four & (_ONES * np.uint64(LARGEST))) | (is_beyond * np.uint64(LARGEST))


@borrowing
def _look_up(met: Floats32, logs: Unsigned16, found: Floats32) -> None:
    largest = np.uint16(LARGEST)
    for at in range(len(logs)):
        found[at] = met[min(logs[at], largest)]


@borrowing
def _take(spoken: Floats32, tongues: Integers, found: Floats32) -> None:
    """The rows of these sets of languages, two numbers at once."""
    known, two = spoken.view(np.uint64), found.view(np.uint64)
    for place in range(len(tongues)):
        for at in range(known.shape[1]):
            two[place, at] = known[tongues[place], at]


@compiled
def _select(
    cities: Integers,
    row: int,
    column: int,
    worth: Floats32,
    least: Floats32,
    inputs: Inputs,
    listed: Listed,
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
                    if chunk[place, at] > least[at] and not _is_blocked(cities[at], other, inputs, listed):
                        least[at] = insert(values, others, row + at, chunk[place, at], other)


@borrowing
def _is_blocked(city: int, other: int, inputs: Inputs, listed: Listed) -> bool:
    if city == other or not listed.columns[other]:
        return True
    wanted = inputs.wants_own_country[city] and inputs.wants_own_country[other]
    if inputs.country[city] == inputs.country[other] and not wanted:
        return True
    low, high = listed.start[city], listed.start[city + 1]
    at = low + np.searchsorted(listed.other[low:high], other)
    return bool(at < high and listed.other[at] == other)
