"""The earth as a sphere: points on it, and distances along it.

Invariant: the earth's radius is defined only here.
"""

from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats

EARTH_RADIUS_KM: Final = 6371.0


def unit_vectors(latitude: Floats, longitude: Floats) -> Floats:
    """(n, 3): the points of the unit sphere at these degrees; NaN where a coordinate is NaN."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1)


def great_circle_km(latitude_a: Floats, longitude_a: Floats, latitude_b: Floats, longitude_b: Floats) -> Floats:
    """Distances between points in degrees, by the haversine formula; NaN where a coordinate is NaN."""
    north_a, north_b = np.radians(latitude_a), np.radians(latitude_b)
    half_longitude = np.radians(longitude_b - longitude_a) / 2
    chord = np.sin((north_b - north_a) / 2) ** 2 + np.cos(north_a) * np.cos(north_b) * np.sin(half_longitude) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), np.float64)
