"""The fit of two cities: the share of one's needs that the other's offers meet.

A need and an offer on the same subject, or on neighbouring ones, make a match with a strength. The value of a direction
is 1 - prod(1 - strength): one strong match is worth a mail, each further one counts less, and removing any one lowers
the value. In logarithms the matches add up, so that the fit of many pairs is a sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.city_arrays import Profiles, Topics, runs
from isopolity.matching.domain.scores.strength import (
    LEVELS,
    MODES,
    POSSIBLE,
    WAY_NUMBERS,
    Way,
    can_meet,
    strength,
    weighed,
    weighed_in_pairs,
)

_ENTRIES: Final = 1 << 18
"""The number of needs times offers in one piece: large enough for numpy, small enough for a processor's cache."""
_TELLING_WORDS: Final = 0.4
"""The part of common words from which a match is said to rest on them."""
_FEW: Final = 1000
"""With fewer pairs each strength is computed by itself: those of all kinds cost as much as some thousand pairs."""


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
    """The topics that met; None where a side names no topic, or no two are near."""
    words: float = 0.0
    """How much of both sides' own words is common, in [0, 1]; 0 in different languages or without own words."""

    @property
    def same_mode(self) -> bool:
        """Whether the offer has the mode of the need."""
        return self.need.mode == self.offer.mode

    @property
    def same_subject(self) -> bool:
        """Whether the offer is on the subject of the need, not on a neighbouring one."""
        return self.need.subject == self.offer.subject

    @property
    def words_met(self) -> bool:
        """Whether the own words of both sides have enough in common to be told."""
        return self.words >= _TELLING_WORDS


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
        Match(need, offer, value, share)
        for need in needer.needs
        if offers and need.stands(today)
        for offer in offers
        if (share := subjects.share(need.subject, offer.subject, neighbours)) > 0
        and (value := strength(need, offer, share)) > 0
    ]
    return sorted(found, key=_order)


class Fit:
    """The fit of pairs of cities: strengths of kinds of needs with kinds of offers, computed once and added up.

    With `among`, only pairs of these cities may be queried; with few cities, building a fit costs next to nothing.
    """

    def __init__(self, profiles: Profiles, neighbours: float = 1.0, *, among: Sequence[int] | None = None) -> None:
        self._mobility = profiles.mobility
        self._needs, self._offers = (
            _Lists.of(topics if among is None else _those_of(topics, among), len(profiles))
            for topics in (profiles.needs, profiles.offers)
        )
        self._shares = _shares(tuple(profiles.numbers["subject"]), neighbours)

    @cached_property
    def _weights(self) -> Floats:
        """(needs, offers): -log(1 - strength) of each kind of need with each kind of offer."""
        return weighed(self._needs.kinds, self._offers.kinds, self._shares)

    def of_pairs(self, needer: Integers, offerer: Integers) -> MetNeeds:
        """The needs of `needer[i]` that the offers of `offerer[i]` meet, for each i."""
        met = MetNeeds(np.zeros((len(needer), len(Way))))
        for some in self._pieces(needer, offerer):
            met.by_way[some] = self._of_piece(needer[some], offerer[some])
        return met

    def share_a_subject(self, needer: Integers, offerer: Integers) -> Booleans:
        """Whether in each pair an offer is on a need's subject or a neighbouring one, even if the two cannot meet."""
        wanted = self._needs.by_subject(needer, len(self._shares)) @ (self._shares > 0)
        offered = self._offers.by_subject(offerer, len(self._shares))
        return np.asarray((wanted & offered).any(axis=1), bool)

    def _pieces(self, needer: Integers, offerer: Integers) -> Iterator[slice]:
        """Slices of the pairs, each with about _ENTRIES needs times offers."""
        entries = np.cumsum(self._needs.count[needer] * self._offers.count[offerer])
        ends = np.flatnonzero(np.diff(entries // _ENTRIES)) + 1
        return (slice(*bounds) for bounds in pairwise([0, *ends.tolist(), len(needer)]))

    def _of_piece(self, needer: Integers, offerer: Integers) -> Floats:
        pair, offer = self._offers.of_cities(offerer)
        mode = self._offers.kinds[self._offers.kind[offer], 2]
        possible = POSSIBLE[mode, self._mobility[needer[pair]], self._mobility[offerer[pair]]]
        pair, offer, mode = pair[possible], offer[possible], mode[possible]
        position, need = self._needs.of_cities(needer[pair])
        needs, offers = self._needs.kind[need], self._offers.kind[offer][position]
        if len(needer) < _FEW:
            weights = weighed_in_pairs(self._needs.kinds[needs], self._offers.kinds[offers], self._shares)
        else:
            weights = self._weights[needs, offers]
        gained = np.bincount(position, weights, len(pair))
        sums = np.bincount(pair * len(Way) + WAY_NUMBERS[mode], gained, len(needer) * len(Way))
        return np.asarray(sums.reshape(-1, len(Way)), np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """The needs or the offers of all cities, ordered by city, and the distinct kinds among them."""

    kinds: Integers
    """(kinds, 3): subject, intensity, mode."""
    kind: Integers
    """By entry: the position of its kind in `kinds`."""
    start: Integers
    """By city: the position of its first entry; `count` has the number of its entries."""
    count: Integers

    @classmethod
    def of(cls, topics: Topics, cities: int) -> "_Lists":
        order = np.argsort(topics.city, kind="stable")
        number = (topics.subject.astype(np.int64) * (LEVELS + 1) + topics.intensity) * len(MODES) + topics.mode
        _, first, kind = np.unique(number[order], return_index=True, return_inverse=True)
        kinds = np.column_stack((topics.subject, topics.intensity, topics.mode))[order][first].astype(np.int64)
        count = np.bincount(topics.city, minlength=cities)
        return cls(
            kinds=kinds,
            kind=kind,
            start=np.cumsum(count) - count,
            count=count,
        )

    def of_cities(self, cities: Integers) -> tuple[Integers, Integers]:
        """The entries of the cities: the position of each entry's city in `cities`, and that of the entry."""
        return runs(self.start[cities], self.count[cities])

    def by_subject(self, cities: Integers, subjects: int) -> Booleans:
        """(cities, subjects): whether each of `cities` has each of the `subjects` subjects."""
        position, entry = self.of_cities(cities)
        found = np.zeros((len(cities), subjects), bool)
        found[position, self.kinds[self.kind[entry], 0]] = True
        return found


@lru_cache(maxsize=8)
def _shares(codes: Sequence[str], neighbours: float) -> Floats:
    """The share of every subject with every other; callers share the cached array and must not change it."""
    return subjects.shares(codes, codes, neighbours)


def _those_of(topics: Topics, cities: Sequence[int]) -> Topics:
    kept = np.isin(topics.city, cities)
    return Topics(
        city=topics.city[kept], intensity=topics.intensity[kept], mode=topics.mode[kept], subject=topics.subject[kept]
    )


def _order(match: Match) -> tuple[float, str, str, str, str]:
    need, offer = match.need, match.offer
    return -match.strength, need.subject, offer.subject, need.mode, offer.mode
