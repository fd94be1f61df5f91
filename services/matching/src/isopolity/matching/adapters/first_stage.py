"""The first stage, compiled: every city against all others by needs, offers, and the sketch of all the rest.

A tile of sketch products (BLAS) and what needs and offers are worth (tables of some rows, looked up by the kinds of the
columns) make the values; the k best are selected while they are in the cache. What a column has to do with the rows of
a tile lies side by side in memory, so that the processor works on all of them at once. Its invariant: the value of a
pair is the same in a tile, in a row of its own, and with the two cities swapped, to the last bit.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from isopolity.matching.adapters.selection import CHUNK, ROWS, ROWS_A_TASK, Indices, columns_a_tile, compare, insert
from isopolity.matching.adapters.threads import in_threads
from isopolity.matching.application.shortlist import Barred, Rows
from isopolity.matching.domain.profiles import Integers, Truths
from isopolity.matching.domain.sketch import UNIT, Singles
from isopolity.matching.domain.stage import LOG_UNIT, Naturals, Numbers, StageNumbers, Words

_Shorts = NDArray[np.uint16]
_LARGEST: Final = np.uint32(8191)
"""In LOG_UNITs: all of 13 bits; 1 - exp(-8) is as good as everything."""
_MET: Final[Singles] = (-np.expm1(-np.arange(int(_LARGEST) + 1) / LOG_UNIT)).astype(np.float32)
_BITS, _ONE, _TWO = np.uint64(13), np.uint64(1), np.uint64(2)
_ONES: Final = np.uint64(0x0001_0001_0001_0001)
_SEVENS: Final = np.uint64(0x0007_0007_0007_0007)
_UNCAPPED: Final = 7
"""So many numbers, each the largest at most, are added up before the sum is capped."""
_NOTHING: Final = np.float32(-np.inf)


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


class _Tongues(NamedTuple):
    """The languages of all cities, each set of languages once."""

    words: Words
    """(words, sets): a bit a language."""
    of: Integers
    """(n,): the set of each city."""


class CompiledFirstStage:
    """A FirstStage on `threads` threads, all processors where it is not said."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    def best(self, numbers: StageNumbers, rows: Integers, columns: Truths, barred: Barred, k: int) -> Rows:
        """The k best columns of each row, the lower index first where equal; blocked ones take no place."""
        found = Rows(values=np.full((len(rows), k), -np.inf, np.float32), others=np.full((len(rows), k), -1, np.int32))
        if k and len(rows) and len(numbers):
            inputs, listed = _inputs(numbers), _Listed(barred.start, barred.other, columns)
            tongues, width = _tongues(numbers.spoken), columns_a_tile(numbers.sketch.left.shape[1])

            def work(first: int, beyond: int) -> None:
                some = slice(first, beyond)
                _best(rows[some], inputs, tongues, listed, width, found.values[some], found.others[some])

            in_threads(work, len(rows), ROWS_A_TASK, threads=self._threads)
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


def _tongues(spoken: Words) -> _Tongues:
    order = np.lexsort((np.arange(spoken.shape[1]), *spoken))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (spoken[:, order[1:]] != spoken[:, order[:-1]]).any(axis=0)
    of = np.empty(len(order), np.int64)
    of[order] = np.cumsum(is_new) - 1
    return _Tongues(words=np.ascontiguousarray(spoken[:, order[is_new]]), of=of)


@njit(nogil=True, cache=True)
def _best(
    rows: Integers, inputs: _Inputs, tongues: _Tongues, listed: _Listed, width: int, values: Singles, others: Indices
) -> None:
    single = np.empty((ROWS, 2, 4 * len(inputs.logs)), np.uint32)
    tables = np.empty((2, 4 * len(inputs.logs), ROWS), np.uint16)
    some, product = np.zeros((inputs.left.shape[1], ROWS), np.float32), np.empty((width, ROWS), np.float32)
    spoken, least = np.zeros((tongues.words.shape[1], ROWS), np.float32), np.empty(ROWS, np.float32)
    for first in range(0, len(rows), ROWS):
        held = rows[first : first + ROWS]
        least[:] = np.inf
        for at in range(len(held)):
            some[:, at] = inputs.left[held[at]]
            _fill_tables(held[at], inputs, single[at])
            _speak(inputs.spoken[:, held[at]], tongues.words, inputs.weights[2], spoken[:, at])
            least[at] = values[first + at, -1]
        _interleave(single, tables)
        for column in range(0, len(inputs.right), width):
            right = inputs.right[column : column + width]
            worth = product[: len(right)]
            np.dot(right, some, worth)
            _weigh_tile(tables, spoken, inputs, tongues, column, worth)
            _select(held, first, column, worth, least, inputs, listed, values, others)


@njit(nogil=True, cache=True)
def _interleave(single: Naturals, tables: _Shorts) -> None:
    """The tables of some rows side by side; more than the largest is no more than it."""
    for side in range(2):
        for kind in range(tables.shape[1]):
            for at in range(ROWS):
                tables[side, kind, at] = min(single[at, side, kind], _LARGEST)


@njit(nogil=True, cache=True)
def _weigh_tile(
    tables: _Shorts, spoken: Singles, inputs: _Inputs, tongues: _Tongues, column: int, product: Singles
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
            further[at] = value if one + other > 0 else _NOTHING


@njit(nogil=True, cache=True)
def _add_up(table: _Shorts, slots: Naturals, total: _Shorts) -> None:
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


@njit(nogil=True, cache=True)
def _capped(four: np.uint64) -> np.uint64:
    """Each of four numbers, or the largest where it has bits beyond."""
    beyond = (four >> _BITS) & _SEVENS
    is_beyond = (beyond | (beyond >> _ONE) | (beyond >> _TWO)) & _ONES
    return (four & (_ONES * np.uint64(_LARGEST))) | (is_beyond * np.uint64(_LARGEST))


@njit(nogil=True, cache=True)
def _look_up(met: Singles, logs: _Shorts, found: Singles) -> None:
    largest = np.uint16(_LARGEST)
    for at in range(len(logs)):
        found[at] = met[min(logs[at], largest)]


@njit(nogil=True, cache=True)
def _take(spoken: Singles, tongues: Integers, found: Singles) -> None:
    """The rows of these sets of languages, two numbers at once."""
    known, two = spoken.view(np.uint64), found.view(np.uint64)
    for place in range(len(tongues)):
        for at in range(known.shape[1]):
            two[place, at] = known[tongues[place], at]


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
    cities: Integers,
    row: int,
    column: int,
    worth: Singles,
    least: Singles,
    inputs: _Inputs,
    listed: _Listed,
    values: Singles,
    others: Indices,
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
