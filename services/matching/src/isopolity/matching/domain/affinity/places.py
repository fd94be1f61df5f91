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
        homes = [place.country for place in places]
        country, lands = _numbered(homes), [countries.get(code, Country(code=code)) for code in dict.fromkeys(homes)]
        own, spoken = [tuple(place.languages) for place in places], [_spoken(land) for land in lands]
        languages = sorted({code for codes in (*set(own), *spoken) for code in codes})
        numbers = {code: number for number, code in enumerate(languages)}
        populations = [np.log10(place.population) if place.population else np.nan for place in places]
        return cls(
            rows=tuple(places),
            lands=countries,
            index={place.place_id: position for position, place in enumerate(places)},
            latitude=_filled(_known([place.latitude for place in places]), country, base),
            longitude=_filled(_known([place.longitude for place in places]), country, base),
            log_population=_filled(np.array(populations, np.float64), country, base),
            country=country,
            admin1=_numbered([(place.country, place.admin1) for place in places]),
            timezone=_numbered([place.timezone for place in places]),
            continent=_numbered([land.continent for land in lands])[country],
            region=_numbered([land.region for land in lands])[country],
            log_wealth=_filled(_known([_log_wealth(land) for land in lands])[country], country, base),
            official=_bits(own, numbers),
            spoken=_bits(own, numbers) | _bits(spoken, numbers)[country],
        )


def _spoken(country: Country) -> tuple[str, ...]:
    return (*country.official_languages, *country.spoken_languages)


def _log_wealth(country: Country) -> float | None:
    return float(np.log10(country.gdp / country.population)) if country.gdp and country.population else None


def _known(values: Sequence[float | None]) -> Floats:
    """NaN for what is not."""
    return np.array(values, np.float64)


def _numbered(codes: Sequence[object]) -> Integers:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(code, len(numbers)) for code in codes], np.int64)


def _filled(values: Floats, country: Integers, base: int) -> Floats:
    """What is NaN becomes the median of its country, else of all, else 0; medians are those of the first `base`."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    told, its_country = values[:base][~missing[:base]], country[:base][~missing[:base]]
    filled, usual = values.copy(), float(np.median(told)) if told.size else 0.0
    for number in np.unique(country[missing]):
        known = told[its_country == number]
        filled[missing & (country == number)] = np.median(known) if known.size else usual
    return filled


def _bits(lists: Sequence[tuple[str, ...]], numbers: Mapping[str, int]) -> Bits:
    of_each: dict[tuple[str, ...], int] = {}  # many places speak the same
    row = [of_each.setdefault(codes, len(of_each)) for codes in lists]
    bits = np.zeros((len(of_each), max(1, -(-len(numbers) // _WORD))), np.uint64)
    for codes, position in of_each.items():
        for code in codes:
            word, bit = divmod(numbers[code], _WORD)
            bits[position, word] |= np.uint64(1) << np.uint64(bit)
    return bits[np.array(row, np.int64)]
