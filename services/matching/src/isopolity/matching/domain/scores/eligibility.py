"""Whom a programme may support: where it serves, how large a city may be, which amounts it grants, and when.

Its invariant: what is not known, such as a population or an exchange rate, rules nobody out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.scores.blockers import Blocker, flagged
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.currency import converted

_UNKNOWN: Final = 0.5
_SCALE: Final = 1_000_000
FOCUS_COUNTRY: Final = 1.0
"""What it counts that a programme serves a city's country by name, its region, or everybody."""
FOCUS_REGION: Final = 0.7
FOCUS_ALL: Final = 0.4


class Granted(NamedTuple):
    """What a programme gives at least and at most, by its range and its budget; or what many programmes do."""

    least: float | Floats
    most: float | Floats

    @classmethod
    def by(cls, programme: Programme) -> "Granted":
        """What one programme gives."""
        return cls(programme.grant_min, min(programme.grant_max, programme.budget))


@dataclass(frozen=True, slots=True)
class Grant:
    """What targets ask, in the programme's currency; NaN without a request or a known rate."""

    low: Floats
    high: Floats

    def fits(self, granted: Granted) -> Booleans:
        """Whether the ranges meet and the budget reaches; what cannot be compared is not ruled out."""
        return np.asarray(~((self.low > granted.most) | (self.high < granted.least)), bool)

    def value(self, granted: Granted) -> Floats:
        """How much of the range asked lies within the programme's."""
        overlap = np.minimum(self.high, granted.most) - np.maximum(self.low, granted.least)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.high > self.low, overlap / (self.high - self.low), 1.0)
        return np.where(np.isnan(self.low), _UNKNOWN, np.clip(share, 0, 1))


def is_open(programme: Programme, today: date) -> bool:
    """Whether the programme takes applications today."""
    return (programme.opens is None or programme.opens <= today) and (
        programme.closes is None or programme.closes >= today
    )


def rates(currencies: Sequence[str], currency: str) -> Floats:
    """What a unit of each currency is in `currency`, NaN where that is not known."""
    factors = [converted(_SCALE, source, currency) for source in currencies]
    return np.array([np.nan if factor is None else factor / _SCALE for factor in factors], np.float64)


def focus(programme: Programme, profiles: Profiles) -> Floats:
    """How much the programme is meant for each city's place: 0 not at all, 1 for its country by name."""
    served = in_region(programme, profiles) & in_country(programme, profiles)
    return np.where(
        served, FOCUS_COUNTRY if programme.countries else FOCUS_REGION if programme.regions else FOCUS_ALL, 0
    )


def in_region(programme: Programme, profiles: Profiles) -> Booleans:
    """Which cities lie in a region that is served."""
    return _among(profiles.region, programme.regions, profiles.numbers["region"])


def in_country(programme: Programme, profiles: Profiles) -> Booleans:
    """Which cities lie in a country that is served."""
    return _among(profiles.country, programme.countries, profiles.numbers["country"])


def population_fits(programme: Programme, profiles: Profiles) -> Booleans:
    """Whether each city's size is within the programme's limits; an unknown size is not ruled out."""
    low = programme.population_min or 0
    high = np.inf if programme.population_max is None else programme.population_max
    return np.asarray(~((profiles.population < low) | (profiles.population > high)), bool)


def cities_suited(programme: Programme, profiles: Profiles) -> Booleans:
    """Which cities none of the programme's rules excludes, whatever they ask."""
    found = in_region(programme, profiles) & in_country(programme, profiles)
    if programme.population_min is None and programme.population_max is None:
        return found
    return found & population_fits(programme, profiles)


def of_cities(programme: Programme, profiles: Profiles) -> Unsigned16:
    """What of the programme's rules excludes each city, whatever it asks."""
    return (
        flagged(Blocker.REGION, ~in_region(programme, profiles))
        | flagged(Blocker.COUNTRY, ~in_country(programme, profiles))
        | flagged(Blocker.POPULATION, ~population_fits(programme, profiles))
    )


def _among(codes: Integers, wanted: Sequence[str], numbers: Mapping[str, int]) -> Booleans:
    """Which of the codes are wanted; nothing wanted means all."""
    if not wanted:
        return np.ones(len(codes), bool)
    is_wanted = np.zeros(len(numbers), bool)
    is_wanted[[numbers[code] for code in wanted if code in numbers]] = True
    return np.asarray(is_wanted[codes], bool)
