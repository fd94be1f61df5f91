"""The rules of programmes: the places they serve, the sizes of cities, the amounts they grant, and their periods.

Each rule has one definition, for one pair as for arrays: of cities for one programme, or of programmes for one city.
Invariant: an unknown fact, such as a population or an exchange rate, never excludes a city.

The exchange rates are of January 2026 and rounded by hand, so that ranges in two currencies can be compared roughly;
they decide whether a grant can fit at all, and never enter accounts. A currency that is not listed gives a warning and
does not block a pair.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.domain.member import SPONSORSHIP, City, Programme
from isopolity.matching.domain.scores.blockers import Blocker, flagged
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.weights import UNKNOWN

_SCALE: Final = 1_000_000
_FOCUS_COUNTRY: Final = 1.0
"""The value of `focus` if the programme names the city's country."""
_FOCUS_REGION: Final = 0.7
"""The value of `focus` if it names the city's region and no country."""
_FOCUS_ALL: Final = 0.4
"""The value of `focus` if it names no place, so that it serves every city."""


class Granted(NamedTuple):
    """The least and the most that a programme grants within its range and budget; or arrays of these for many."""

    least: float | Floats
    most: float | Floats

    @classmethod
    def by(cls, programme: Programme) -> "Granted":
        """The least and the most that one programme grants."""
        return cls(programme.grant_min, min(programme.grant_max, programme.budget))


@dataclass(frozen=True, slots=True)
class Grant:
    """The amounts that targets ask for, in the programme's currency; NaN without a known rate."""

    low: Floats
    high: Floats

    def fits(self, granted: Granted) -> Booleans:
        """Whether the ranges overlap and money is granted at all; amounts that cannot be compared fit."""
        outside = (self.low > granted.most) | (self.high < granted.least)
        return np.asarray(~(outside | np.less_equal(granted.most, 0)), bool)

    def value(self, granted: Granted) -> Floats:
        """The share of the requested range that lies within the programme's, in [0, 1]; UNKNOWN without a rate."""
        overlap = np.minimum(self.high, granted.most) - np.maximum(self.low, granted.least)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.high > self.low, overlap / (self.high - self.low), 1.0)
        return np.where(np.isnan(self.low), UNKNOWN, np.clip(share, 0, 1))


def is_open(programme: Programme, today: date) -> bool:
    """Whether the programme takes applications on this day."""
    return (programme.opens is None or programme.opens <= today) and (
        programme.closes is None or programme.closes >= today
    )


def is_served(names_some: Booleans | bool, names_it: Booleans | bool) -> Booleans:
    """Whether a region or country is served: a programme serves those that it names, or all if it names none."""
    return np.asarray(np.logical_or(np.logical_not(names_some), names_it), bool)


def size_fits(population: Floats | float, least: Floats | float, most: Floats | float) -> Booleans:
    """Whether a population is within a programme's limits; an unknown one (NaN) always is."""
    return np.asarray(np.logical_not(np.logical_or(np.less(population, least), np.greater(population, most))), bool)


def focus_value(serves: Booleans | bool, names_countries: Booleans | bool, names_regions: Booleans | bool) -> Floats:
    """The part `focus` of a programme with a place: 0 if it does not serve the place, 1 if it names its country."""
    named = np.where(names_countries, _FOCUS_COUNTRY, np.where(names_regions, _FOCUS_REGION, _FOCUS_ALL))
    return np.where(serves, named, 0.0)


def size_limits(programme: Programme) -> tuple[float, float]:
    """The least and the largest population of a city that the programme supports; 0 and infinity if it names none."""
    return programme.population_min or 0, np.inf if programme.population_max is None else programme.population_max


def is_meant_for(programme: Programme, city: City) -> bool:
    """Whether the programme names places, and the city lies in one of them."""
    in_region = is_served(bool(programme.regions), city.region in programme.regions)
    in_country = is_served(bool(programme.countries), city.country in programme.countries)
    return bool(programme.countries or programme.regions) and bool(in_region & in_country)


