"""What the loops need to know of places alone: codes, points, and the circles of places near or like each one.

Invariant: a circle never holds its own centre, and holds members of the centre's group only.
"""

import unicodedata
import zlib
from dataclasses import dataclass
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
    weight: NDArray[np.float32]
    """(n, members, scales): kernels of the members."""
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


def ground_of(places: Places) -> Ground:
    """The arrays; takes some seconds for 15,000 places."""
    rank, order = _ranks(places.log_population, places.country)
    band = np.clip(((places.log_population - _FIRST_BAND) / _BAND_WIDTH).astype(np.int64), 0, BANDS - 1)
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
        names=_trios(places),
        key=np.argsort(sorted(range(len(places)), key=lambda position: places.rows[position].place_id)).astype(
            np.int64
        ),
        circles=tuple(_circle(kind, places, order) for kind in KINDS),
    )


def _circle(kind: Kind, places: Places, order: Floats) -> Circle:
    groups = {"country": places.country, "region": places.region, "world": np.zeros_like(places.country)}
    metric = np.array([EARTH_RADIUS_KM / kind.km, 1 / kind.size, 1 / kind.order])
    where = np.hstack(
        [places.points * metric[0], places.log_population[:, None] * metric[1], order[:, None] * metric[2]]
    )
    group = groups[kind.group]
    member, square = _nearest(where, group, kind.members)
    filled = np.maximum((member >= 0).sum(axis=1), 1) - 1
    ranks = np.minimum(np.array(kind.scales)[None, :] - 1, filled[:, None])
    scale = np.maximum(np.take_along_axis(square, ranks, axis=1), _LEAST)
    weight = 1.0 / (1.0 + square[:, :, None] / scale[:, None, :]) ** 2
    weight[member < 0] = 0.0
    limit = np.where(member[:, 0] >= 0, np.take_along_axis(square, filled[:, None], axis=1)[:, 0], -1.0)
    return Circle(member, weight.astype(np.float32), limit * (1 + 1e-12), scale, group.astype(np.int32), metric**2)


def _nearest(where: Floats, group: Integers, count: int) -> tuple[NDArray[np.int32], Floats]:
    """The nearest of the same group, -1 for none, and their squared distances, 1 where there is none."""
    member, square = np.full((len(where), count), -1, np.int32), np.ones((len(where), count))
    for number in np.unique(group):
        inside = np.flatnonzero(group == number)
        found = min(count, len(inside) - 1)
        if not found:
            continue
        distance, position = cKDTree(where[inside]).query(where[inside], k=found + 1)
        own = position == np.arange(len(inside))[:, None]
        own[~own.any(axis=1), -1] = True  # places that lie on one point: the centre can fall out
        member[inside, :found] = inside[position[~own].reshape(-1, found)]
        square[inside, :found] = distance[~own].reshape(-1, found) ** 2
    return member, square


def _ranks(size: Floats, country: Integers) -> tuple[Floats, Floats]:
    rank, order = np.zeros(len(size)), np.zeros(len(size))
    for number in np.unique(country):
        members = np.flatnonzero(country == number)
        place = np.empty(len(members))
        place[np.argsort(-size[members], kind="stable")] = np.arange(len(members))
        order[members] = np.log1p(place)
        rank[members] = place / len(members)
    return rank, order


def _trios(places: Places) -> NDArray[np.uint64]:
    bits = np.zeros((len(places), _TRIO_BITS // 64), np.uint64)
    for position, place in enumerate(places.rows):
        letters = unicodedata.normalize("NFKD", place.name.lower())
        text = " " + "".join(letter for letter in letters if letter.isalpha() or letter == " ") + " "
        for start in range(len(text) - 2):
            word, bit = divmod(zlib.crc32(text[start : start + 3].encode()) % _TRIO_BITS, 64)
            bits[position, word] |= np.uint64(1) << np.uint64(bit)
    return bits
