"""Squares of the map, in which places near each other are found, and the distance of two places.

Invariant: a place within 10 km of another lies in one of the squares around it.
"""

from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final

_EARTH_KM: Final = 6371.0


def place_of(profile: Any) -> tuple[float, float] | None:
    """The place of a profile, if it has one."""
    latitude, longitude = getattr(profile, "latitude", None), getattr(profile, "longitude", None)
    return None if latitude is None or longitude is None else (latitude, longitude)


def square(place: tuple[float, float]) -> tuple[int, int]:
    """The square of a fifth of a degree in which a place lies: more than 10 km wide up to 60 degrees."""
    return int(place[0] * 5 // 1), int(place[1] * 5 // 1)


def squares_around(place: tuple[float, float]) -> Iterator[tuple[int, int]]:
    """The square of a place and those beside it; near the poles, where squares are narrow, more."""
    row, column = square(place)
    reach = 1 if abs(place[0]) < 60 else 10
    for each in range(row - 1, row + 2):
        for other in range(column - reach, column + reach + 1):
            yield each, other


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance in kilometres."""
    (north, east), (far_north, far_east) = (map(radians, place) for place in (one, other))
    half = sin((far_north - north) / 2) ** 2 + cos(north) * cos(far_north) * sin((far_east - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
