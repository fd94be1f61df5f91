"""The fit of two cities: the share of one's needs that the other's offers meet.

A need and an offer on the same subject, or on neighbouring ones, make a match with a strength. The value of a direction
is 1 - prod(1 - strength): one strong match is worth a mail, each further one counts less, and removing any one lowers
the value. In logarithms the matches add up, so that the fit of many pairs is a sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.meaning.meanings import Meanings
from isopolity.matching.domain.meaning.own_words import in_common
from isopolity.matching.domain.meaning.topic_closeness import best_pair, numbers_of
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.city_arrays import Profiles, Topics, runs
from isopolity.matching.domain.scores.nearness import MEET, nearness
from isopolity.matching.domain.scores.strength import (
    MODES,
    POSSIBLE,
    REACHES,
    WAY_NUMBERS,
    Way,
    can_meet,
    strength,
)

_ENTRIES: Final = 1 << 18
"""The number of needs times offers in one piece: large enough for numpy, small enough for a processor's cache."""


class MetTopics(NamedTuple):
    """The topic of a need and the topic of an offer that are nearest to each other, and their closeness."""

    need: str
    offer: str
    closeness: float
    """In (0, 1]; 1 if both name the same topic."""

    @property
    def are_same(self) -> bool:
        """Whether the need and the offer name the same topic."""
        return self.need == self.offer


@dataclass(frozen=True, slots=True)
class Match:
    """A need, the offer that meets it, and the strength of the match."""

    need: Topic
    offer: Topic
    strength: float
    share: float = 1.0
    """The nearness of what the need and the offer are about, from subjects, topics and own words; 1 for the same."""
    topics: MetTopics | None = None
    """The nearest two topics; None where a side names no topic, or no two meet."""
    words: float = 0.0
    """How much of both sides' own words is common, in [0, 1]; 0 in different languages or without own words."""

    @property
    def same_subject(self) -> bool:
        """Whether the offer is on the subject of the need, not on a neighbouring one."""
        return self.need.subject == self.offer.subject


@dataclass(frozen=True, slots=True)
class MetNeeds:
    """For each pair the met needs by the way of the offers that meet them, as -log(1 - value)."""

    by_way: Floats
    """(pairs, ways)"""

    @property
    def total(self) -> Floats:
        """The met needs of each pair, as -log(1 - value)."""
        return np.asarray(self.by_way.sum(axis=1), np.float64)

    @property
    def value(self) -> Floats:
        """The met share of the needs of each pair, in [0, 1)."""
        return -np.expm1(-self.total)


def matches(needer: City, offerer: City, today: date, neighbours: float = 1.0) -> Sequence[Match]:
    """The matches between the needs of `needer` and the offers of `offerer`, the strongest first.

    `neighbours` is the network's weight of neighbouring subjects.
    """
    offers = [offer for offer in offerer.offers if offer.stands(today) and can_meet(offer.mode, needer, offerer)]
    found = [
        match
        for need in needer.needs
        if offers and need.stands(today)
        for offer in offers
        if (match := _match(need, offer, neighbours)).strength > 0
    ]
    return sorted(found, key=_order)


def _match(need: Topic, offer: Topic, neighbours: float) -> Match:
    pair, words = best_pair(need.topics, offer.topics), in_common(need.words, offer.words)
    share = float(
        nearness(
            subjects.share(need.subject, offer.subject, neighbours),
            0.0 if pair is None else pair.in_all,
            bool(numbers_of(need.topics)) + bool(numbers_of(offer.topics)),
            words is not None,
            words or 0.0,
        )
    )
    topics = MetTopics(*pair[:3]) if pair is not None and pair.closeness >= MEET else None
    return Match(need, offer, strength(need, offer, share), share, topics, words or 0.0)


