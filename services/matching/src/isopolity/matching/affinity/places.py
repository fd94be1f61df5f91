"""Cities as arrays, in the order given, without any link between them.

Invariant: every array is complete. A value missing in the source is filled with the median of its country, so that no
feature has a gap. Places that join later change neither the values of earlier places nor the medians.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers, Unsigned64
from isopolity.matching.domain.sphere import unit_vectors

_WORD: Final = 64
"""The number of bits of one number in an array of languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Facts of a country; unknown numbers are None, codes are plain strings."""

    code: str
    continent: str = ""
    region: str = ""
    population: float | None = None
    gdp: float | None = None
    """The GDP in US dollars at purchasing power."""
    official_languages: Sequence[str] = ()
    spoken_languages: Sequence[str] = ()
    """The languages spoken by more than a fifth of its people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city; latitude and longitude in degrees; unknown numbers are None."""

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
class CodeNumbers:
    """The number of each code, by the kind of code; a code that comes later gets the next number."""

    country: dict[object, int] = field(default_factory=dict)
    admin1: dict[object, int] = field(default_factory=dict)
    """The number of each province, by country and code."""
    timezone: dict[object, int] = field(default_factory=dict)
    continent: dict[object, int] = field(default_factory=dict)
    region: dict[object, int] = field(default_factory=dict)
    language: dict[object, int] = field(default_factory=dict)

    def copied(self) -> "CodeNumbers":
        """A copy that can grow without changing this one."""
        return CodeNumbers(**{name: dict(getattr(self, name)) for name in self.__slots__})


@dataclass(frozen=True, kw_only=True)
class Places:
    """Arrays with one entry for each place. Codes are numbers from 0 on, of which only equality matters.

    The first `reference_count` places are the reference: medians, ranks and circles come from them alone.
    """

    entries: Sequence[Place]
    countries: Mapping[str, Country]
    """The facts of each country, by its code."""
    latitude: Floats
    longitude: Floats
    points: Floats
    """(n, 3): the points on the unit sphere."""
    log_population: Floats
    """The decimal logarithm of the population."""
    country: Integers
    admin1: Integers
    """The number of the province; all places of a country without a province share one number."""
    timezone: Integers
    continent: Integers
    region: Integers
    log_wealth: Floats
    """The decimal logarithm of the country's GDP a head, in US dollars at purchasing power."""
    official: Unsigned64
    """(n, words): the official languages of the city, as bits."""
    spoken: Unsigned64
    """(n, words): the languages widely spoken in its country or official in the city, as bits."""
    source_values: Floats
    """(4, reference_count): latitude, longitude, log_population and log_wealth, with NaN for gaps."""
    numbers: CodeNumbers = field(repr=False)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def reference_count(self) -> int:
        """The number of places before others joined."""
        return int(self.source_values.shape[1])

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The position of each place by its id."""
        return {place.place_id: position for position, place in enumerate(self.entries)}

    @classmethod
    def of(cls, places: Sequence[Place], countries: Mapping[str, Country]) -> "Places":
        """The arrays of `places`; a country missing in `countries` has no facts."""
        return _arrays(places, countries, CodeNumbers(), None)

    def joined(self, places: Sequence[Place]) -> "Places":
        """These places with `places` appended."""
        added = _arrays(places, self.countries, self.numbers.copied(), self)
        words = added.official.shape[1]
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(added, name)]) for name in _COLUMNS
        }
        return replace(
            added,
            entries=(*self.entries, *added.entries),
            official=np.concatenate([_wide(self.official, words), added.official]),
            spoken=np.concatenate([_wide(self.spoken, words), added.spoken]),
            source_values=self.source_values,
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


def _arrays(
    places: Sequence[Place], countries: Mapping[str, Country], numbers: CodeNumbers, reference: Places | None
) -> Places:
    """The arrays of `places` alone; `numbers` grows. Gaps are filled from `reference`, by default from `places`."""
    homes = [countries.get(place.country, Country(code=place.country)) for place in places]
    own, spoken = [tuple(place.languages) for place in places], [_spoken(home) for home in homes]
    for code in sorted({code for codes in {*own, *spoken} for code in codes} - numbers.language.keys()):
        numbers.language[code] = len(numbers.language)
    country = _numbered([place.country for place in places], numbers.country)
    values = _source_values(places, homes)
    known, known_country = (
        (values, country)
        if reference is None
        else (reference.source_values, reference.country[: reference.reference_count])
    )
    latitude, longitude, log_population, log_wealth = (
        _filled(*each, country, known_country) for each in zip(values, known, strict=True)
    )
    official = _bits(own, numbers.language)
    return Places(
        entries=tuple(places),
        countries=countries,
        latitude=latitude,
        longitude=longitude,
        points=unit_vectors(latitude, longitude),
        log_population=log_population,
        country=country,
        admin1=_numbered([(place.country, place.admin1) for place in places], numbers.admin1),
        timezone=_numbered([place.timezone for place in places], numbers.timezone),
        continent=_numbered([home.continent for home in homes], numbers.continent),
        region=_numbered([home.region for home in homes], numbers.region),
        log_wealth=log_wealth,
        official=official,
        spoken=official | _bits(spoken, numbers.language),
        source_values=values,
        numbers=numbers,
    )


def _source_values(places: Sequence[Place], homes: Sequence[Country]) -> Floats:
    """(4, n): latitude, longitude, log_population and log_wealth of `places` in the countries `homes`; gaps are NaN."""
    wealth = {home.code: _log_wealth(home) for home in homes}
    values = [
        (place.latitude, place.longitude, _log(place.population), wealth[home.code])
        for place, home in zip(places, homes, strict=True)
    ]
    return np.array(values, np.float64).reshape(-1, 4).T


def _spoken(country: Country) -> tuple[str, ...]:
    return (*country.official_languages, *country.spoken_languages)


def _log(number: float | None) -> float | None:
    return float(np.log10(number)) if number else None


def _log_wealth(country: Country) -> float | None:
    return _log(country.gdp / country.population) if country.gdp and country.population else None


def _numbered(codes: Sequence[object], numbers: dict[object, int]) -> Integers:
    return np.array([numbers.setdefault(code, len(numbers)) for code in codes], np.int64)


def _filled(values: Floats, known: Floats, country: Integers, known_country: Integers) -> Floats:
    """`values` with each NaN replaced by the median of `known` in its country, else of all `known`, else by 0."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    is_number = ~np.isnan(known)
    known, known_country = known[is_number], known_country[is_number]
    filled, median = values.copy(), float(np.median(known)) if known.size else 0.0
    for number in np.unique(country[missing]):
        there = known[known_country == number]
        filled[missing & (country == number)] = np.median(there) if there.size else median
    return filled


def _bits(lists: Sequence[tuple[str, ...]], numbers: Mapping[object, int]) -> Unsigned64:
    of_each: dict[tuple[str, ...], int] = {}  # many places share a set of languages
    row = [of_each.setdefault(codes, len(of_each)) for codes in lists]
    bits = np.zeros((len(of_each), max(1, -(-len(numbers) // _WORD))), np.uint64)
    for codes, position in of_each.items():
        for code in codes:
            word, bit = divmod(numbers[code], _WORD)
            bits[position, word] |= np.uint64(1) << np.uint64(bit)
    return bits[np.array(row, np.int64)]


def _wide(bits: Unsigned64, words: int) -> Unsigned64:
    return np.pad(bits, ((0, 0), (0, words - bits.shape[1])))
