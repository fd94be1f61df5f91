"""The first stage, compiled: every city against all others by needs, offers, and the sketch of all the rest.

A tile of sketch products (BLAS) and what needs and offers are worth (tables of one row, looked up by the kinds of the
columns) make the values; the k best are selected while they are in the cache. Its invariant: the value of a pair is the
same in a tile, in a row of its own, and with the two cities swapped, to the last bit.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from isopolity.matching.adapters.selection import (
    CHUNK,
    ROWS,
    Indices,
    any_above,
    columns_a_tile,
    in_threads,
    insert,
)
from isopolity.matching.application.shortlist import Barred, Rows
from isopolity.matching.domain.profiles import Integers, Truths
from isopolity.matching.domain.sketch import UNIT, Singles
from isopolity.matching.domain.stage import LOG_UNIT, Naturals, Numbers, StageNumbers, Words

_LARGEST: Final = np.uint32(8191)
"""In LOG_UNITs; 1 - exp(-8) is as good as everything."""
_MET: Final[Singles] = (-np.expm1(-np.arange(int(_LARGEST) + 1) / LOG_UNIT)).astype(np.float32)
_NOTHING: Final = np.float32(-np.inf)
_PANEL: Final = 2048
"""Columns that one row goes through with its tables in the cache."""


class _Inputs(NamedTuple):
    """StageNumbers as the kernels take them."""

    left: Singles
    right: Singles
    needs: Naturals
    offers: Naturals
    mobility: Integers
    logs: Numbers
    logs_by_offer: Numbers
    possible: Numbers
    country: Integers
    wants_own_country: Truths
    met: Singles
    """1 - exp(-x) by x in LOG_UNITs."""
    spoken: Words
    weights: Singles
    """Of the balance, of either side, of a common language, and of the sketch's product."""


class _Listed(NamedTuple):
    """Barred, and which columns may be chosen."""

    start: Integers
    other: Numbers
    columns: Truths


class CompiledFirstStage:
    """A FirstStage on `threads` threads, all processors where it is not said."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    def best(self, numbers: StageNumbers, rows: Integers, columns: Truths, barred: Barred, k: int) -> Rows:
        """The k best columns of each row, the lower index first where equal; blocked ones take no place."""
        found = Rows(values=np.full((len(rows), k), -np.inf, np.float32), others=np.full((len(rows), k), -1, np.int32))
        if k and len(rows) and len(numbers):
            inputs, listed = _inputs(numbers), _Listed(barred.start, barred.other, columns)
            width = columns_a_tile(numbers.sketch.left.shape[1])

            def work(first: int, beyond: int) -> None:
                some = slice(first, beyond)
                _best(rows[some], inputs, listed, width, found.values[some], found.others[some])

            in_threads(work, len(rows), self._threads)
        return found

    def row(self, numbers: StageNumbers, city: int, barred: Barred) -> Singles:
        """(n,): what the city is worth with each city; -inf for pairs that cannot be proposed."""
        values = np.empty(len(numbers), np.float32)
        _row(city, _inputs(numbers), _Listed(barred.start, barred.other, np.empty(0, bool)), values)
        return values


def _inputs(numbers: StageNumbers) -> _Inputs:
    return _Inputs(
        left=numbers.sketch.left,
        right=numbers.sketch.right,
        needs=numbers.needs,
        offers=numbers.offers,
        mobility=numbers.mobility,
        logs=numbers.logs,
        logs_by_offer=numbers.logs_by_offer,
        possible=numbers.possible,
        country=numbers.country,
        wants_own_country=numbers.wants_own_country,
        met=_MET,
        spoken=numbers.spoken,
        weights=np.array([numbers.balance, numbers.single, numbers.language, UNIT], np.float32),
    )


@njit(nogil=True, cache=True)
def _best(rows: Integers, inputs: _Inputs, listed: _Listed, width: int, values: Singles, others: Indices) -> None:
    n, panel = len(inputs.right), max(_PANEL // width, 1) * width
    tables = np.empty((ROWS, 2, 4 * len(inputs.logs)), np.uint32)
    some = np.zeros((ROWS, inputs.left.shape[1]), np.float32)
    products = np.empty((panel // width, ROWS, width), np.float32)
    product, worth = np.empty(panel, np.float32), np.empty((1, panel), np.float32)
    for first in range(0, len(rows), ROWS):
        held = min(ROWS, len(rows) - first)
        for at in range(held):
            some[at] = inputs.left[rows[first + at]]
            _fill_tables(rows[first + at], inputs, tables[at])
        for column in range(0, n, panel):
            beyond = min(column + panel, n)
            _multiply_all(some, inputs.right[column:beyond], width, products)
            for at in range(held):
                for tile in range(len(products)):
                    product[tile * width : (tile + 1) * width] = products[tile, at]
                _weigh(rows[first + at], tables[at], inputs, column, beyond, product, worth[0])
                _select(rows[first + at], first + at, column, beyond, worth, inputs, listed, values, others)


@njit(nogil=True, cache=True)
def _multiply_all(some: Singles, others: Singles, width: int, products: Singles) -> None:
    for tile in range((len(others) + width - 1) // width):
        right = others[tile * width : (tile + 1) * width]
        if len(right) == width:
            np.dot(some, right.T, products[tile])
        else:
            products[tile, :, : len(right)] = np.dot(some, right.T)


@njit(nogil=True, cache=True)
def _row(city: int, inputs: _Inputs, listed: _Listed, values: Singles) -> None:
    country, wants_own_country = inputs.country, inputs.wants_own_country
    tables, product = np.empty((2, 4 * len(inputs.logs)), np.uint32), np.empty(len(values), np.float32)
    _fill_tables(city, inputs, tables)
    _multiply(inputs.left[city], inputs.right, product)
    _weigh(city, tables, inputs, 0, len(values), product, values)
    for other in range(len(values)):
        if country[other] == country[city] and not (wants_own_country[other] and wants_own_country[city]):
            values[other] = _NOTHING
    for place in range(listed.start[city], listed.start[city + 1]):
        values[listed.other[place]] = _NOTHING
    values[city] = _NOTHING


@njit(nogil=True, cache=True, fastmath={"reassoc", "nsz"})
def _multiply(one: Singles, others: Singles, product: Singles) -> None:
    """All are whole numbers, so that the order in which they are added up changes nothing."""
    for row in range(others.shape[0]):
        total = np.float32(0)
        for at in range(others.shape[1]):
            total += one[at] * others[row, at]
        product[row] = total


@njit(nogil=True, cache=True)
def _fill_tables(city: int, inputs: _Inputs, tables: Naturals) -> None:
    """By mobility and kind: what an offer would meet of this city's needs, and what of a need of it, this city."""
    kinds, mine = len(inputs.logs), inputs.mobility[city]
    tables[:] = 0
    for other in range(4):
        met, wanted = tables[0, other * kinds : (other + 1) * kinds], tables[1, other * kinds : (other + 1) * kinds]
        for slot in range(len(inputs.needs)):
            weights = inputs.logs[np.int64(inputs.needs[slot, city]) - mine * kinds]
            for kind in range(kinds):
                met[kind] += weights[kind]
        can = inputs.possible[mine, other]
        for kind in range(kinds):
            met[kind] &= can[kind]
        for slot in range(len(inputs.offers)):
            offer = np.int64(inputs.offers[slot, city]) - mine * kinds
            if inputs.possible[other, mine, offer] != 0:
                weights = inputs.logs_by_offer[offer]
                for kind in range(kinds):
                    wanted[kind] += weights[kind]


