"""Members as places: places of history by their GeoNames id, and new places with values of the nearest ones.

Invariant: a member's place depends on history and the member alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from isopolity.matching.affinity.places import Place, Places
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.member import City
from isopolity.matching.domain.sphere import unit_vectors

_CITY: Final = "city"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Area:
    """Cities of history in a country or in the world, and their median coordinates."""

    cities: Integers
    tree: cKDTree
    latitude: float
    longitude: float


PlaceKey = tuple[object, ...]


def place_key(city: City) -> PlaceKey:
    """The values that determine the place of a member."""
    return city.city_id, *city.whereabouts


class Gazetteer:
    """Finds the places of members in history."""

    def __init__(self, history: Places) -> None:
        self._history = history
        countries: dict[str, list[int]] = {}
        for position, place in enumerate(history.entries):
            countries.setdefault(place.country, []).append(position)
        self._countries: Mapping[str, _Area] = {country: self._area(cities) for country, cities in countries.items()}
        self._world = self._area(range(len(history))) if len(history) else None

    def places(self, cities: Sequence[City]) -> Sequence[Place]:
        """The place of each member; two members of kind city that claim one place of history both get it."""
        near = self._near(cities)
        return [self._known(city) or place for city, place in zip(cities, near, strict=True)]

    def _area(self, cities: Iterable[int]) -> _Area:
        history, inside = self._history, np.array(list(cities), np.int64)
        return _Area(
            cities=inside,
            tree=cKDTree(history.points[inside]),
            latitude=float(np.median(history.latitude[inside])),
            longitude=float(np.median(history.longitude[inside])),
        )

    def _known(self, city: City) -> Place | None:
        position = self._history.index.get(str(city.geonames_id)) if city.kind == _CITY else None
        return None if position is None else self._history.entries[position]

    def _near(self, cities: Sequence[City]) -> Sequence[Place]:
        """New places with timezone, province and official languages of the nearest city of history.

        That is the nearest one in the country, or in the world if history has no city of the country. A member
        without coordinates is placed at the median of its country.
        """
        found: list[Place] = [_plain(city) for city in cities]
        by_country: dict[str, list[int]] = {}
        for number, city in enumerate(cities):
            by_country.setdefault(city.country, []).append(number)
        for country, numbers in by_country.items():
            area = self._countries.get(country, self._world)
            if area is not None:
                for number, place in zip(numbers, self._placed(area, [found[n] for n in numbers]), strict=True):
                    found[number] = place
        return found

    def _placed(self, area: _Area, members: Sequence[Place]) -> Sequence[Place]:
        known = [(place.latitude, place.longitude) for place in members]
        points = [(area.latitude, area.longitude) if None in (y, x) else (y, x) for y, x in known]
        nearest = area.cities[area.tree.query(unit_vectors(*np.array(points, np.float64).T))[1]]
        return [
            _like(place, self._history.entries[position], *point)
            for place, position, point in zip(members, nearest.tolist(), points, strict=True)
        ]


def _plain(city: City) -> Place:
    return Place(
        place_id=f"member {city.city_id}",
        name=city.name,
        country=city.country,
        latitude=city.latitude,
        longitude=city.longitude,
        population=city.population,
        timezone=city.country,
    )


def _like(place: Place, near: Place, latitude: float | None, longitude: float | None) -> Place:
    is_home = near.country == place.country
    return replace(
        place,
        latitude=latitude,
        longitude=longitude,
        timezone=near.timezone,
        admin1=near.admin1 if is_home else "",
        languages=near.languages if is_home else (),
    )
