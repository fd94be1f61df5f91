"""Cities that lie near each other are put together by cells of the globe, so that a picture has few dots.

Invariants: the counts of all groups add up to those of the places. A cell does not cross 180 degrees. Bounds are
tenths of a degree, and so are the sides of all cells: the bounds of a group lie within its cell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor
from typing import Final, Protocol

from isopolity.identity.folded_text import sort_key

_TENTHS: Final = 10
_POLE: Final = 90 * _TENTHS
_DATE_LINE: Final = 180 * _TENTHS
SIDES: Final = (300, 180, 120, 60, 40, 20, 10, 5, 2)
"""Sides of cells, in tenths of a degree."""
_ACROSS: Final = 14
"""Cells from the left of a picture to its right, at least."""


class Corners(Protocol):
    """The least and the largest latitude and longitude of several cities."""

    @property
    def south(self) -> float: ...

    @property
    def west(self) -> float: ...

    @property
    def north(self) -> float: ...

    @property
    def east(self) -> float: ...


class Place(Protocol):
    """A city, or the middle of several that lie near each other, as registry names it."""

    @property
    def latitude(self) -> float: ...

    @property
    def longitude(self) -> float: ...

    @property
    def count(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def city_id(self) -> str | None: ...

    @property
    def extent(self) -> Corners | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A place of another service: a single city whose id is known, or one or several without."""

    latitude: float
    longitude: float
    count: int
    name: str
    city_id: str | None = None
    extent: Corners | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A city, or several of one cell, in the middle of which it stands."""

    latitude: float
    longitude: float
    count: int
    name: str
    """Name of the city, or of the first of several cities by name."""
    city_id: str | None
    """None for several, and where the service does not tell it."""
    within: str | None
    """The bounds of several, as south, west, north and east; None for one city, and where they are not known."""
    members: Sequence[Place]


def side_for(degrees: float) -> int:
    """The side of cells, in tenths of a degree, for a picture of this width; 0 where it puts nothing together."""
    return next((side for side in SIDES[1:] if side <= degrees * _TENTHS / _ACROSS), 0)


def cell_of(latitude: float, longitude: float, side: int) -> tuple[int, int]:
    """Row and column of the cell, from the south-west; the poles and 180 degrees lie in the last ones."""
    row = min(floor(latitude * _TENTHS), _POLE - 1) + _POLE
    column = min(floor(longitude * _TENTHS), _DATE_LINE - 1) + _DATE_LINE
    return row // side, column // side


def grouped(places: Iterable[Place], side: int) -> list[Group]:
    """The places by cells of this side, each by itself where it is 0; those of the most cities first."""
    if side == 0:
        groups = [_group([place]) for place in places]
    else:
        cells: dict[tuple[int, int], list[Place]] = {}
        for place in places:
            cells.setdefault(cell_of(place.latitude, place.longitude, side), []).append(place)
        groups = [_group(members) for members in cells.values()]
    return sorted(groups, key=lambda group: (-group.count, group.name))


@lru_cache(maxsize=4_096)
def _key(name: str) -> str:
    return sort_key(name)


def _group(members: Sequence[Place]) -> Group:
    count = sum(place.count for place in members)
    return Group(
        latitude=sum(place.latitude * place.count for place in members) / count,
        longitude=sum(place.longitude * place.count for place in members) / count,
        count=count,
        name=min((place.name for place in members), key=_key) if len(members) > 1 else members[0].name,
        city_id=members[0].city_id if count == 1 else None,
        within=_within(members) if count > 1 else None,
        members=members,
    )


def _within(members: Sequence[Place]) -> str | None:
    """Bounds that hold these cities and no city of another cell."""
    corners: list[tuple[float, float]] = []
    for place in members:
        if place.extent is not None:
            corners += [(place.extent.south, place.extent.west), (place.extent.north, place.extent.east)]
        elif place.count == 1:
            corners.append((place.latitude, place.longitude))
        else:
            return None
    latitudes, longitudes = zip(*corners, strict=True)
    south, west = (floor(min(each) * _TENTHS) for each in (latitudes, longitudes))
    north, east = (floor(max(each) * _TENTHS) + 1 for each in (latitudes, longitudes))
    bounds = (min(south, _POLE - 1), min(west, _DATE_LINE - 1), min(north, _POLE), min(east, _DATE_LINE))
    return ",".join(f"{each / _TENTHS:g}" for each in bounds)
