"""What the loops need to know of places alone: codes, points, and the circles of places near or like each one.

Invariant: a circle never holds its own centre, and holds members of the centre's group only. Places that joined later
lie in nobody's circle and count in no rank, so they change nothing for the first ones, nor for each other.
"""

import os
import unicodedata
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from isopolity.matching.domain.affinity.places import EARTH_RADIUS_KM, Floats, Integers, Places

Codes = NDArray[np.int32]
Matrix = NDArray[np.float32]
X, Y, Z, SIZE, ORDER, WEALTH, RANK = range(7)
COUNTRY, ADMIN, TIMEZONE, CONTINENT, REGION, BAND = range(6)
BANDS: Final = 5
"""Of size, in each country."""
_FIRST_BAND: Final = 3.0
_BAND_WIDTH: Final = 0.75
_LEAST: Final = 1e-4
"""The least square of a scale, in the units of its kind."""
_TRIO_BITS: Final = 256
_APART: Final = 1e4
"""How far groups lie from each other in a tree, in the units of a kind: beyond all that lies within one."""
_MANY: Final = 1000
"""Places that are worth a thread each processor."""
_AT_ONCE: Final = 4096
"""Places whose circles are drawn together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of circle: who counts as near. Euclidean over kilometres, size and order in these units."""

    name: str
    members: int
    scales: tuple[int, ...]
    """Kernels reach to the member of this rank."""
    group: str = "country"
    km: float
    size: float = np.inf
    order: float = np.inf


KINDS: Final = (
    Kind(name="near", members=64, scales=(4, 14, 40), km=30.0),
    Kind(name="close", members=48, scales=(6, 24), km=40.0, size=0.35),
    Kind(name="alike", members=96, scales=(4, 12, 40, 90), km=150.0, size=0.25),
    Kind(name="broad", members=64, scales=(8, 40), km=600.0, size=0.12),
    Kind(name="rank", members=64, scales=(6, 30), km=400.0, order=0.3),
    Kind(name="around", members=32, scales=(5, 20), km=30.0, group="world"),
    Kind(name="akin", members=64, scales=(8, 40), km=300.0, size=0.25, group="region"),
)


class Circle(NamedTuple):
    """Who lies round each place, by one kind of distance."""

    member: Codes
    """(n, members): the nearest first, -1 for none."""
    limit: Floats
    """(n,): the square of the distance to the last member."""
    scale: Floats
    """(n, scales): squares."""
    group: Codes
    metric: Floats
    """What the squared chord, difference of size and of order are multiplied with."""


Nearby = dict[str, cKDTree]
"""By kind of circle: where those are that can lie in circles."""


class Ground(NamedTuple):
    """Arrays for compiled loops, one row a place. Distances are squared chords on the unit sphere."""

    traits: Floats
    """(n, 7): a column each for X, Y, Z, SIZE, ORDER, WEALTH, RANK."""
    codes: Codes
    """(n, 6): a column each for COUNTRY, ADMIN, TIMEZONE, CONTINENT, REGION, BAND."""
    official: NDArray[np.uint64]
    spoken: NDArray[np.uint64]
    names: NDArray[np.uint64]
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
        circles=tuple(_no_circles(kind, places) for kind in KINDS),
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
        circles=tuple(
            Circle(
                roomy(circle.member, size, -1),
                roomy(circle.limit, size, -1.0),
                roomy(circle.scale, size, 1.0),
                _groups(kind, places),
                circle.metric,
            )
            for kind, circle in zip(KINDS, known.circles, strict=True)
        ),
    )


def roomy(rows: NDArray[Any], size: int, fill: float = 0) -> NDArray[Any]:
    """At least `size` rows, of which these come first: the same array where it has them, else one with some to spare.

    So who joins alone makes nobody's rows be copied.
    """
    if len(rows) >= size:
        return rows
    spare = size + size // 4 - len(rows)
    return np.concatenate([rows, np.full((spare, *rows.shape[1:]), fill, rows.dtype)])