@njit(nogil=True, cache=True)
def _weigh(
    city: int, tables: Naturals, inputs: _Inputs, start: int, end: int, product: Singles, worth: Singles
) -> None:
    """The values of the columns from `start` to `end`, before blockers; -inf where neither gets anything."""
    needs, offers, met = inputs.needs, inputs.offers, inputs.met
    balance, single, language, unit = inputs.weights[0], inputs.weights[1], inputs.weights[2], inputs.weights[3]
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
        _speak(inputs.spoken[:, city], inputs.spoken[:, first : first + count], language, spoken)
        further = product[first - start : first - start + count]
        values = worth[first - start : first - start + count]
        for at in range(count):
            one, other = met[min(gained[at], _LARGEST)], met[min(given[at], _LARGEST)]
            value = balance * np.sqrt(one * other) + single * (one + other) + spoken[at] + unit * further[at]
            values[at] = value if one + other > 0 else _NOTHING


@njit(nogil=True, cache=True)
def _speak(mine: Words, theirs: Words, weight: float, spoken: Singles) -> None:
    """What a common language is worth: all of the weight or nothing, and half of it where a side has named none."""
    half = np.float32(0.5) * weight
    speaks, nothing = np.uint64(0), np.uint64(0)
    for word in range(len(mine)):
        speaks |= mine[word]
    for at in range(theirs.shape[1]):
        common, known = nothing, nothing
        for word in range(len(mine)):
            common |= mine[word] & theirs[word, at]
            known |= theirs[word, at]
        spoken[at] = half if speaks == nothing or known == nothing else weight if common != nothing else np.float32(0)


@njit(nogil=True, cache=True)
def _select(
    city: int,
    row: int,
    column: int,
    beyond: int,
    worth: Singles,
    inputs: _Inputs,
    listed: _Listed,
    values: Singles,
    others: Indices,
) -> None:
    width = beyond - column
    last = values[row, values.shape[1] - 1]
    for start in range(0, width, CHUNK):
        if start + CHUNK <= width and not any_above(worth, 0, start, np.float32(last)):
            continue
        for place in range(start, min(start + CHUNK, width)):
            if worth[0, place] > last and not _is_blocked(city, column + place, inputs, listed):
                last = insert(values, others, row, worth[0, place], column + place)


@njit(nogil=True, cache=True)
def _is_blocked(city: int, other: int, inputs: _Inputs, listed: _Listed) -> bool:
    if city == other or not listed.columns[other]:
        return True
    wanted = inputs.wants_own_country[city] and inputs.wants_own_country[other]
    if inputs.country[city] == inputs.country[other] and not wanted:
        return True
    low, high = listed.start[city], listed.start[city + 1]
    at = low + np.searchsorted(listed.other[low:high], other)
    return bool(at < high and listed.other[at] == other)
