"""All pairs of a market that may be proposed and score enough, not only the best of each member.

Invariant: each pair is scored in full, so that a pair that is missing may not be proposed or scores too little. Of
pairs of cities only the score is kept, as there can be millions.
"""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.all_pairs.full_scores import best_of_each, excluded_pairs, weighed
from isopolity.matching.application.candidates.candidate import Candidate, CandidateArrays, Candidates
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import TWINNING
from isopolity.matching.domain.scores.blockers import RuleColumns, city_rules
from isopolity.matching.domain.scores.city_arrays import runs
from isopolity.matching.domain.scores.weights import Scores

_AT_ONCE: Final = 1 << 19
"""Pairs that are scored together, so that memory is bounded."""


@dataclass(frozen=True, kw_only=True)  # no slots: the arrays of all pairs are kept in it
class PermittedPairs:
    """The pairs, those of cities by their numbers (a · cities + b), ascending, then those of programmes."""

    market: Market
    numbers: Integers
    scores: Floats
    """The scores of the pairs of cities."""
    sponsorships: CandidateArrays

    def __len__(self) -> int:
        return len(self.numbers) + len(self.sponsorships.score)

    @cached_property
    def everything(self) -> Candidates:
        """All of them as candidates; a pair of cities is scored again when it is asked for."""
        a, b = np.divmod(self.numbers, max(len(self.market.profiles), 1))

        def candidate(position: int) -> Candidate:
            return self._twinnings(np.array([position])).make(0)

        unkept = Scores(parts={}, weights={}, version=self.market.weights.version)
        of_cities = CandidateArrays(kind=TWINNING, a=a, b=b, score=self.scores, scores=unkept, make=candidate)
        return Candidates(self.market, [of_cities, self.sponsorships])

    def candidates(self, positions: Integers) -> Candidates:
        """The pairs at these positions, ascending, as candidates."""
        are_of_cities = positions < len(self.numbers)
        others = self.sponsorships.taken(positions[~are_of_cities] - len(self.numbers))
        return Candidates(self.market, [self._twinnings(positions[are_of_cities]), others])

    def best(self, per_city: int, per_programme: int, among: Booleans | None = None) -> Integers:
        """Positions, ascending, of the best pairs of each city, and of each programme; `among` these pairs."""
        here = np.arange(len(self)) if among is None else np.flatnonzero(among)
        twins, others = here[here < len(self.numbers)], here[here >= len(self.numbers)]
        a, b = np.divmod(self.numbers[twins], max(len(self.market.profiles), 1))
        ends = best_of_each(np.concatenate((a, b)), np.tile(self.scores[twins], 2), per_city) % max(len(twins), 1)
        theirs = others - len(self.numbers)
        of_programmes = best_of_each(self.sponsorships.b[theirs], self.sponsorships.score[theirs], per_programme)
        return np.union1d(twins[ends], others[of_programmes])

    def _twinnings(self, positions: Integers) -> CandidateArrays:
        return weighed(self.market, self.numbers[positions]).with_affinity(self.market).arrays(self.market)


def twinnings_of(
    market: Market, free: AbstractSet[str], closed: Collection[str], minimum_score: float
) -> tuple[Integers, Floats]:
    """The numbers and scores of all pairs of cities in `free`, without those in `closed`, that score enough."""
    cities = market.profiles.cities
    rows = np.array([row for row, city in enumerate(cities) if city.twinning_holder in free], np.int64)
    excluded, columns = excluded_pairs(market, closed), RuleColumns.of(market.profiles)
    barred = np.repeat(np.arange(len(cities)), np.diff(excluded.start)) * len(cities) + excluded.other
    numbers, scores = [np.empty(0, np.int64)], [np.empty(0)]
    for first, beyond in _pieces(len(rows)):
        some = np.arange(first, beyond)
        one, other = runs(some + 1, len(rows) - 1 - some)
        a, b = rows[first + one], rows[other]
        is_open = (city_rules(columns, a, b) == 0) & ~np.isin(a * len(cities) + b, barred)
        found = weighed(market, (a * len(cities) + b)[is_open]).gaining().enough(market, minimum_score)
        numbers.append(found.numbers)
        scores.append(found.scores.total)
    return np.concatenate(numbers), np.concatenate(scores)


def _pieces(rows: int) -> Iterator[tuple[int, int]]:
    """Runs of rows that have about _AT_ONCE pairs with later rows."""
    beyond = np.cumsum(np.arange(rows - 1, -1, -1))
    ends = np.flatnonzero(np.diff(beyond // _AT_ONCE)) + 1
    return pairwise([0, *ends.tolist(), rows])
