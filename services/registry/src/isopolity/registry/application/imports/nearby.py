"""Finds what lies near a place."""

from collections import defaultdict
from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final, Generic, TypeVar

ValueT = TypeVar("ValueT")
Place = tuple[float, float]
"""Degrees north and east."""

NEARBY_KM: Final = 10.0
"""The greatest distance of cities that are candidates with names that are only somewhat alike."""
_EARTH_KM: Final = 6371.0


class Nearby(Generic[ValueT]):
    """Values by the squares of a fifth of a degree in which they lie: more than 10 km wide up to 60 degrees."""

    def __init__(self) -> None:
        self._squares: dict[tuple[int, int], list[tuple[Place, ValueT]]] = defaultdict(list)

    def add(self, place: Place | None, value: ValueT) -> None:
        """Add a value, if it has a place."""
        if place is not None:
            self._squares[_square(place)].append((place, value))

    def around(self, place: Place | None) -> Iterator[ValueT]:
        """The values within `NEARBY_KM`; none if there is no place."""
        for square in () if place is None else _squares_around(place):
            for other, value in self._squares.get(square, ()):
                if _distance(place or other, other) <= NEARBY_KM:
                    yield value


def place_of(profile: Any) -> Place | None:
    """Where a profile says that its member lies; None for a partner."""
    latitude, longitude = getattr(profile, "latitude", None), getattr(profile, "longitude", None)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _square(place: Place) -> tuple[int, int]:
    return int(place[0] * 5 // 1), int(place[1] * 5 // 1)


def _squares_around(place: Place) -> Iterator[tuple[int, int]]:
    """The square of a place and those beside it; near the poles, where squares are narrow, more."""
    row, column = _square(place)
    reach = 1 if abs(place[0]) < 60 else 10
    for each in range(row - 1, row + 2):
        for other in range(column - reach, column + reach + 1):
            yield each, other


def _distance(one: Place, other: Place) -> float:
    """The distance in kilometres."""
    (north, east), (far_north, far_east) = (map(radians, place) for place in (one, other))
    half = sin((far_north - north) / 2) ** 2 + cos(north) * cos(far_north) * sin((far_east - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