class Fit:
    """The fit of pairs of cities: the strengths of needs with offers, added up.

    With `among`, only pairs of these cities may be queried; with few cities, building a fit costs next to nothing.
    """

    def __init__(self, profiles: Profiles, neighbours: float = 1.0, *, among: Sequence[int] | None = None) -> None:
        self._mobility = profiles.mobility
        needs, offers = (
            topics if among is None else _those_of(topics, among) for topics in (profiles.needs, profiles.offers)
        )
        self._needs, self._offers = _Entries.of(needs, len(profiles)), _Entries.of(offers, len(profiles))
        self._meanings = Meanings.of(needs, offers, _shares(tuple(profiles.numbers["subject"]), neighbours))

    def of_pairs(self, needer: Integers, offerer: Integers) -> MetNeeds:
        """The needs of `needer[i]` that the offers of `offerer[i]` meet, for each i."""
        met = MetNeeds(np.zeros((len(needer), len(Way))))
        for some in self._pieces(needer, offerer):
            met.by_way[some] = self._of_piece(needer[some], offerer[some])
        return met

    def are_near(self, needer: Integers, offerer: Integers) -> Booleans:
        """Whether in each pair an offer is near to a need by its subject or its topics, even if the two cannot meet."""
        found = np.zeros(len(needer), bool)
        for some in self._pieces(needer, offerer):
            pair, offer = self._offers.of_cities(offerer[some])
            position, need = self._needs.of_cities(needer[some][pair])
            met, _ = self._meanings.nearness(need, offer[position])
            found[some][pair[position[met]]] = True
        return found

    def _pieces(self, needer: Integers, offerer: Integers) -> Iterator[slice]:
        """Slices of the pairs, each with about _ENTRIES needs times offers."""
        entries = np.cumsum(self._needs.count[needer] * self._offers.count[offerer])
        ends = np.flatnonzero(np.diff(entries // _ENTRIES)) + 1
        return (slice(*bounds) for bounds in pairwise([0, *ends.tolist(), len(needer)]))

    def _of_piece(self, needer: Integers, offerer: Integers) -> Floats:
        pair, offer = self._offers.of_cities(offerer)
        mode = self._offers.mode[offer]
        possible = POSSIBLE[mode, self._mobility[needer[pair]], self._mobility[offerer[pair]]]
        pair, offer = pair[possible], offer[possible]
        position, need = self._needs.of_cities(needer[pair])
        offers = offer[position]
        met, near = self._meanings.nearness(need, offers)
        offers = offers[met]
        gained = -np.log1p(-REACHES[self._needs.kind[need[met]], self._offers.kind[offers]] * near)
        number = pair[position[met]] * len(Way) + WAY_NUMBERS[self._offers.mode[offers]]
        sums = np.bincount(number, gained, len(needer) * len(Way))
        return np.asarray(sums.reshape(-1, len(Way)), np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    """The needs or the offers of all cities, ordered by city: their kinds, and where those of each city stand."""

    kind: Integers
    """By entry: its kind in REACHES."""
    mode: Integers
    """By entry."""
    start: Integers
    """By city: the position of its first entry; `count` has the number of its entries."""
    count: Integers

    @classmethod
    def of(cls, topics: Topics, cities: int) -> "_Entries":
        count = np.bincount(topics.city, minlength=cities)
        mode = topics.mode.astype(np.int64)
        return cls(
            kind=topics.intensity.astype(np.int64) * len(MODES) + mode,
            mode=mode,
            start=np.cumsum(count) - count,
            count=count,
        )

    def of_cities(self, cities: Integers) -> tuple[Integers, Integers]:
        """The entries of the cities: the position of each entry's city in `cities`, and that of the entry."""
        return runs(self.start[cities], self.count[cities])


@lru_cache(maxsize=8)
def _shares(codes: Sequence[str], neighbours: float) -> Floats:
    """The share of every subject with every other; callers share the cached array and must not change it."""
    return subjects.shares(codes, codes, neighbours)


def _those_of(topics: Topics, cities: Sequence[int]) -> Topics:
    return topics.at(np.flatnonzero(np.isin(topics.city, cities)))


def _order(match: Match) -> tuple[float, str, str, str, str]:
    need, offer = match.need, match.offer
    return -match.strength, need.subject, offer.subject, need.mode, offer.mode
