"""What the loops need to know of places alone: codes, points, and the circles of places near or like each one.

Invariant: a circle never holds its own centre, and holds members of the centre's group only. Who lies in circles, and
is counted in ranks, can be limited to the first places: then the others change nothing for them, nor for each other.
"""

import unicodedata
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

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
_MANY: Final = 1000
"""Places that are worth a thread each processor."""


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
    """(n,): numbers of the places in the order of their ids."""
    circles: tuple[Circle, ...]
    """As KINDS."""
    base: int
    """The first places, which lie in circles."""


def ground_of(places: Places, base: int | None = None, asked: Integers | None = None) -> Ground:
    """The arrays; takes some seconds for 15,000 places.

    Only the first `base` places lie in circles and count in ranks, all if it is not given; circles are drawn round the
    places at positions `asked` only, if those are given, and the others may be asked about nothing.
    """
    base = len(places) if base is None else base
    asked = np.arange(len(places)) if asked is None else asked
    rank, order = _ranks(places.log_population, places.country, base)
    band = np.clip(((places.log_population - _FIRST_BAND) / _BAND_WIDTH).astype(np.int64), 0, BANDS - 1)
    with ThreadPoolExecutor(1 if len(asked) < _MANY else None) as pool:
        circles = tuple(pool.map(lambda kind: _circle(kind, places, order, base, asked), KINDS))
    codes = (
        places.country,
        places.admin1,
        places.timezone,
        places.continent,
        places.region,
        places.country * BANDS + band,
    )
    return Ground(
        traits=np.column_stack([places.points, places.log_population, order, places.log_wealth, rank]),
        codes=np.column_stack(codes).astype(np.int32),
        official=places.official,
        spoken=places.spoken,
        names=_trios(places, asked),
        key=np.argsort(sorted(range(len(places)), key=lambda position: places.rows[position].place_id)).astype(
            np.int64
        ),
        circles=circles,
        base=base,
    )


def _circle(kind: Kind, places: Places, order: Floats, base: int, asked: Integers) -> Circle:
    groups = {"country": places.country, "region": places.region, "world": np.zeros_like(places.country)}
    metric = np.array([EARTH_RADIUS_KM / kind.km, 1 / kind.size, 1 / kind.order])
    where = np.hstack(
        [places.points * metric[0], places.log_population[:, None] * metric[1], order[:, None] * metric[2]]
    )
    group = groups[kind.group]
    found, square = _nearest(where, group, kind.members, base, asked)
    filled = np.maximum((found >= 0).sum(axis=1), 1) - 1
    ranks = np.minimum(np.array(kind.scales)[None, :] - 1, filled[:, None])
    reach = np.maximum(np.take_along_axis(square, ranks, axis=1), _LEAST)
    last = np.where(found[:, 0] >= 0, np.take_along_axis(square, filled[:, None], axis=1)[:, 0], -1.0)
    member, limit = np.full((len(places), kind.members), -1, np.int32), np.full(len(places), -1.0)
    scale = np.ones((len(places), len(kind.scales)))
    member[asked], limit[asked], scale[asked] = found, last * (1 + 1e-9), reach
    return Circle(member, limit, scale, group.astype(np.int32), metric**2)


def _nearest(
    where: Floats, group: Integers, count: int, base: int, asked: Integers
) -> tuple[NDArray[np.int32], Floats]:
    """For each asked the nearest of its group, -1 for none, and their squared distances, 1 where there is none."""
    member, square = np.full((len(asked), count), -1, np.int32), np.ones((len(asked), count))
    for number in np.unique(group[asked]):
        inside, rows = np.flatnonzero(group[:base] == number), np.flatnonzero(group[asked] == number)
        found = min(count, len(inside))
        if not found:
            continue
        distance, position = cKDTree(where[inside]).query(where[asked[rows]], k=found + 1)
        place = np.append(inside, -1)[position]
        own = place == asked[rows, None]
        own[~own.any(axis=1), -1] = True  # a place that is not inside; or some on one point: the centre can fall out
        near, far = place[~own].reshape(-1, found), distance[~own].reshape(-1, found)
        member[rows, :found], square[rows, :found] = near, np.where(near >= 0, far**2, 1.0)
    return member, square


def _ranks(size: Floats, country: Integers, base: int) -> tuple[Floats, Floats]:
    """How far down its country's list a place stands, as a share and as a logarithm; who is beyond `base`, would."""
    rank, order = np.zeros(len(size)), np.zeros(len(size))
    for number in np.unique(country):
        members, beyond = np.flatnonzero(country[:base] == number), base + np.flatnonzero(country[base:] == number)
        place = np.empty(len(members))
        place[np.argsort(-size[members], kind="stable")] = np.arange(len(members))
        larger = np.searchsorted(np.sort(-size[members]), -size[beyond])
        order[members], order[beyond] = np.log1p(place), np.log1p(larger)
        rank[members], rank[beyond] = place / max(1, len(members)), larger / max(1, len(members))
    return rank, order


def _trios(places: Places, asked: Integers) -> NDArray[np.uint64]:
    found = np.zeros((len(places), _TRIO_BITS // 64), np.uint64)
    for position in asked.tolist():
        letters = unicodedata.normalize("NFKD", places.rows[position].name.lower())
        text = f" {''.join(letter for letter in letters if letter.isalpha() or letter == ' ')} "
        bits = 0
        for start in range(len(text) - 2):
            bits |= _bit(text[start : start + 3])
        found[position] = np.frombuffer(bits.to_bytes(_TRIO_BITS // 8, "little"), "<u8")
    return found


@lru_cache(1 << 16)
def _bit(trio: str) -> int:
    """The bit of the bucket that three letters fall in."""
    return 1 << zlib.crc32(trio.encode()) % _TRIO_BITS
