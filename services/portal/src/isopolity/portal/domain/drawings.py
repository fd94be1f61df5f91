"""Maps, charts and lines of numbers, in the units of their drawings.

Maps have the Equal Earth projection, which shows areas in their true proportions. Source: B. Šavrič, T. Patterson, B.
Jenny, The Equal Earth map projection, International Journal of Geographical Information Science 33(3), 2019, 454-465,
equations 8 to 10 and table 1.

Invariant: a map has at most `DOTS` dots and `LINES` lines, so that a page stays small however many members there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final, Protocol

from isopolity.client.registry.models import CityPlaces, TiePlaces

WIDTH: Final = 1000
"""Units of the map from west to east."""
LAND_FROM: Final = -58.0
"""Degrees of latitude at the lower edge: no city lies farther south."""
_LAND_TO: Final = 84.0

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_ROOT: Final = sqrt(3) / 2
DOTS: Final = 180
LINES: Final = 450
_SMALL, _GROWTH, _LARGE = 4.0, 1.6, 18.0
"""Radius of one city's dot, how much a dot grows with the root of its cities, and the largest; in units of the map."""
_BEND: Final = 0.12
"""How far a line swings out, as a share of its length, so that lines between the same regions can be told apart."""
CHART_WIDTH: Final = 320
"""Units of a chart from its left to its right."""
_NUMBER: Final = 60
_ROW: Final = 44
TREND_HEIGHT: Final = 24
"""Of the picture; its width is one less than the number of values."""


def _projected(latitude: float, longitude: float) -> tuple[float, float]:
    """Radians to the east and the north, for a sphere of radius 1."""
    theta = asin(_ROOT * sin(radians(latitude)))
    square = theta * theta
    sixth = square**3
    slope = 9 * _A4 * sixth * square + 7 * _A3 * sixth + 3 * _A2 * square + _A1
    x = radians(longitude) * cos(theta) / (_ROOT * slope)
    y = theta * (_A4 * sixth * square + _A3 * sixth + _A2 * square + _A1)
    return x, y


_EAST: Final = _projected(0, 180)[0]
_SCALE: Final = WIDTH / (2 * _EAST)
_TOP: Final = _projected(_LAND_TO, 0)[1]
HEIGHT: Final = round((_TOP - _projected(LAND_FROM, 0)[1]) * _SCALE)
"""Units of the map from north to south."""


def on_map(latitude: float, longitude: float) -> tuple[float, float]:
    """Units from the left and from the top, for degrees north and east; what lies beyond an edge stands on it."""
    x, y = _projected(latitude, longitude)
    return (x + _EAST) * _SCALE, min(max((_TOP - y) * _SCALE, 0.0), float(HEIGHT))


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
    """Dots and lines that are drawn over the land."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar, its label and its number."""

    label: str
    number: int
    y: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars one below the other, each below its label; the longest leaves room for its number alone."""

    bars: Sequence[Bar]
    width: int = CHART_WIDTH

    @property
    def height(self) -> int:
        """Units from top to bottom."""
        return _ROW * len(self.bars)


def chart_of(numbers: Mapping[str, int]) -> Chart:
    """The chart of numbers by label."""
    most, room = max(numbers.values(), default=0), CHART_WIDTH - _NUMBER
    bars = [
        Bar(label=label, number=number, y=_ROW * place, length=round(room * number / most) if most else 0)
        for place, (label, number) in enumerate(numbers.items())
    ]
    return Chart(bars=bars)


def trend_line(numbers: Sequence[int]) -> str:
    """The path through `numbers`, of which one at least is more than nought."""
    most = max(numbers)
    return "M" + "L".join(
        f"{at},{TREND_HEIGHT - round(TREND_HEIGHT * number / most, 1):g}" for at, number in enumerate(numbers)
    )
