"""A round over all pairs of its market: the pairs beyond its candidates that are worth more than they would pay.

A round solves, takes the prices of places and rules, looks at each pair that is no candidate, and adds those that are
worth more than they would pay; then it solves again, until there is none. Invariant: what is said of all pairs is about
each pair of two members with room that may be proposed, scores enough and is ruled out by nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.candidates.all_pairs.full_scores import best_of_each
from isopolity.matching.application.candidates.all_pairs.permitted_pairs import PermittedPairs
from isopolity.matching.application.candidates.candidate import Candidates
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.problem_encoding import candidate_weights, encoded_problem
from isopolity.matching.application.candidates.twinnings import FULL
from isopolity.matching.application.rules.permitted import asked_for, taken_out
from isopolity.matching.application.workflows.rounds.budgets import with_budgets
from isopolity.matching.application.workflows.rounds.round_candidates import best_candidates, round_candidates
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.certificate import AllPairs
from isopolity.matching.assignment.omitted_pairs import OmittedPairs, excesses, surpluses
from isopolity.matching.assignment.problem import Mode, RoundProblem, Solution
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING, holders_of_pair
from isopolity.matching.domain.round import RoundPlan

MOST_CITIES: Final = {Mode.QUICK: FULL, Mode.EXACT: 5_000}
"""The most cities of which a round looks at all pairs."""
WHOLE: Final = 200_000
"""The number of pairs up to which all of them are candidates of a round that looks for more."""
EACH: Final = 20
"""Pairs of each member that are added at once."""
TURNS: Final = 12
"""The most times that pairs are added."""


Surplus = Sequence[tuple[int, int]]
"""By node: what pairs beyond the candidates could add to a bound, in the unit of its dual."""


class Priced(NamedTuple):
    """A problem with its solution, by whose prices pairs that are no candidates are judged."""

    problem: RoundProblem
    solution: Solution
    gains: Integers
    """By node: what rules on counts could add to a pair at most."""
    is_ruled: bool
    """Whether pairs that rules take out are none of its pairs."""


class Beyond(NamedTuple):
    """The pairs beyond the candidates."""

    more: Integers
    """Positions, ascending, of pairs that are worth more than they would pay, the best of each member."""
    surplus: Sequence[Surplus | None]
    """By problem: what pairs could add to its bound, by node; None if that cannot be told."""


@dataclass(frozen=True, kw_only=True)  # no slots: what is said of all pairs is kept in it
class WholeMarket:
    """All pairs that a round may choose from, candidates or not."""

    plan: RoundPlan
    situation: Situation
    permitted: PermittedPairs

    @classmethod
    def of(cls, plan: RoundPlan, situation: Situation, search: CandidateSearch) -> "WholeMarket | None":
        """The pairs of a round that looks at all of them; None for a round that does not."""
        market, free, closed = situation.market, situation.free, situation.closed
        learns = situation.expected is not None and any(map(situation.expected.knows_pairs_of, plan.kinds))
        if learns or len(market.profiles) > MOST_CITIES[plan.mode]:  # what pairs taught is known of candidates only
            return None
        return cls(plan=plan, situation=situation, permitted=search.permitted(market, free.keys(), closed, plan.kinds))

    @property
    def is_searched(self) -> bool:
        """Whether the round adds pairs that are worth more than they would pay, or only tells what they could add."""
        return self.plan.mode is Mode.EXACT or not self.plan.book.is_plain

    def first_candidates(self, search: CandidateSearch) -> Candidates:
        """The candidates to begin with: all pairs where these are few, else the best of each member."""
        permitted = self.permitted
        if self.is_searched and len(permitted) <= WHOLE:
            return permitted.candidates(np.arange(len(permitted)))
        if self.situation.market.affinity is not None:  # it orders pairs that the other parts have chosen
            return round_candidates(
                self.plan, self.situation.market, self.situation.free, self.situation.closed, search
            )
        found = best_candidates(permitted, search, self._is_out)
        if not self.is_searched:
            return found
        for counts in self._asked_for():
            found = found.joined(permitted.candidates(permitted.best(search.per_city, search.per_programme, counts)))
        return found

    def wider(self, candidates: Candidates) -> Candidates:
        """The candidates with all pairs that count for rules that ask for pairs, as no choice was found among them."""
        for counts in self._asked_for():
            candidates = candidates.joined(self.permitted.candidates(np.flatnonzero(counts)))
        return candidates

    def beyond(self, holders: Sequence[str], considered: Booleans, priced: Sequence[Priced]) -> Beyond:
        """The pairs that were not `considered`, by the prices of problems in which node i is `holders[i]`."""
        everything, place = self.permitted.everything, self._places(holders)
        is_omitted = ~considered & ~self._is_never
        a, b = place[everything.a], place[everything.b]
        found, surplus = np.zeros(len(everything), np.int64), list[Surplus | None]()
        for each in priced:
            some = is_omitted & ~self._is_out if each.is_ruled and self._is_out is not None else is_omitted
            excess = self._excess(each, np.flatnonzero(some), a, b)
            surplus.append(_surplus(each.problem, a, b, self._weights, excess))
            found = np.maximum(found, excess // each.solution.dual.scale + (excess > 0))
        if self.is_searched:
            lonely = np.flatnonzero(is_omitted & ((a < 0) | (b < 0)))
            found[lonely[self._are_allowed(lonely)]] += 1
        worth = np.flatnonzero(found)
        ends = np.concatenate((everything.a[worth], everything.b[worth]))
        best = best_of_each(ends, np.tile(found[worth], 2).astype(np.float64), EACH) % max(len(worth), 1)
        return Beyond(more=np.unique(worth[best]), surplus=surplus)

    def claim(self, surplus: Surplus) -> AllPairs:
        """What is said of all pairs, from what those beyond the candidates could add; its bound is found later."""
        cities, market = self.permitted.market.profiles.cities, self.permitted.market
        free, kinds, pairs = self.situation.free.keys(), self.plan.kinds, 0
        if TWINNING in kinds:
            pairs += comb(sum(city.twinning_holder in free for city in cities), 2)
        if SPONSORSHIP in kinds:
            programmes = sum(programme.holder in free for programme in market.programmes)
            pairs += programmes * sum(city.sponsorship_holder in free for city in cities)
        return AllPairs(pairs=pairs, surplus=surplus, bound=0)

    def _excess(self, priced: Priced, some: Integers, a: Integers, b: Integers) -> Integers:
        """(pairs,): the excess of these pairs, 0 for all others and for those that no budget allows."""
        found = np.zeros(len(a), np.int64)
        omitted = OmittedPairs(a=a[some], b=b[some], weight=self._weights[some])
        found[some] = excesses(priced.problem, priced.solution, priced.gains, omitted)
        above = np.flatnonzero(found)
        found[above[~self._are_allowed(above)]] = 0
        return found

    def _are_allowed(self, positions: Integers) -> Booleans:
        """Which of these pairs, ascending, some budget allows; those of cities need none."""
        amounts, of_cities = self.situation.amounts, len(self.permitted.numbers)
        allowed = np.ones(len(positions), bool)
        theirs = np.flatnonzero(positions >= of_cities)
        if amounts is None or not len(theirs):
            return allowed
        candidates = self.permitted.candidates(positions[theirs])
        encoded = encoded_problem(candidates, self.situation.free, self.plan.seed)
        allowed[theirs] = np.isin(
            np.arange(len(theirs)), with_budgets(encoded, self.situation.commitments, amounts).order
        )
        return allowed

    def _asked_for(self) -> Iterator[Booleans]:
        """For each rule that asks for some pairs: which pairs count for it."""
        everything = self.permitted.everything
        return (counts(everything.a, everything.b) for counts in asked_for(self.plan.book, self.situation.market))

    def _places(self, holders: Sequence[str]) -> Integers:
        """By node of `CandidateArrays`: its node in the problem, -1 for none."""
        market, nodes = self.permitted.market, self.permitted.everything.nodes_of(holders)
        found = np.full(2 * len(market.profiles) + len(market.programmes), -1, np.int64)
        found[nodes[nodes >= 0]] = np.flatnonzero(nodes >= 0)
        return found

    @cached_property
    def _weights(self) -> Integers:
        return candidate_weights(self.permitted.everything, self.situation.expected)

    @cached_property
    def _is_out(self) -> Booleans | None:
        """Which pairs the rules take out; None where none does."""
        out = taken_out(self.plan.book, self.permitted.market, most=len(self.permitted.market.profiles))
        return None if out is None else out(self.permitted.everything.a, self.permitted.everything.b)

    @cached_property
    def _is_never(self) -> Booleans:
        """Which pairs staff has forbidden."""
        return self.permitted.everything.are_of(holders_of_pair(*pair) for pair in self.plan.never)


def _surplus(problem: RoundProblem, a: Integers, b: Integers, weight: Integers, excess: Integers) -> Surplus | None:
    some = np.flatnonzero(excess)
    if np.any((a[some] < 0) & (b[some] < 0)):
        return None
    omitted = OmittedPairs(a=a[some], b=b[some], weight=weight[some])
    by_node = surpluses(problem, omitted, excess[some])
    return [(int(node), int(by_node[node])) for node in np.flatnonzero(by_node)]
