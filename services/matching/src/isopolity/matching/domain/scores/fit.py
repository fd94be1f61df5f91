"""The fit of two cities: the share of one's needs that the other's offers meet.

Every need and every offer on the same subject, or on neighbouring ones, make a match with a strength. A direction's
value is 1 - prod(1 - strength): one match that is met well is worth a mail, each further one counts less, and none can
be taken away without lowering the value. In logarithms the matches add up, so that the fit of many pairs is a sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.city_arrays import Profiles, Topics, runs
from isopolity.matching.domain.scores.modes import MODES
from isopolity.matching.domain.scores.strength import (
    APART,
    LEVELS,
    POSSIBLE,
    can_meet,
    strength,
    weighed,
    weighed_in_pairs,
)

_ENTRIES: Final = 1 << 18
"""Needs times offers in one piece: enough for numpy, little enough for a processor's cache."""
_FEW: Final = 1000
"""Pairs; the strengths of all kinds with each other take as long as those of some thousand pairs."""


@dataclass(frozen=True, slots=True)
class Match:
    """A need that an offer meets, and how well."""

    need: Topic
    offer: Topic
    strength: float
    share: float = 1.0
    """The nearness of the offer's subject: 1 on the need's own, less on a neighbouring one."""

    @property
    def same_mode(self) -> bool:
        """Whether the offer comes in the very mode that was asked for."""
        return self.need.mode == self.offer.mode

    @property
    def same_subject(self) -> bool:
        """Whether the offer is on the very subject that was asked for."""
        return self.need.subject == self.offer.subject


@dataclass(frozen=True, slots=True)
class MetNeeds:
    """For each pair the needs that are met, and the part of them that needs no travel, as -log(1 - value)."""

    total: Floats
    online: Floats

    @property
    def value(self) -> Floats:
        """The share of the needs that is met, in [0, 1)."""
        return -np.expm1(-self.total)


def matches(needer: City, offerer: City, today: date, neighbours: float = 1.0) -> Sequence[Match]:
    """The matches between the needs of one and the offers of the other, the strongest first.

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

    `among` are the only cities that pairs are asked of; with few of them, building a fit costs next to nothing.
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
        """The strength of each kind of need with each kind of offer."""
        return weighed(self._needs.kinds, self._offers.kinds, self._shares)

    def of_pairs(self, needer: Integers, offerer: Integers) -> MetNeeds:
        """The needs of each `needer[i]` that the offers of `offerer[i]` meet."""
        met = MetNeeds(np.zeros(len(needer)), np.zeros(len(needer)))
        for some in self._pieces(needer, offerer):
            met.total[some], met.online[some] = self._of_piece(needer[some], offerer[some])
        return met

    def share_a_subject(self, needer: Integers, offerer: Integers) -> Booleans:
        """Whether an offer is on the subject of a need, or on a neighbour of it, whether or not the two could meet."""
        wanted = self._needs.by_subject(needer, len(self._shares)) @ (self._shares > 0)
        offered = self._offers.by_subject(offerer, len(self._shares))
        return np.asarray((wanted & offered).any(axis=1), bool)

    def _pieces(self, needer: Integers, offerer: Integers) -> Iterator[slice]:
        """The pairs in pieces of about _ENTRIES entries."""
        entries = np.cumsum(self._needs.count[needer] * self._offers.count[offerer])
        ends = np.flatnonzero(np.diff(entries // _ENTRIES)) + 1
        return (slice(*bounds) for bounds in pairwise([0, *ends.tolist(), len(needer)]))

    def _of_piece(self, needer: Integers, offerer: Integers) -> tuple[Floats, Floats]:
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
        sums = [np.bincount(pair, values, len(needer)) for values in (gained, gained * APART[mode])]
        return np.asarray(sums[0], np.float64), np.asarray(sums[1], np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """The needs or the offers of all cities, city after city, and the kinds of them that occur."""

    kinds: Integers
    """(kinds, 3): subject, intensity, mode."""
    kind: Integers
    """By entry."""
    start: Integers
    """By city: where its entries start, and how many there are."""
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
        """The entries of the cities: for each the position in `cities`, and which it is."""
        return runs(self.start[cities], self.count[cities])

    def by_subject(self, cities: Integers, subjects: int) -> Booleans:
        """(cities, subjects): whether each of `cities` has each of the `subjects` subjects."""
        position, entry = self.of_cities(cities)
        found = np.zeros((len(cities), subjects), bool)
        found[position, self.kinds[self.kind[entry], 0]] = True
        return found


@lru_cache(maxsize=8)
def _shares(codes: Sequence[str], neighbours: float) -> Floats:
    """The share of every subject with every other; to be read only."""
    return subjects.shares(codes, codes, neighbours)


def _those_of(topics: Topics, cities: Sequence[int]) -> Topics:
    kept = np.isin(topics.city, cities)
    return Topics(
        city=topics.city[kept], intensity=topics.intensity[kept], mode=topics.mode[kept], subject=topics.subject[kept]
    )


def _order(match: Match) -> tuple[float, str, str, str, str]:
    need, offer = match.need, match.offer
    return -match.strength, need.subject, offer.subject, need.mode, offer.mode