def rates(currencies: Sequence[str], currency: str) -> Floats:
    """The worth of a unit of each currency in `currency`; NaN where no rate is known."""
    factors = [converted(_SCALE, source, currency) for source in currencies]
    return np.array([np.nan if factor is None else factor / _SCALE for factor in factors], np.float64)


def focus(programme: Programme, profiles: Profiles) -> Floats:
    """The part `focus` of the programme with each city, in the order of `profiles`."""
    serves = in_region(programme, profiles) & in_country(programme, profiles)
    return focus_value(serves, bool(programme.countries), bool(programme.regions))


def in_region(programme: Programme, profiles: Profiles) -> Booleans:
    """Whether each city lies in a region that the programme serves."""
    return is_served(bool(programme.regions), _among(profiles.region, programme.regions, profiles.numbers["region"]))


def in_country(programme: Programme, profiles: Profiles) -> Booleans:
    """Whether each city lies in a country that the programme serves."""
    named = _among(profiles.country, programme.countries, profiles.numbers["country"])
    return is_served(bool(programme.countries), named)


def of_cities(programme: Programme, profiles: Profiles) -> Unsigned16:
    """The rules of the programme that exclude each city, whatever its requests, as bits of blockers."""
    found = np.zeros(len(profiles), np.uint16)
    if programme.regions:
        found |= flagged(Blocker.REGION, ~in_region(programme, profiles))
    if programme.countries:
        found |= flagged(Blocker.COUNTRY, ~in_country(programme, profiles))
    if programme.population_min is not None or programme.population_max is not None:
        found |= flagged(Blocker.POPULATION, ~size_fits(profiles.population, *size_limits(programme)))
    if apart := profiles.legal_acts.apart_from(SPONSORSHIP, programme.home_country):
        found |= flagged(Blocker.LEGAL_ACT, _among(profiles.country, apart, profiles.numbers["country"]))
    return found


def _among(codes: Integers, named: Collection[str], numbers: Mapping[str, int]) -> Booleans:
    """Whether each code, given by its number, is among the codes in `named`."""
    if not named:
        return np.zeros(len(codes), bool)
    is_named = np.zeros(len(numbers), bool)
    is_named[[numbers[code] for code in named if code in numbers]] = True
    return np.asarray(is_named[codes], bool)


USD_PER_UNIT: Final[Mapping[str, float]] = MappingProxyType(
    {
        "USD": 1.0,
        "EUR": 1.15,
        "GBP": 1.33,
        "CHF": 1.25,
        "CAD": 0.72,
        "AUD": 0.66,
        "JPY": 0.0065,
        "CNY": 0.14,
        "KRW": 0.0007,
        "INR": 0.0112,
        "BRL": 0.18,
        "MXN": 0.055,
        "ZAR": 0.058,
        "AED": 0.272,
        "SEK": 0.105,
        "NOK": 0.099,
        "DKK": 0.154,
        "SGD": 0.77,
        "TRY": 0.024,
        "KES": 0.0077,
        "NGN": 0.00067,
    }
)

_SMALL: Final = 1_000
"""Smaller amounts are rounded to the unit, larger ones to the hundred."""


def roughly(low: int, high: int, source: str, target: str) -> tuple[int, int] | None:
    """A range converted from `source` to `target` and rounded; None without a rate."""
    ends = (converted(each, source, target) for each in (low, high))
    least, most = (None if each is None else _rounded(each) for each in ends)
    return None if least is None or most is None else (least, most)


def converted(amount: int, source: str, target: str) -> float | None:
    """`amount` converted from `source` to `target`; None without a rate."""
    if source == target:
        return float(amount)
    if source not in USD_PER_UNIT or target not in USD_PER_UNIT:
        return None
    return amount * USD_PER_UNIT[source] / USD_PER_UNIT[target]


def _rounded(amount: float) -> int:
    """An amount rounded to the hundred, a small one to the unit; only 0 becomes 0."""
    return round(amount / 100) * 100 if amount >= _SMALL else ceil(amount)
