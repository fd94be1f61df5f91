"""Other names of places, from the gazetteer, so that Cologne is compared with Köln.

Invariant: a name without a number at GeoNames stands for every place of the country that has it.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence

from isopolity.gazetteer.places import names_of_places
from isopolity.registry.application.imports.name_index import likeness_key


class PlaceNames:
    """The names of the places of one country, by their likeness keys."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = {number: tuple(dict.fromkeys(map(likeness_key, of_place))) for number, of_place in names.items()}
        self._of_key: dict[str, list[str]] = {}
        for number, keys in self._names.items():
            for key in keys:
                self._of_key.setdefault(key, []).append(number)

    def others(self, number: str | None, keys: Iterable[str]) -> Collection[str]:
        """All names of the place with this number; else those of the places that have one of the names `keys`."""
        if number is not None and number in self._names:
            return self._names[number]
        places = dict.fromkeys(place for key in keys for place in self._of_key.get(key, ()))
        return dict.fromkeys(name for place in places for name in self._names[place])


NO_PLACES = PlaceNames({})


async def place_names(countries: Collection[str]) -> Mapping[str, PlaceNames]:
    """The names of the places of these countries, which a thread reads."""
    return await asyncio.to_thread(lambda: {country: PlaceNames(names_of_places(country)) for country in countries})
