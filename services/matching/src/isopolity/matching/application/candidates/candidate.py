"""The pairs that may be proposed: a million of them as arrays, and objects of those that are asked for.

Its invariant: as a sequence it is what it would be as a list of objects; an object is made anew each time.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, overload

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.scores.score import Scores
from isopolity.matching.domain.scores.target_arrays import Target

TWINNING: Final = "twinning"
SPONSORSHIP: Final = "sponsorship"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A pair that may be proposed; `a` and `b` are the holders of capacity."""

    kind: str
    key: str
    a: str
    b: str
    score: float
    scores: Scores
    position: int
    """Where the pair stands in `scores`."""
    city: City
    """Side b."""
    partner: City | Programme
    """Side a: a city in a twinning, a programme in a sponsorship."""
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateArrays:
    """Candidates of one kind, one entry each; `a` < `b` are nodes: cities by index, then programmes."""

    kind: str
    a: Integers
    b: Integers
    score: Floats
    make: Callable[[int], Candidate]
    """The candidate at a position."""


class Candidates(Sequence[Candidate]):
    """The candidates of a market, block after block."""

    def __init__(self, market: Market, blocks: Iterable[CandidateArrays]) -> None:
        self._market = market
        self.blocks = [block for block in blocks if len(block.score)]
        self._ends = np.cumsum([len(block.score) for block in self.blocks], dtype=np.int64)

    def __len__(self) -> int:
        return int(self._ends[-1]) if self.blocks else 0

    @overload
    def __getitem__(self, position: int) -> Candidate: ...

    @overload
    def __getitem__(self, position: slice) -> Sequence[Candidate]: ...

    def __getitem__(self, position: int | slice) -> Candidate | Sequence[Candidate]:
        if isinstance(position, slice):
            return [self[at] for at in range(*position.indices(len(self)))]
        at = range(len(self))[position]
        block = int(np.searchsorted(self._ends, at, side="right"))
        return self.blocks[block].make(at - int(self._ends[block]) + len(self.blocks[block].score))

    @cached_property
    def a(self) -> Integers:
        """The lower node of each."""
        return np.concatenate([np.empty(0, np.int64), *(block.a for block in self.blocks)])

    @cached_property
    def b(self) -> Integers:
        """The higher node of each."""
        return np.concatenate([np.empty(0, np.int64), *(block.b for block in self.blocks)])

    @cached_property
    def score(self) -> Floats:
        """The score of each."""
        return np.concatenate([np.empty(0), *(block.score for block in self.blocks)])

    def best(self, limit: int) -> Sequence[Candidate]:
        """So many of the highest score; by key where that is equal."""
        if limit < len(self):
            least = np.partition(self.score, len(self) - limit)[len(self) - limit] if limit else np.inf
            found = [self[at] for at in np.flatnonzero(self.score >= least).tolist()]
        else:
            found = list(self)
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.key))[:limit]

    def member(self, node: int) -> City | Programme:
        """Who stands at a node; the order of nodes is that of the holders' names."""
        cities = self._market.profiles.cities
        return cities[node] if node < len(cities) else self._market.programmes[node - len(cities)]

    def pairs(self) -> Collection[tuple[str, str]]:
        """The holders of each, in the order of their names."""
        nodes = np.unique(np.concatenate((self.a, self.b))).tolist()
        holders = {node: self.member(node).holder for node in nodes}
        return {(holders[a], holders[b]) for a, b in zip(self.a.tolist(), self.b.tolist(), strict=True)}

    def together_with(self, others: Iterable[Candidate]) -> "Candidates":
        """These and others of the same market, which are not among them."""
        kinds: dict[str, list[Candidate]] = {}
        for other in others:
            kinds.setdefault(other.kind, []).append(other)
        return Candidates(self._market, [*self.blocks, *(self._block(kind, found) for kind, found in kinds.items())])

    def _block(self, kind: str, found: Sequence[Candidate]) -> CandidateArrays:
        nodes = [sorted((self._node(each.partner), self._node(each.city))) for each in found]
        return CandidateArrays(
            kind=kind,
            a=np.array([a for a, _ in nodes], np.int64),
            b=np.array([b for _, b in nodes], np.int64),
            score=np.array([each.score for each in found], np.float64),
            make=found.__getitem__,
        )

    def _node(self, member: City | Programme) -> int:
        if isinstance(member, City):
            return self._market.profiles.index[member.city_id]
        holders = (programme.holder for programme in self._market.programmes)
        return len(self._market.profiles) + next(i for i, holder in enumerate(holders) if holder == member.holder)
