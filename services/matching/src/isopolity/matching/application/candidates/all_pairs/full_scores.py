"""Pairs of cities with their full scores, and the pairs that are barred before any score.

Invariant: a pair has the same score in any company and in any thread.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import CandidateArrays, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import with_affinity
from isopolity.matching.application.ports.engine import ExcludedPairs
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.member import TWINNING
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.blockers import gains_nothing
from isopolity.matching.domain.scores.fit import Fit
from isopolity.matching.domain.scores.twinning import Pairs
from isopolity.matching.domain.scores.weights import Scores
from isopolity.matching.threads import ThreadPool, processors

WORTH_A_THREAD: Final = 1 << 16
"""The number of pairs from which another thread is worth its start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FullyScored:
    """Pairs, each once, in the order of their numbers (a · cities + b), with their full scores but for affinity."""

    numbers: Integers
    pairs: Pairs
    scores: Scores

    def taken(self, positions: Integers) -> "FullyScored":
        """The pairs at these positions, ascending."""
        numbers = self.numbers[positions]
        return FullyScored(numbers=numbers, pairs=self.pairs.taken(positions), scores=self.scores.taken(positions))

    def gaining(self) -> "FullyScored":
        """The pairs of which a side gains something."""
        return self.taken(np.flatnonzero(~gains_nothing(self.pairs.needs_a, self.pairs.needs_b)))

    def enough(self, market: Market, minimum_score: float) -> "FullyScored":
        """The pairs that score `minimum_score` or more once affinity counts."""
        found = self.with_affinity(market)
        return found.taken(np.flatnonzero(found.scores.total >= minimum_score))

    def with_affinity(self, market: Market) -> "FullyScored":
        """The pairs with the part `affinity`, where the network lets it count."""
        return replace(self, scores=with_affinity(self.scores, self.pairs, market))

    def arrays(self, market: Market) -> CandidateArrays:
        """The pairs as candidates."""
        pairs, scores, cities, total = self.pairs, self.scores, market.profiles.cities, self.scores.total

        def candidate(position: int) -> TwinningCandidate:
            a, b = cities[int(pairs.a[position])], cities[int(pairs.b[position])]
            score = float(total[position])
            return TwinningCandidate(city_a=a, city_b=b, score=score, scores=scores, position=position)

        return CandidateArrays(kind=TWINNING, a=pairs.a, b=pairs.b, score=total, scores=scores, make=candidate)

    @classmethod
    def joined(cls, pieces: "Sequence[FullyScored]") -> "FullyScored":
        """All pairs of one or more pieces."""
        found = cls.in_a_row(pieces)
        order = np.argsort(found.numbers, kind="stable")
        return found.taken(order[np.append(True, np.diff(found.numbers[order]) != 0)] if len(order) else order)

    @classmethod
    def in_a_row(cls, pieces: "Sequence[FullyScored]") -> "FullyScored":
        """One or more pieces, one after the other."""
        names, columns = pieces[0].scores.parts, ("a", "b", "needs_a", "needs_b", "ways")
        parts = {name: np.concatenate([each.scores.parts[name] for each in pieces]) for name in names}
        return cls(
            numbers=np.concatenate([each.numbers for each in pieces]),
            pairs=Pairs(*(np.concatenate([getattr(each.pairs, name) for each in pieces]) for name in columns)),
            scores=replace(pieces[0].scores, parts=parts),
        )


def weighed(market: Market, numbers: Integers) -> FullyScored:
    """The pairs of these numbers (a · cities + b, ascending), by the full score; many on all processors."""
    pieces = np.array_split(numbers, max(1, min(processors(), len(numbers) // WORTH_A_THREAD)))
    if len(pieces) < 2:
        return _weighed_at_once(market, numbers)
    with ThreadPool(len(pieces)) as pool:
        return FullyScored.in_a_row(list(pool.map(partial(_weighed_at_once, market), pieces)))


def _weighed_at_once(market: Market, numbers: Integers) -> FullyScored:
    """The pairs of these numbers by the full score, in this thread, from arrays of the cities concerned only."""
    a, b = np.divmod(numbers, max(len(market.profiles), 1))
    cities = distinct(np.concatenate((a, b)))
    profiles = market.profiles.taken(cities)
    fits = Fit(profiles, market.weights.neighbours)
    pairs = twinning.pairs_of(fits, np.searchsorted(cities, a), np.searchsorted(cities, b))
    scores = twinning.scores(profiles, pairs, market.weights)
    return FullyScored(numbers=numbers, pairs=replace(pairs, a=a, b=b), scores=scores)


def distinct(numbers: Integers) -> Integers:
    """In ascending order; by sorting, which takes a tenth of the time of numpy's `unique`, that hashes."""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def best_of_each(row: Integers, score: Floats, limit: int) -> Integers:
    """Positions of the `limit` best scores of each row; equal scores: the first ones."""
    order = np.lexsort((-score, row))
    starts = np.flatnonzero(np.r_[True, np.diff(row[order]) != 0]) if len(row) else np.empty(0, np.int64)
    rank = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    return order[rank < limit]


def excluded_pairs(market: Market, closed: Collection[str]) -> ExcludedPairs:
    """The pairs of cities that are tied or closed."""
    index = market.profiles.index
    barred = (*market.ties.edges(), *market.apart.edges(), *_city_pairs(closed))
    known = [(index[a], index[b]) for a, b in barred if a in index and b in index]
    a, b = np.array(known, np.int64).reshape(-1, 2).T
    return ExcludedPairs.of(a, b, len(market.profiles))


def _city_pairs(closed: Collection[str]) -> list[tuple[str, str]]:
    """The pairs of cities among pair keys; a sponsorship's key starts with a holder, which has a slash."""
    parts = (key.split(":") for key in closed if "/" not in key)
    return [(pair[0], pair[1]) for pair in parts if len(pair) == 2]
