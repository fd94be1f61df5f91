"""Members as places: those that history knows by their GeoNames id, and the others with what is usual where they lie.

Invariant: a member's place hangs on history and the member alone.
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
class _Land:
    """Cities of history, and where they lie in the median."""

    cities: Integers
    tree: cKDTree
    latitude: float
    longitude: float


Facts = tuple[object, ...]


def facts(city: City) -> Facts:
    """All that its place hangs on."""
    return city.city_id, *city.whereabouts


class Gazetteer:
    """Finds the places of members in history's."""

    def __init__(self, history: Places) -> None:
        self._history = history
        countries: dict[str, list[int]] = {}
        for position, place in enumerate(history.rows):
            countries.setdefault(place.country, []).append(position)
        self._lands: Mapping[str, _Land] = {country: self._land(cities) for country, cities in countries.items()}
        self._world = self._land(range(len(history))) if len(history) else None

    def places(self, cities: Sequence[City]) -> Sequence[Place]:
        """The place of each; two of kind city that claim one place of history both get it."""
        beside = self._beside(cities)
        return [self._known(city) or near for city, near in zip(cities, beside, strict=True)]

    def _land(self, cities: Iterable[int]) -> _Land:
        history, inside = self._history, np.array(list(cities), np.int64)
        return _Land(
            cities=inside,
            tree=cKDTree(history.points[inside]),
            latitude=float(np.median(history.latitude[inside])),
            longitude=float(np.median(history.longitude[inside])),
        )

    def _known(self, city: City) -> Place | None:
        position = self._history.index.get(str(city.geonames_id)) if city.kind == _CITY else None
        return None if position is None else self._history.rows[position]

    def _beside(self, cities: Sequence[City]) -> Sequence[Place]:
        """With timezone, province and official languages of the nearest city in the country, else in the world.

        A member of unknown whereabouts lies where the cities of its country do in the median.
        """
        found: list[Place] = [_plain(city) for city in cities]
        lands: dict[str, list[int]] = {}
        for number, city in enumerate(cities):
            lands.setdefault(city.country, []).append(number)
        for country, numbers in lands.items():
            land = self._lands.get(country, self._world)
            if land is not None:
                for number, place in zip(numbers, self._placed(land, [found[n] for n in numbers]), strict=True):
                    found[number] = place
        return found

    def _placed(self, land: _Land, members: Sequence[Place]) -> Sequence[Place]:
        where = [(place.latitude, place.longitude) for place in members]
        ends = [(land.latitude, land.longitude) if None in (y, x) else (y, x) for y, x in where]
        nearest = land.cities[land.tree.query(unit_vectors(*np.array(ends, np.float64).T))[1]]
        return [
            _like(place, self._history.rows[position], *end)
            for place, position, end in zip(members, nearest.tolist(), ends, strict=True)
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
