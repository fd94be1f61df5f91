"""Confidence: the completeness and freshness of the two profiles on which a score rests.

Invariant: confidence never changes a score, and a score never changes it. The confidence of a pair is the lower of its
two sides', since a mean would let one good profile hide an empty one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from isopolity.matching.domain.member import City, Programme, Topic
from isopolity.matching.domain.scores.wants import lacks_amounts

_HALF_LIFE_DAYS: Final = 730.0
"""The days after which a profile has lost half of its freshness: two years."""
_UNKNOWN: Final = 0.5
"""The freshness of a profile of unknown age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The confidence in one profile; both parts are in [0, 1]."""

    completeness: float
    """The share, among the fields that scores use, of those that the member has filled in."""
    freshness: float
    """1 on the day of the profile's last update, halved every two years."""

    @property
    def value(self) -> float:
        """The geometric mean of both parts, so that neither makes up wholly for the other."""
        return float(np.sqrt(self.completeness * self.freshness))


def of_city(city: City, today: date) -> Confidence:
    """The confidence in a city's profile; valid needs and offers weigh double, as they do in a score."""
    completeness = _completeness(
        (2, _any_stands(city.needs, today)),
        (2, _any_stands(city.offers, today)),
        (1, city.population is not None),
        (1, city.latitude is not None and city.longitude is not None),
        (1, bool(city.languages)),
    )
    return Confidence(completeness=completeness, freshness=_freshness(city.told_on, today))


def of_programme(programme: Programme, today: date) -> Confidence:
    """The confidence in a programme's profile; a programme without places has no gap, since it serves all places."""
    completeness = _completeness(
        (2, bool(programme.subjects)),
        (1, not lacks_amounts(programme)),
        (1, bool(programme.supports)),
        (1, bool(programme.languages)),
    )
    return Confidence(completeness=completeness, freshness=_freshness(programme.told_on, today))


def of_pair(one: City | Programme, other: City | Programme, today: date) -> float:
    """The confidence of a pair, in [0, 1]: the lower one of its two sides."""
    return min(_of(one, today), _of(other, today))


def _of(member: City | Programme, today: date) -> float:
    found = of_city(member, today) if isinstance(member, City) else of_programme(member, today)
    return found.value


def _completeness(*facts: tuple[int, bool]) -> float:
    """The share of the facts that are known, each with its weight."""
    return sum(weight for weight, is_known in facts if is_known) / sum(weight for weight, _ in facts)


def _any_stands(topics: tuple[Topic, ...], today: date) -> bool:
    return any(topic.stands(today) for topic in topics)


def _freshness(told_on: date | None, today: date) -> float:
    if told_on is None:
        return _UNKNOWN
    return float(0.5 ** (max((today - told_on).days, 0) / _HALF_LIFE_DAYS))
