"""What the loops need to know of places alone: codes, points, and who lies near whom or is like whom.

Invariant: a list of neighbours holds places of the same country only (`around` excepted), never the place itself.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from isopolity.matching.domain.affinity.places import EARTH_RADIUS_KM, Floats, Integers, Places

NEAR: Final = 64
ALIKE: Final = 48
AROUND: Final = 32
_NEAR_SCALES: Final = (4, 14, 40)
_ALIKE_SCALES: Final = (8, 32)
_AROUND_SCALES: Final = (5, 20)
_ALIKE_KM: Final = 150.0
_ALIKE_SIZE: Final = 0.25
_LEAST_KM: Final = 3.0
_LONE_KM: Final = 150.0
"""The scale of a place that has no neighbours in its country."""


class Ground(NamedTuple):
    """Arrays for compiled loops, one row a place. Distances are squared chords on the unit sphere."""

    points: Floats
    size: Floats
    wealth: Floats
    rank: Floats
    """By population in its country, 0 the largest, 1 the smallest."""
    order: Floats
    country: Integers
    admin1: Integers
    timezone: Integers
    continent: Integers
    region: Integers
    official: NDArray[np.uint64]
    spoken: NDArray[np.uint64]
    near: NDArray[np.int32]
    near_scale: Floats
    alike: NDArray[np.int32]
    alike_scale: Floats
    around: NDArray[np.int32]
    around_scale: Floats
    names: NDArray[np.uint64]
    """(n, 4): which of 256 buckets the name's letter trios fall in."""


def ground_of(places: Places) -> Ground:
    """The arrays; takes about a second for 15,000 places."""
    points, size = places.points, places.log_population
    near, near_scale = _neighbours(points, places.country, NEAR, _NEAR_SCALES, _LONE_KM / EARTH_RADIUS_KM)
    along = np.hstack([points * EARTH_RADIUS_KM / _ALIKE_KM, size[:, None] / _ALIKE_SIZE])
    alike, alike_scale = _neighbours(along, places.country, ALIKE, _ALIKE_SCALES, 1.0)
    everywhere = np.zeros_like(places.country)
    around, around_scale = _neighbours(points, everywhere, AROUND, _AROUND_SCALES, _LONE_KM / EARTH_RADIUS_KM)
    least = (_LEAST_KM / EARTH_RADIUS_KM) ** 2
    rank, order = _ranks(size, places.country)
    return Ground(
        points=points,
        size=size,
        wealth=places.log_wealth,
        rank=rank,
        order=order,
        country=places.country,
        admin1=places.admin1,
        timezone=places.timezone,
        continent=places.continent,
        region=places.region,
        official=places.official,
        spoken=places.spoken,
        near=near,
        near_scale=np.maximum(near_scale, least),
        alike=alike,
        alike_scale=np.maximum(alike_scale, 1e-3),
        around=around,
        around_scale=np.maximum(around_scale, least),
        names=_trios(places),
    )


def _neighbours(
    points: Floats, group: Integers, count: int, scales: tuple[int, ...], lone: float
) -> tuple[NDArray[np.int32], Floats]:
    """The nearest `count` of the same group, -1 for none, and the squared distances to those at `scales`."""
    lists = np.full((len(points), count), -1, np.int32)
    squares = np.full((len(points), len(scales)), lone**2)
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        found = min(count, len(members) - 1)
        if not found:
            continue
        distances, positions = cKDTree(points[members]).query(points[members], k=found + 1)
        for row, member in enumerate(members):
            others = positions[row] != row  # not always the first: places can lie on one point
            lists[member, :found] = members[positions[row][others][:found]]
        squares[members] = distances[:, [min(scale, found) for scale in scales]] ** 2
    return lists, squares


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
    import unicodedata
    import zlib

    bits = np.zeros((len(places), 4), np.uint64)
    for position, name in enumerate(place.name for place in places.rows):
        plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if c.isalpha() or c == " ")
        text = f" {plain} "
        for start in range(len(text) - 2):
            word, bit = divmod(zlib.crc32(text[start : start + 3].encode()) % 256, 64)
            bits[position, word] |= np.uint64(1) << np.uint64(bit)
    return bits
