"""The cities of history as arrays, in the order given; nothing here knows of any link.

Invariant: every array is complete. What a source leaves out is filled with what is usual in the country, so that no
feature has to ask. Places that join later change nothing of what was there, nor what is usual.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers, Unsigned64
from isopolity.matching.domain.sphere import unit_vectors

_WORD: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What is known of a country; unknown numbers are None, codes are plain strings."""

    code: str
    continent: str = ""
    region: str = ""
    population: float | None = None
    gdp: float | None = None
    official_languages: Sequence[str] = ()
    spoken_languages: Sequence[str] = ()
    """Spoken by more than a fifth of its people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city; `population` is None where nobody knows it, coordinates are degrees or None."""

    place_id: str
    name: str
    country: str
    latitude: float | None = None
    longitude: float | None = None
    population: float | None = None
    timezone: str = ""
    admin1: str = ""
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers that codes have got; a code that comes later gets the next one."""

    country: dict[object, int] = field(default_factory=dict)
    admin1: dict[object, int] = field(default_factory=dict)
    """By country and code."""
    timezone: dict[object, int] = field(default_factory=dict)
    continent: dict[object, int] = field(default_factory=dict)
    region: dict[object, int] = field(default_factory=dict)
    language: dict[object, int] = field(default_factory=dict)

    def copied(self) -> "Numbers":
        """The same, to go on from."""
        return Numbers(**{name: dict(getattr(self, name)) for name in self.__slots__})


@dataclass(frozen=True, kw_only=True)
class Places:
    """One entry a place. Codes are numbers from 0 on that mean nothing but equality."""

    rows: Sequence[Place]
    lands: Mapping[str, Country]
    """By code; facts of countries."""
    latitude: Floats
    longitude: Floats
    points: Floats
    """(n, 3): on the unit sphere."""
    log_population: Floats
    """Decimal logarithm."""
    country: Integers
    admin1: Integers
    """Of a country; a place that names none shares its country's “none”."""
    timezone: Integers
    continent: Integers
    region: Integers
    log_wealth: Floats
    """Decimal logarithm of the country's GDP a head, in USD at purchasing power."""
    official: Unsigned64
    """(n, words): official languages of the city as bits."""
    spoken: Unsigned64
    """(n, words): languages widely spoken in its country, or official in the city."""
    told: Floats
    """(4, base): of the first places latitude, longitude, population and wealth as sources tell them, else NaN."""
    numbers: Numbers = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def base(self) -> int:
        """How many were there first: they tell what is usual, and who lies near whom."""
        return int(self.told.shape[1])

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The positions by id."""
        return {place.place_id: position for position, place in enumerate(self.rows)}

    @classmethod
    def of(cls, places: Sequence[Place], countries: Mapping[str, Country]) -> "Places":
        """The arrays for `places`; a country that is not among `countries` is one without facts."""
        return _drawn(places, countries, Numbers(), None)

    def joined(self, places: Sequence[Place]) -> "Places":
        """With `places` at the end."""
        added = _drawn(places, self.lands, self.numbers.copied(), self)
        words = added.official.shape[1]
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(added, name)]) for name in _COLUMNS
        }
        return replace(
            added,
            rows=(*self.rows, *added.rows),
            official=np.concatenate([_wide(self.official, words), added.official]),
            spoken=np.concatenate([_wide(self.spoken, words), added.spoken]),
            told=self.told,
            **columns,
        )


_COLUMNS: Final = (
    "latitude",
    "longitude",
    "points",
    "log_population",
    "country",
    "admin1",
    "timezone",
    "continent",
    "region",
    "log_wealth",
)


def _drawn(places: Sequence[Place], countries: Mapping[str, Country], numbers: Numbers, usual: Places | None) -> Places:
    """The arrays of `places` alone; `numbers` grows, and `usual`, else the places themselves, tell what is usual."""
    lands = [countries.get(place.country, Country(code=place.country)) for place in places]
    own, spoken = [tuple(place.languages) for place in places], [_spoken(land) for land in lands]
    for code in sorted({code for codes in {*own, *spoken} for code in codes} - numbers.language.keys()):
        numbers.language[code] = len(numbers.language)
    country = _numbered([place.country for place in places], numbers.country)
    told = _told(places, lands)
    base, homes = (told, country) if usual is None else (usual.told, usual.country[: usual.base])
    latitude, longitude, log_population, log_wealth = (
        _filled(*values, country, homes) for values in zip(told, base, strict=True)
    )
    official = _bits(own, numbers.language)
    return Places(
        rows=tuple(places),
        lands=countries,
        latitude=latitude,
        longitude=longitude,
        points=unit_vectors(latitude, longitude),
        log_population=log_population,
        country=country,
        admin1=_numbered([(place.country, place.admin1) for place in places], numbers.admin1),
        timezone=_numbered([place.timezone for place in places], numbers.timezone),
        continent=_numbered([land.continent for land in lands], numbers.continent),
        region=_numbered([land.region for land in lands], numbers.region),
        log_wealth=log_wealth,
        official=official,
        spoken=official | _bits(spoken, numbers.language),
        told=told,
        numbers=numbers,
    )


def _told(places: Sequence[Place], lands: Sequence[Country]) -> Floats:
    """(4, n): latitude, longitude, population and wealth, the latter two as decimal logarithms; NaN where not told."""
    wealth = {land.code: _log_wealth(land) for land in lands}
    rows = [
        (place.latitude, place.longitude, _log(place.population), wealth[land.code])
        for place, land in zip(places, lands, strict=True)
    ]
    return np.array(rows, np.float64).reshape(-1, 4).T


def _spoken(country: Country) -> tuple[str, ...]:
    return (*country.official_languages, *country.spoken_languages)


def _log(number: float | None) -> float | None:
    return float(np.log10(number)) if number else None


def _log_wealth(country: Country) -> float | None:
    return _log(country.gdp / country.population) if country.gdp and country.population else None


def _numbered(codes: Sequence[object], numbers: dict[object, int]) -> Integers:
    return np.array([numbers.setdefault(code, len(numbers)) for code in codes], np.int64)


def _filled(values: Floats, told: Floats, country: Integers, homes: Integers) -> Floats:
    """What is NaN becomes the median of what is `told` in its country, else of all, else 0; `homes` are told's."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    known = ~np.isnan(told)
    told, homes = told[known], homes[known]
    filled, usual = values.copy(), float(np.median(told)) if told.size else 0.0
    for number in np.unique(country[missing]):
        there = told[homes == number]
        filled[missing & (country == number)] = np.median(there) if there.size else usual
    return filled


def _bits(lists: Sequence[tuple[str, ...]], numbers: Mapping[object, int]) -> Unsigned64:
    of_each: dict[tuple[str, ...], int] = {}  # many places speak the same
    row = [of_each.setdefault(codes, len(of_each)) for codes in lists]
    bits = np.zeros((len(of_each), max(1, -(-len(numbers) // _WORD))), np.uint64)
    for codes, position in of_each.items():
        for code in codes:
            word, bit = divmod(numbers[code], _WORD)
            bits[position, word] |= np.uint64(1) << np.uint64(bit)
    return bits[np.array(row, np.int64)]


def _wide(bits: Unsigned64, words: int) -> Unsigned64:
    return np.pad(bits, ((0, 0), (0, words - bits.shape[1])))
