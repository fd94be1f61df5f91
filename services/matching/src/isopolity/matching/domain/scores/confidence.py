"""Confidence: how complete and how fresh the two profiles are that a score rests on.

Invariant: confidence never changes a score, and a score never changes it. A pair is known no better than the less
known of its two sides: the least of two, since a mean would let one good profile hide an empty one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from isopolity.matching.domain.member import City, Programme, Topic

_HALF_LIFE_DAYS: Final = 730.0
"""Two years after a profile was told, half of its freshness is gone."""
_UNKNOWN: Final = 0.5
"""The freshness of a profile that nobody knows the age of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The confidence in one profile; both parts are in [0, 1]."""

    completeness: float
    """The share of the fields that a score uses which the member has told."""
    freshness: float
    """1 when it was told today, halved every two years; needs and offers that have run out count as not told."""

    @property
    def value(self) -> float:
        """The geometric mean of both, so that neither makes up wholly for the other."""
        return float(np.sqrt(self.completeness * self.freshness))


def of_city(city: City, today: date) -> Confidence:
    """The confidence in a city's profile; needs and offers weigh double, as they do in a score."""
    told = [
        2 * _any_stands(city.needs, today),
        2 * _any_stands(city.offers, today),
        city.population is not None,
        city.latitude is not None and city.longitude is not None,
        bool(city.languages),
    ]
    return Confidence(completeness=sum(told) / 7, freshness=_freshness(city.told_on, today))


def of_programme(programme: Programme, today: date) -> Confidence:
    """The confidence in a programme's profile; places that it does not name are no gap: it serves all."""
    told = [
        2 * bool(programme.subjects),
        programme.grant_max > 0,
        bool(programme.supports),
        bool(programme.languages),
    ]
    return Confidence(completeness=sum(told) / 5, freshness=_freshness(programme.told_on, today))


def of_pair(one: City | Programme, other: City | Programme, today: date) -> float:
    """The confidence of a pair."""
    return min(_of(one, today), _of(other, today))


def _of(member: City | Programme, today: date) -> float:
    found = of_city(member, today) if isinstance(member, City) else of_programme(member, today)
    return found.value


def _any_stands(topics: tuple[Topic, ...], today: date) -> bool:
    return any(topic.stands(today) for topic in topics)


def _freshness(told_on: date | None, today: date) -> float:
    if told_on is None:
        return _UNKNOWN
    return float(0.5 ** (max((today - told_on).days, 0) / _HALF_LIFE_DAYS))
