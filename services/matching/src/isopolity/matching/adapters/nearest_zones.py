"""Time zones for places without one: the zone of the nearest place in their country, from a file in this package.

A line of the file is a country, one of its zones, and the places in it; `data/build_zones.py` makes it.
"""

import lzma
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from isopolity.matching.domain.sphere import unit_vectors

_FILE: Final = ("zones", "zones.txt.xz")


class _Country:
    """The zones of a country, with the points of their places if there are several zones."""

    def __init__(self, zones: dict[str, str]) -> None:
        self._zones, points = list(zones), list[tuple[float, float]]()
        self._zone_of: list[int] = []
        for number, places in enumerate(zones.values()):
            for place in places.split():
                latitude, _, longitude = place.partition(",")
                points.append((float(latitude), float(longitude)))
                self._zone_of.append(number)
        self._tree = cKDTree(unit_vectors(*np.array(points).T)) if points else None

    def zone(self, latitude: float, longitude: float) -> str:
        """The zone of the country's place that is nearest to this point."""
        if self._tree is None:
            return self._zones[0]
        _, nearest = self._tree.query(unit_vectors(np.array([latitude]), np.array([longitude])))
        return self._zones[self._zone_of[int(nearest[0])]]


class NearestZones:
    """Finds the zones of places by their coordinates; the file is read on first use."""

    def __call__(self, country: str, latitude: float, longitude: float) -> str | None:
        """The zone of the nearest place in the country; None for a country without known places."""
        found = _country(country)
        return None if found is None else found.zone(latitude, longitude)


@cache
def _country(code: str) -> _Country | None:
    zones = _zones().get(code)
    return None if zones is None else _Country(zones)


@cache
def _zones() -> dict[str, dict[str, str]]:
    packed, found = files("isopolity.matching").joinpath(*_FILE).read_bytes(), dict[str, dict[str, str]]()
    for line in lzma.decompress(packed).decode().splitlines():
        country, zone, places = line.split("\t")
        found.setdefault(country, {})[zone] = places
    return found
