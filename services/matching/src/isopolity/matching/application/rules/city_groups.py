"""The groups that floors are about: the region, size, income or language of a city.

Invariant: a city of which the attribute is not known is in no group.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from isopolity.contracts.codes import country_incomes
from isopolity.matching.domain.member import City
from isopolity.matching.domain.rules.floors import FloorGrouping

SIZES: Final[Mapping[str, int]] = MappingProxyType(
    {"under-20000": 20_000, "under-100000": 100_000, "under-1000000": 1_000_000, "from-1000000": 10**12}
)
"""The classes of size, each with the number of people that a city of it stays below."""
INCOMES: Final[Mapping[str, int]] = MappingProxyType(
    {"low": 3_500, "lower-middle": 13_500, "upper-middle": 29_000, "high": 10**9}
)
"""The groups of income, each with the GDP per head at purchasing power, in US dollars, that a country stays below.

They are near the groups of the World Bank, which go by another figure.
"""

HIGH: Final = "high"
POORER: Final = ("low", "lower-middle")
"""The groups of income from which floors take nothing."""


def group_of(city: City, by: FloorGrouping) -> str:
    """The group of a city; empty if it is not known."""
    return _GROUPS[by](city)


def _size(city: City) -> str:
    return _class(city.population, SIZES)


def _income(city: City) -> str:
    return _class(country_incomes().get(city.country), INCOMES)


def _class(value: int | None, classes: Mapping[str, int]) -> str:
    return next((name for name, below in classes.items() if value < below), "") if value else ""


def _language(city: City) -> str:
    return city.languages[0].partition("-")[0] if city.languages else ""


_GROUPS: Final[Mapping[FloorGrouping, Callable[[City], str]]] = MappingProxyType(
    {
        FloorGrouping.REGION: lambda city: city.region,
        FloorGrouping.SIZE: _size,
        FloorGrouping.INCOME: _income,
        FloorGrouping.LANGUAGE: _language,
    }
)