def surveyed(known: Ground, places: Places, asked: Integers, nearby: Nearby) -> Ground:
    """With circles round the places at `asked`, too; `nearby` of the same first places grows with what is needed.

    They are written into the arrays of `known`, at `asked` only.
    """
    known.names[asked] = _trios(places, asked)
    drawn = list(zip(KINDS, known.circles, strict=True))
    with ThreadPoolExecutor(1 if len(asked) < _MANY else os.cpu_count()) as pool:
        list(pool.map(lambda each: _draw(each[0], each[1], known, asked, nearby), drawn))
    return known


def _traits(places: Places, new: Integers) -> Floats:
    rank, order = _ranks(places, new)
    return np.column_stack([places.points[new], places.log_population[new], order, places.log_wealth[new], rank])


def _codes(places: Places) -> Codes:
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


def _groups(kind: Kind, places: Places) -> Codes:
    groups = {"country": places.country, "region": places.region, "world": np.zeros_like(places.country)}
    return groups[kind.group].astype(np.int32)


def _no_circles(kind: Kind, places: Places) -> Circle:
    size, metric = len(places), np.array([EARTH_RADIUS_KM / kind.km, 1 / kind.size, 1 / kind.order])
    return Circle(
        np.full((size, kind.members), -1, np.int32),
        np.full(size, -1.0),
        np.ones((size, len(kind.scales))),
        _groups(kind, places),
        metric**2,
    )


def _draw(kind: Kind, circle: Circle, ground: Ground, asked: Integers, nearby: Nearby) -> None:
    """Draws the circles of a kind round `asked`, some at a time, so that memory is bounded."""
    if kind.name not in nearby:
        nearby[kind.name] = cKDTree(_where(circle, ground, np.arange(ground.base)))
    for first in range(0, len(asked), _AT_ONCE):
        some = asked[first : first + _AT_ONCE]
        found, square = _nearest(kind, _where(circle, ground, some), ground.base, some, nearby[kind.name])
        filled = np.maximum((found >= 0).sum(axis=1), 1) - 1
        ranks = np.minimum(np.array(kind.scales)[None, :] - 1, filled[:, None])
        last = np.where(found[:, 0] >= 0, np.take_along_axis(square, filled[:, None], axis=1)[:, 0], -1.0)
        circle.member[some], circle.limit[some] = found, last * (1 + 1e-9)
        circle.scale[some] = np.maximum(np.take_along_axis(square, ranks, axis=1), _LEAST)


def _where(circle: Circle, ground: Ground, of: Integers) -> Floats:
    """Points between which the distance is that of the circle's kind; groups lie apart."""
    widths = np.repeat(np.sqrt(circle.metric), (3, 1, 1))
    return np.column_stack([ground.traits[of][:, [X, Y, Z, SIZE, ORDER]] * widths, circle.group[of] * _APART])


def _nearest(
    kind: Kind, where: Floats, base: int, asked: Integers, nearby: cKDTree
) -> tuple[NDArray[np.int32], Floats]:
    """For each asked the nearest of its group, -1 for none, and their squared distances, 1 where there is none."""
    member, square = np.full((len(asked), kind.members), -1, np.int32), np.ones((len(asked), kind.members))
    found = min(kind.members, base)
    if found:
        distance, place = nearby.query(where, k=found + 1, distance_upper_bound=_APART / 2)
        own = (place == asked[:, None]) & np.isfinite(distance)
        own[~own.any(axis=1), -1] = True  # who is not inside; or some on one point: the centre can fall out
        near, far = place[~own].reshape(-1, found), distance[~own].reshape(-1, found)
        is_there = np.isfinite(far)
        member[:, :found], square[:, :found] = np.where(is_there, near, -1), np.where(is_there, far**2, 1.0)
    return member, square


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


def _trios(places: Places, asked: Integers) -> NDArray[np.uint64]:
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
