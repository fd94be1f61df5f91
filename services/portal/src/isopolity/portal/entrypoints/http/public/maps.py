"""What registry says of places, as a map draws it.

Invariant: a map has at most `DOTS` dots and `LINES` lines, so that a page stays small however many members there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final, Protocol

from isopolity.client.registry.models import CityPlaces, TiePlaces
from isopolity.portal.domain.world_map import HEIGHT, WIDTH, on_map

DOTS: Final = 180
LINES: Final = 450
_SMALL, _GROWTH, _LARGE = 4.0, 1.6, 18.0
"""Radius of one city's dot, how much a dot grows with the root of its cities, and the largest; in units of the map."""
_BEND: Final = 0.12
"""How far a line swings out, as a share of its length, so that lines between the same regions can be told apart."""


class Place(Protocol):
    """A city, or the middle of several that lie near each other, as any service names it."""

    @property
    def latitude(self) -> float: ...

    @property
    def longitude(self) -> float: ...

    @property
    def count(self) -> int: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A place on the map, in its units."""

    x: int
    y: int
    radius: float
    count: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldMap:
    """What is drawn over the land."""

    width: int
    height: int
    dots: list[Dot]
    lines: str
    """The commands of one SVG path."""
    total: int
    """All cities of the selection, also those without a place."""
    placed: int


def drawn_places(spread: CityPlaces) -> WorldMap:
    """The map of registry's cities."""
    return map_of(spread.places, total=spread.total, placed=spread.placed)


def map_of(places: Iterable[Place], *, total: int, placed: int) -> WorldMap:
    """The map of these places."""
    small_last = sorted(places, key=lambda place: -place.count)  # small dots lie above large ones
    return WorldMap(
        width=WIDTH, height=HEIGHT, dots=[_dot(place) for place in small_last], lines="", total=total, placed=placed
    )


def drawn_ties(ties: TiePlaces) -> str:
    """The lines of registry's twinnings."""
    return "".join(_line(each.start, each.end) for each in ties.lines)


def _dot(place: Place) -> Dot:
    x, y = on_map(place.latitude, place.longitude)
    radius = min(_SMALL + _GROWTH * (sqrt(place.count) - 1), _LARGE)
    return Dot(x=round(x), y=round(y), radius=round(radius, 1), count=place.count, name=place.name)


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A curve from one place to the other."""
    (ax, ay), (bx, by) = on_map(*start), on_map(*end)
    swing_x, swing_y = (bx - ax) / 2 + (by - ay) * _BEND, (by - ay) / 2 - abs(bx - ax) * _BEND
    return f"M{ax:.0f} {ay:.0f}q{swing_x:.0f} {swing_y:.0f} {bx - ax:.0f} {by - ay:.0f}"
