"""The pairs that may be proposed: a type for each kind of match, and a million of them as arrays.

Invariant: as a sequence `Candidates` equals a list of its candidates; each object is made when it is asked for.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, overload

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING, City, Programme, sponsorship_pair, twinning_pair
from isopolity.matching.domain.scores.target_arrays import Target
from isopolity.matching.domain.scores.weights import Part, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """A score, and where its parts stand in arrays of many."""

    score: float
    scores: Scores
    position: int
    """Where the pair stands in `scores`."""

    @property
    def parts(self) -> Sequence[Part]:
        """The parts of the score."""
        return self.scores.parts_of(self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinningCandidate(_Scored):
    """Two cities that may be proposed to each other; `city_a` has the lower id."""

    kind: ClassVar[str] = TWINNING
    city_a: City
    city_b: City

    @property
    def key(self) -> str:
        """The key of the pair."""
        return twinning_pair(self.city_a.city_id, self.city_b.city_id)

    @property
    def a(self) -> str:
        """The holder of capacity on side a."""
        return self.city_a.twinning_holder

    @property
    def b(self) -> str:
        """The holder of capacity on side b."""
        return self.city_b.twinning_holder

    @property
    def members(self) -> tuple[City | Programme, City]:
        """Side a and side b."""
        return self.city_a, self.city_b


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorshipCandidate(_Scored):
    """A programme, side a, and what it may support: the city of side b for its needs, or one of its requests."""

    kind: ClassVar[str] = SPONSORSHIP
    programme: Programme
    target: Target

    @property
    def city(self) -> City:
        """The city of side b."""
        return self.target.city

    @property
    def key(self) -> str:
        """The key of the pair."""
        return sponsorship_pair(self.programme.holder, self.city.city_id)

    @property
    def a(self) -> str:
        """The holder of capacity on side a."""
        return self.programme.holder

    @property
    def b(self) -> str:
        """The holder of capacity on side b."""
        return self.city.sponsorship_holder

    @property
    def members(self) -> tuple[City | Programme, City]:
        """Side a and side b."""
        return self.programme, self.city


Candidate = TwinningCandidate | SponsorshipCandidate


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateArrays:
    """Candidates of one kind, one entry each; `a` < `b` are nodes.

    The nodes are the cities by index, for twinnings; the cities again, for sponsorships; then the programmes.
    """

    kind: str
    a: Integers
    b: Integers
    score: Floats
    scores: Scores
    """The parts that the scores are made of."""
    make: Callable[[int], Candidate]
    """Makes the candidate at a position."""

    def taken(self, positions: Integers) -> "CandidateArrays":
        """The candidates at these positions."""
        return CandidateArrays(
            kind=self.kind,
            a=self.a[positions],
            b=self.b[positions],
            score=self.score[positions],
            scores=self.scores.taken(positions),
            make=lambda position: self.make(int(positions[position])),
        )


TakenOut = Callable[[Integers, Integers], Booleans]
"""Says which of some pairs, given by the nodes of both ends, are not to be found."""


class Candidates(Sequence[Candidate]):
    """The candidates of a market, one kind after the other."""

    def __init__(self, market: Market, kinds: Iterable[CandidateArrays]) -> None:
        self.market = market
        """The market that they were found in."""
        self.kinds = [each for each in kinds if len(each.score)]
        self._ends = np.cumsum([len(each.score) for each in self.kinds], dtype=np.int64)

    def __len__(self) -> int:
        return int(self._ends[-1]) if self.kinds else 0

    @overload
    def __getitem__(self, position: int) -> Candidate: ...

    @overload
    def __getitem__(self, position: slice) -> Sequence[Candidate]: ...

    def __getitem__(self, position: int | slice) -> Candidate | Sequence[Candidate]:
        if isinstance(position, slice):
            return [self[at] for at in range(*position.indices(len(self)))]
        at = range(len(self))[position]
        number = int(np.searchsorted(self._ends, at, side="right"))
        arrays = self.kinds[number]
        return arrays.make(at - int(self._ends[number]) + len(arrays.score))

    @cached_property
    def a(self) -> Integers:
        """The lower node of each candidate."""
        return np.concatenate([np.empty(0, np.int64), *(each.a for each in self.kinds)])

    @cached_property
    def b(self) -> Integers:
        """The higher node of each candidate."""
        return np.concatenate([np.empty(0, np.int64), *(each.b for each in self.kinds)])

    @cached_property
    def score(self) -> Floats:
        """The score of each candidate."""
        return np.concatenate([np.empty(0), *(each.score for each in self.kinds)])

    def best(self, limit: int) -> Sequence[Candidate]:
        """The `limit` candidates of the highest score; equal scores: in the order of their keys."""
        if limit < len(self):
            least = np.partition(self.score, len(self) - limit)[len(self) - limit] if limit else np.inf
            found = [self[at] for at in np.flatnonzero(self.score >= least).tolist()]
        else:
            found = list(self)
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.key))[:limit]

    def member(self, node: int) -> City | Programme:
        """The member at a node; a city has two nodes."""
        cities = self.market.profiles.cities
        is_city = node < 2 * len(cities)
        return cities[node % len(cities)] if is_city else self.market.programmes[node - 2 * len(cities)]

    def holder(self, node: int) -> str:
        """The holder of capacity at a node."""
        member = self.member(node)
        if isinstance(member, Programme):
            return member.holder
        return member.twinning_holder if node < len(self.market.profiles) else member.sponsorship_holder

    def pairs(self) -> Collection[tuple[str, str]]:
        """The two holders of each candidate, in the order of their names."""
        nodes = np.unique(np.concatenate((self.a, self.b))).tolist()
        holders = {node: self.holder(node) for node in nodes}
        return {(holders[a], holders[b]) for a, b in zip(self.a.tolist(), self.b.tolist(), strict=True)}

    def taken(self, positions: Integers) -> Sequence[CandidateArrays]:
        """The candidates at these positions, in arrays by kind."""
        starts = [0, *self._ends.tolist()]
        inside = [positions[(positions >= low) & (positions < high)] - low for low, high in pairwise(starts)]
        return [each.taken(some) for each, some in zip(self.kinds, inside, strict=True)]

    def together_with(self, others: Iterable[Candidate]) -> "Candidates":
        """These candidates and `others` of the same market, none of which is among them."""
        by_kind: dict[str, list[Candidate]] = {}
        for other in others:
            by_kind.setdefault(other.kind, []).append(other)
        return Candidates(self.market, [*self.kinds, *(self._arrays(kind, each) for kind, each in by_kind.items())])

    def joined(self, others: "Candidates") -> "Candidates":
        """These candidates, and those of `others` of the same market that are not among them."""
        known = self._numbers(self.a, self.b)
        fresh = (each.taken(np.flatnonzero(~np.isin(self._numbers(each.a, each.b), known))) for each in others.kinds)
        return Candidates(self.market, [*self.kinds, *fresh])

    def are_among(self, others: "Candidates") -> Booleans:
        """Which of these candidates are among `others` of the same market."""
        return np.isin(self._numbers(self.a, self.b), self._numbers(others.a, others.b))

    def _numbers(self, a: Integers, b: Integers) -> Integers:
        return a * (2 * len(self.market.profiles) + len(self.market.programmes)) + b

    def are_of(self, pairs: Iterable[tuple[str, str]]) -> Booleans:
        """Which candidates are of these pairs of holders."""
        ends = self.nodes_of([holder for pair in pairs for holder in pair]).reshape(-1, 2)
        a, b = ends[(ends >= 0).all(axis=1)].T
        return np.isin(self._numbers(self.a, self.b), self._numbers(np.minimum(a, b), np.maximum(a, b)))

    def nodes_of(self, holders: Sequence[str]) -> Integers:
        """The node of each holder, -1 for one that the market does not have."""
        known = self.market.capacities
        return np.array([self._node(each) if each in known else -1 for each in holders], np.int64)

    def _arrays(self, kind: str, found: Sequence[Candidate]) -> CandidateArrays:
        nodes = [sorted(map(self._node, (each.a, each.b))) for each in found]
        return CandidateArrays(
            kind=kind,
            a=np.array([a for a, _ in nodes], np.int64),
            b=np.array([b for _, b in nodes], np.int64),
            score=np.array([each.score for each in found], np.float64),
            scores=_together(found),
            make=found.__getitem__,
        )

    def _node(self, holder: str) -> int:
        market, cities = self.market, len(self.market.profiles)
        if (city := market.twinning_city(holder)) is not None:
            return city
        if (city := market.sponsorship_city(holder)) is not None:
            return cities + city
        return 2 * cities + market.programme_arrays.number[holder]


def _together(found: Sequence[Candidate]) -> Scores:
    """The scores of one candidate or more, of one kind and market, in arrays."""
    first = found[0].scores
    parts = {name: np.array([each.scores.parts[name][each.position] for each in found]) for name in first.parts}
    return replace(first, parts=parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """Possible partners of one holder, the most promising first; `wanted` of them with capacity left are enough."""

    holders: Iterator[str]
    wanted: int
