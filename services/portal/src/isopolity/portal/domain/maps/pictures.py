"""A picture of cities, and one of a city with its twins.

Invariant: a picture has at most `DOTS` dots, or as many as the largest cells leave, so that a page stays small however
many members there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from isopolity.portal.domain.maps.groups import SIDES, Corners, Group, Place, grouped, side_for
from isopolity.portal.domain.maps.names import LARGE, Label, labels
from isopolity.portal.domain.maps.projection import WIDTH
from isopolity.portal.domain.maps.ties import Arcs, Line, arc, arcs_of, distance
from isopolity.portal.domain.maps.windows import Point, Window, window_around

PLACES: Final = 500
"""Places, and lines of ties, that are asked for; registry counts those of a larger network together."""
DOTS: Final = 120
"""Dots of a picture, unless the largest cells leave more."""
_CLOSEST: Final = 5.0
"""Units of the map that the smallest picture of several cities is wide: about two degrees."""
_ALONE: Final = 150.0
"""The same, of a single city."""
_TWINS: Final = 260.0
"""The same, of a city with its twins."""
_HIGH: Final = 0.8
"""Height of a city's picture as a share of its width."""
_TEXT: Final = 21.0
"""Height of names in a wide picture, in its units."""
_NAMED: Final = 40
"""Dots of a picture in which names stand; among more they stand when asked for."""
_ALL_TWINS: Final = 200
"""The same, of a city with its twins: of a hundred twins some names stand."""
_REACH: Final = (12.0, 34.0)
"""Units around a dot, at least and at most, where it can be pointed at."""
_LARGER: Final = (1, 10, 30)
"""Cities from more than which a dot is larger by a step."""
Kind = Literal["city", "own", "twin", "ally"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A city or several, in units of the picture."""

    x: int
    y: int
    size: int
    """From 1, of one city, to 4."""
    reach: float
    count: int
    name: str
    href: str | None
    label: Label
    arcs: Arcs = field(default_factory=Arcs)
    kind: Kind = "city"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is drawn over the land of a window."""

    window: Window
    dots: Sequence[Dot]
    total: int
    """All cities of the selection, also those without a place."""
    placed: int

    @property
    def width(self) -> int:
        """Units from left to right."""
        return WIDTH

    @property
    def height(self) -> int:
        """Units from top to bottom."""
        return self.window.picture_height


class Found(Protocol):
    """The places of a selection, the number of its cities, and how many of them have a place."""

    @property
    def places(self) -> Sequence[Place]: ...

    @property
    def total(self) -> int: ...

    @property
    def placed(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places of another service than registry."""

    places: Sequence[Place]
    total: int
    placed: int


def picture_of(found: Found, *, opened: Callable[[str], str] | None = None, lines: Sequence[Line] = ()) -> Picture:
    """The smallest picture with all these places; `opened` makes the address of a part of the map from its bounds."""
    places = found.places
    least = _CLOSEST if sum(place.count for place in places) > 1 else _ALONE
    window = window_around([corner for place in places for corner in _corners(place)], least=least)
    side, groups = _few(places, window)
    points = [window.shown(group.latitude, group.longitude) for group in groups]
    names = [f"{each.name} and {each.count - 1} other cities" if each.count > 1 else each.name for each in groups]
    named = labels(points, names, text=_TEXT, height=window.picture_height, most=_NAMED)
    arcs = arcs_of(groups, lines, window, side)
    reaches = _reaches(points)
    dots = [
        Dot(
            x=round(points[number][0]),
            y=round(points[number][1]),
            size=1 + sum(group.count > least for least in _LARGER),
            reach=reaches[number],
            count=group.count,
            name=group.name,
            href=_address(group, opened),
            label=named[number],
            arcs=arcs[number],
        )
        for number, group in enumerate(groups)
    ]
    return Picture(window=window, dots=dots, total=found.total, placed=found.placed)


def _corners(place: Place) -> list[Point]:
    extent: Corners | None = place.extent
    if extent is None:
        return [(place.latitude, place.longitude)]
    return [(extent.south, extent.west), (extent.north, extent.east)]


def _address(group: Group, opened: Callable[[str], str] | None) -> str | None:
    if group.city_id is not None:
        return f"/cities/{group.city_id}"
    return opened(group.within) if opened is not None and group.within is not None else None


def _few(places: Sequence[Place], window: Window) -> tuple[int, list[Group]]:
    """The groups of the smallest cells that suit the window and leave at most `DOTS` groups, and the side of these."""
    side = side_for(window.degrees)
    groups = grouped(places, side)
    for larger in reversed(SIDES):
        if len(groups) > DOTS and larger > side:
            side, groups = larger, grouped(places, larger)
    return side, groups


def _reaches(points: Sequence[Point]) -> list[float]:
    """Half of the way to the nearest other point, within `_REACH`: what is pointed at is the nearest dot."""
    least, most = _REACH
    found = []
    for number, point in enumerate(points):
        others = (distance(point, other) / 2 for at, other in enumerate(points) if at != number)
        found.append(round(min(max(min(others, default=most), least), most), 1))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A city of a picture: the one that it is about (`own`), a twin, or a partner by this network (`ally`)."""

    name: str
    href: str | None
    latitude: float
    longitude: float
    kind: Kind


def picture_with_twins(own: Neighbour, others: Sequence[Neighbour]) -> Picture:
    """A city and those to which it is tied; without any, a city and what lies around it."""
    everybody = [own, *others]
    places = [(each.latitude, each.longitude) for each in everybody]
    window = window_around(places, least=_TWINS, shape=_HIGH)
    points = [window.shown(*place) for place in places]
    named = labels(points, [each.name for each in everybody], text=LARGE, height=window.picture_height, most=_ALL_TWINS)
    reaches = _reaches(points)
    dots = [
        Dot(
            x=round(points[number][0]),
            y=round(points[number][1]),
            size=2 if each is own else 1,
            reach=reaches[number],
            count=1,
            name=each.name,
            href=each.href,
            label=named[number],
            arcs=Arcs() if each is own else Arcs(arc(points[0], points[number])),
            kind=each.kind,
        )
        for number, each in enumerate(everybody)
    ]
    return Picture(window=window, dots=[*dots[1:], dots[0]], total=len(dots), placed=len(dots))
