"""What the loops need to know of places alone: codes, points, and the circles of places near or like each one.

Invariant: places that joined later count in no rank and lie in nobody's circle, so they change nothing for the others.
"""

import os
import unicodedata
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.affinity.circles import (
    KINDS,
    Circle,
    Nearby,
    draw,
    enlarged_circle,
    no_circles,
    roomy,
)
from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Floats, Integers, Integers32, Unsigned64

COUNTRY, ADMIN, TIMEZONE, CONTINENT, REGION, BAND = range(6)
"""Columns of codes."""
BANDS: Final = 5
"""Of size, in each country."""
_FIRST_BAND: Final = 3.0
_BAND_WIDTH: Final = 0.75
_TRIO_BITS: Final = 256
_MANY: Final = 1000
"""Places that are worth a thread each processor."""


class Ground(NamedTuple):
    """Arrays for compiled loops, one row a place. Distances are squared chords on the unit sphere."""

    traits: Floats
    """(n, 7): a column each for X, Y, Z, SIZE, ORDER, WEALTH, RANK."""
    codes: Integers32
    """(n, 6): a column each for COUNTRY, ADMIN, TIMEZONE, CONTINENT, REGION, BAND."""
    official: Unsigned64
    spoken: Unsigned64
    names: Unsigned64
    """(n, 4): which of 256 buckets the name's letter trios fall in."""
    key: Integers
    """(n,): numbers of the places in the order of their ids; not of who has joined, as nobody asks for theirs."""
    circles: tuple[Circle, ...]
    """As KINDS."""
    base: int
    """The first places, which lie in circles."""


def ground_of(places: Places, asked: Integers | None = None) -> Ground:
    """The arrays; takes some seconds for 15,000 places.

    Circles are drawn round the places at positions `asked` only, if those are given; the others may be asked about
    nothing.
    """
    everybody = np.arange(len(places))
    ground = Ground(
        traits=_traits(places, everybody),
        codes=_codes(places),
        official=places.official,
        spoken=places.spoken,
        names=np.zeros((len(places), _TRIO_BITS // 64), np.uint64),
        key=np.argsort(sorted(range(len(places)), key=lambda position: places.rows[position].place_id)).astype(
            np.int64
        ),
        circles=tuple(no_circles(kind, places) for kind in KINDS),
        base=places.base,
    )
    return surveyed(ground, places, everybody if asked is None else asked, {})


def enlarged(known: Ground, places: Places) -> Ground:
    """The ground of places that have joined, at the end of those of `known`; nothing may be asked about them yet."""
    size, new = len(places), np.arange(len(known.traits), len(places))
    return known._replace(
        traits=np.concatenate([known.traits, _traits(places, new)]),
        codes=_codes(places),
        official=places.official,
        spoken=places.spoken,
        names=roomy(known.names, size),
        circles=tuple(enlarged_circle(kind, circle, places) for kind, circle in zip(KINDS, known.circles, strict=True)),
    )


def surveyed(known: Ground, places: Places, asked: Integers, nearby: Nearby) -> Ground:
    """With circles round the places at `asked`, too; `nearby` of the same first places grows with what is needed.

    They are written into the arrays of `known`, at `asked` only.
    """
    known.names[asked] = _trios(places, asked)
    drawn = list(zip(KINDS, known.circles, strict=True))
    with ThreadPoolExecutor(1 if len(asked) < _MANY else os.cpu_count()) as pool:
        list(pool.map(lambda each: draw(each[0], each[1], known.traits, known.base, asked, nearby), drawn))
    return known


def _traits(places: Places, new: Integers) -> Floats:
    rank, order = _ranks(places, new)
    return np.column_stack([places.points[new], places.log_population[new], order, places.log_wealth[new], rank])


def _codes(places: Places) -> Integers32:
    band = np.clip(((places.log_population - _FIRST_BAND) / _BAND_WIDTH).astype(np.int64), 0, BANDS - 1)
    codes = (
        places.country,
        places.admin1,
        places.timezone,
        places.continent,
        places.region,
        places.country * BANDS + band,
    )
    return np.column_stack(codes).astype(np.int32)


def _ranks(places: Places, new: Integers) -> tuple[Floats, Floats]:
    """How far down its country's list each of `new` stands, as a share and as a logarithm; who joined later, would."""
    size, base = places.log_population, places.base
    rank, order = np.zeros(len(new)), np.zeros(len(new))
    for number in np.unique(places.country[new]):
        members = np.flatnonzero(places.country[:base] == number)
        place = np.empty(len(places))
        place[members[np.argsort(-size[members], kind="stable")]] = np.arange(len(members))
        rows = np.flatnonzero(places.country[new] == number)
        beyond = new[rows] >= base
        place[new[rows[beyond]]] = np.searchsorted(np.sort(-size[members]), -size[new[rows[beyond]]])
        order[rows], rank[rows] = np.log1p(place[new[rows]]), place[new[rows]] / max(1, len(members))
    return rank, order


def _trios(places: Places, asked: Integers) -> Unsigned64:
    found = np.zeros((len(asked), _TRIO_BITS // 64), np.uint64)
    for row, position in enumerate(asked.tolist()):
        letters = unicodedata.normalize("NFKD", places.rows[position].name.lower())
        text = f" {''.join(letter for letter in letters if letter.isalpha() or letter == ' ')} "
        bits = 0
        for start in range(len(text) - 2):
            bits |= _bit(text[start : start + 3])
        found[row] = np.frombuffer(bits.to_bytes(_TRIO_BITS // 8, "little"), "<u8")
    return found


@lru_cache(1 << 16)
def _bit(trio: str) -> int:
    """The bit of the bucket that three letters fall in."""
    return 1 << zlib.crc32(trio.encode()) % _TRIO_BITS
