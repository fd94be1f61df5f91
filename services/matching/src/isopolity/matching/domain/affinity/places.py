"""The cities of history as arrays, in the order given; nothing here knows of any link.

Invariant: every array is complete. What a source leaves out is filled with what is usual in the country, so that no
feature has to ask. What is usual can be a matter of the first places only, so that further ones change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bits = NDArray[np.uint64]

EARTH_RADIUS_KM: Final = 6371.0
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


@dataclass(frozen=True, kw_only=True)
class Places:
    """One entry a place. Codes are numbers from 0 on that mean nothing but equality."""

    rows: Sequence[Place]
    lands: Mapping[str, Country]
    """By code; facts of countries."""
    index: Mapping[str, int]
    latitude: Floats
    longitude: Floats
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
    official: Bits
    """(n, words): official languages of the city as bits."""
    spoken: Bits
    """(n, words): languages widely spoken in its country, or official in the city."""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def points(self) -> Floats:
        """(n, 3): on the unit sphere."""
        latitude, longitude = np.radians(self.latitude), np.radians(self.longitude)
        return np.stack(
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=1
        )

    @classmethod
    def of(cls, places: Sequence[Place], countries: Mapping[str, Country], base: int | None = None) -> "Places":
        """The arrays for `places`; a country that is not among `countries` is one without facts.

        What is usual is told by the first `base` places, by all if that is not given.
        """
        base = len(places) if base is None else base
        lands = [countries.get(place.country, Country(code=place.country)) for place in places]
        country = _numbered([place.country for place in places])
        languages = sorted({code for p, c in zip(places, lands, strict=True) for code in (*p.languages, *_spoken(c))})
        numbers = {code: number for number, code in enumerate(languages)}
        populations = [np.log10(place.population) if place.population else None for place in places]
        return cls(
            rows=tuple(places),
            lands=countries,
            index={place.place_id: position for position, place in enumerate(places)},
            latitude=_filled([place.latitude for place in places], country, base),
            longitude=_filled([place.longitude for place in places], country, base),
            log_population=_filled(populations, country, base),
            country=country,
            admin1=_numbered([(place.country, place.admin1) for place in places]),
            timezone=_numbered([place.timezone for place in places]),
            continent=_numbered([land.continent for land in lands]),
            region=_numbered([land.region for land in lands]),
            log_wealth=_filled([_log_wealth(land) for land in lands], country, base),
            official=_bits([place.languages for place in places], numbers),
            spoken=_bits([(*p.languages, *_spoken(c)) for p, c in zip(places, lands, strict=True)], numbers),
        )


def _spoken(country: Country) -> Sequence[str]:
    return (*country.official_languages, *country.spoken_languages)


def _log_wealth(country: Country) -> float | None:
    return float(np.log10(country.gdp / country.population)) if country.gdp and country.population else None


def _numbered(codes: Sequence[object]) -> Integers:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(code, len(numbers)) for code in codes], np.int64)


def _filled(values: Sequence[float | None], country: Integers, base: int) -> Floats:
    """What is missing becomes the median of its country, else of all, else 0; medians are those of the first `base`."""
    array = np.array([np.nan if value is None else value for value in values], np.float64)
    missing = np.isnan(array)
    if not missing.any():
        return array
    told, its_country = array[:base][~missing[:base]], country[:base][~missing[:base]]
    usual = float(np.median(told)) if told.size else 0.0
    for number in np.unique(country[missing]):
        known = told[its_country == number]
        array[missing & (country == number)] = np.median(known) if known.size else usual
    return array


def _bits(lists: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> Bits:
    of_each: dict[tuple[str, ...], int] = {}  # many places speak the same
    row = [of_each.setdefault(tuple(codes), len(of_each)) for codes in lists]
    bits = np.zeros((len(of_each), max(1, -(-len(numbers) // _WORD))), np.uint64)
    for codes, position in of_each.items():
        for code in codes:
            word, bit = divmod(numbers[code], _WORD)
            bits[position, word] |= np.uint64(1) << np.uint64(bit)
    return bits[np.array(row, np.int64)]
