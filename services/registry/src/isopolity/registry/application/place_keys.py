"""Natural keys that a city may have if a name means the place where it lies, so that Köln is found as Cologne."""

from collections.abc import Sequence
from typing import Final

from isopolity.contracts.codes import CITY_KINDS
from isopolity.gazetteer.places import places_named
from isopolity.registry.domain.city import city_key

_PLACES: Final = 20
"""The most places of one name, the largest first; it bounds the keys in one statement."""


def keys_of_places(name: str) -> Sequence[str]:
    """The natural keys of cities, by number or by name, at each place that has `name` among its names.

    A city without a number at GeoNames is found so if its first name is one word.
    """
    return [
        key
        for place in places_named(name, _PLACES)
        for kind in CITY_KINDS
        for key in (
            city_key(kind, place.number, place.country, name),
            *(city_key(kind, None, place.country, each) for each in place.names),
        )
    ]
