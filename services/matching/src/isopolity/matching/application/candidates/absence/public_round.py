"""The round over all public profiles: full capacities, nobody rests, no pair is closed, a pair weighs its score alone.

Invariant: the pairs of the member that asks are all that score enough, up to a number; those of all others are the
candidates of a round. So the member's pairs can be replaced by those that it would have after a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.candidates.absence.all_partners import (
    AllPartners,
    cities_for,
    programmes_for,
    twinnings_of,
)
from isopolity.matching.application.candidates.candidate import TWINNING
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Dual, Mode, RoundProblem, Solution
from isopolity.matching.domain.member import City, Programme

_OWN_PAIRS: Final = 200
"""The most pairs of the asking member of one kind that are weighed, the best ones."""
_EXACT: Final = 20_000
"""The most pairs of which a round is solved exactly; one with more is solved in quick mode."""


class PublicPairs(NamedTuple):
    """The candidates of a round, one entry a pair; the nodes are those of CandidateArrays, with their capacities."""

    capacity: Integers
    a: Integers
    b: Integers
    score: Floats


class OwnPairs(NamedTuple):
    """The pairs of one owner of capacity as public profiles have them, and the capacity of each of its nodes."""

    partners: Sequence[AllPartners]
    nodes: Sequence[int]
    capacity: Sequence[int]


class Got(NamedTuple):
    """The pairs that a city or programme gets in a round: how many, and their weight."""

    pairs: int
    weight: int
    """Of these pairs, in units of WEIGHT_UNIT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedRound:
    """A public round with its solution, from the eyes of one owner of capacity."""

    problem: RoundProblem
    solution: Solution
    own: OwnPairs

    @property
    def got(self) -> Got:
        """The pairs that the city or programme gets, and their weight."""
        chosen = self.solution.chosen
        its = chosen[np.isin(self.problem.a[chosen], self.own.nodes) | np.isin(self.problem.b[chosen], self.own.nodes)]
        return Got(len(its), int(self.problem.weight[its].sum()))


def public_pairs(market: Market, search: CandidateSearch) -> PublicPairs:
    """The candidates among all members of a public market."""
    found = search.candidates(market, market.able.keys(), ())
    cities, programmes = market.profiles.cities, market.programmes
    twinnings, sponsorships = np.array([[*city.capacities.values()] for city in cities], np.int64).reshape(-1, 2).T
    capacity = np.concatenate((twinnings, sponsorships, np.array([each.cities for each in programmes], np.int64)))
    return PublicPairs(capacity, found.a, found.b, found.score)


def own_pairs(market: Market, owner: City | Programme) -> OwnPairs:
    """The pairs of a city, or of a programme, in a public market that has it as it is here."""
    cities = len(market.profiles)
    if isinstance(owner, Programme):
        number = market.programme_arrays.number[owner.holder]
        return OwnPairs([cities_for(market, number)], [2 * cities + number], [owner.cities])
    city = market.profiles.index[owner.city_id]
    partners = [twinnings_of(market, city), programmes_for(market, city)]
    return OwnPairs(partners, [city, cities + city], [*owner.capacities.values()])


def solved_round(pairs: PublicPairs, own: OwnPairs, market: Market, minimum: float, solver: RoundSolver) -> SolvedRound:
    """The round in which one owner has these pairs; `minimum` is the score that proposals need."""
    problem = _problem(pairs, own, len(market.profiles), minimum)
    return SolvedRound(problem=problem, solution=solver.solve(problem), own=own)


def expected_weight(own: OwnPairs, dual: Dual, cities: int, minimum: float) -> float:
    """What an owner with these pairs would add to a round at the prices of its dual: a guess, in units of a weight."""
    price, total = dual.node / dual.scale, 0.0
    for partners, node, capacity in zip(own.partners, own.nodes, own.capacity, strict=True):
        a, b, score = _edges(partners, node, cities, minimum)
        profit = score * WEIGHT_UNIT - price[np.where(a == node, b, a)]
        total += float(np.sort(profit[profit > 0])[::-1][: max(capacity, 0)].sum())
    return total


def _problem(pairs: PublicPairs, own: OwnPairs, cities: int, minimum: float) -> RoundProblem:
    others = ~(np.isin(pairs.a, own.nodes) | np.isin(pairs.b, own.nodes))
    mine = [_edges(partners, node, cities, minimum) for partners, node in zip(own.partners, own.nodes, strict=True)]
    columns = zip((pairs.a[others], pairs.b[others], pairs.score[others]), *mine, strict=True)
    a, b, score = (np.concatenate(column) for column in columns)
    order, capacity = np.lexsort((b, a)), pairs.capacity.copy()
    capacity[own.nodes] = own.capacity
    return RoundProblem(
        capacity=capacity,
        a=a[order].astype(np.int64),
        b=b[order].astype(np.int64),
        weight=np.clip(np.rint(score[order] * WEIGHT_UNIT).astype(np.int64), 1, WEIGHT_UNIT),
        mode=Mode.EXACT if len(a) <= _EXACT else Mode.QUICK,
    )


def _edges(partners: AllPartners, node: int, cities: int, minimum: float) -> tuple[Integers, Integers, Floats]:
    """The best of the pairs that score enough, by their nodes, the lower one first."""
    good = np.flatnonzero(partners.allowed & (partners.score >= minimum))
    good = good[np.argsort(-partners.score[good], kind="stable")[:_OWN_PAIRS]]
    beyond = 0 if partners.kind == TWINNING else 2 * cities if partners.are_programmes else cities
    other = partners.partner[good] + beyond
    return np.minimum(node, other), np.maximum(node, other), partners.score[good]
