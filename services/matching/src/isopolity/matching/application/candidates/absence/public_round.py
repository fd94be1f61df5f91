"""One holder of capacity with all possible partners, and the round over all public profiles: full capacities, no rests,
no closed pairs, a pair weighs its score alone.

Invariant: each pair has the score and the blockers that `scored_pair` and `visible_blockers` give it alone, but for
affinity. Each partner is counted once: as fitting, as scoring too low, or at its first blocker, so that the counts add
up to the number of partners. The pairs of the member that asks are all that score enough, up to a number; those of all
others are the candidates of a round. So the member's pairs can be replaced by those that it would have after a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self

import numpy as np

from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Dual, Mode, RoundProblem, Solution
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING, City, Programme
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.fit import Fit

_TIED = Blocker.TIED.bit
OFFERS_ENOUGH: Final = 0.3
"""The share of one side's needs from which another city is worth asking, even if it gains nothing itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllPartners:
    """The pairs of one holder of capacity with all possible partners, one entry each."""

    kind: str
    are_programmes: bool
    """Whether the partners are programmes; else they are cities."""
    partner: Integers
    """Positions among the market's cities or programmes, ascending."""
    blockers: Unsigned16
    """The blockers of each pair, as bits."""
    score: Floats
    """0 where there is a blocker."""
    met: Floats
    """The share of the holder's needs that the partner's offers meet, in [0, 1); 0 for sponsorships."""

    def narrowed(self, kept: Booleans) -> Self:
        """The pairs where `kept` is true."""
        columns = {name: getattr(self, name)[kept] for name in ("partner", "blockers", "score", "met")}
        return replace(self, **columns)

    @property
    def allowed(self) -> Booleans:
        """Whether each pair has no blocker."""
        return np.asarray(self.blockers == 0, bool)


def twinnings_of(market: Market, city: int) -> AllPartners:
    """The pairs of a city with all other cities."""
    profiles = market.profiles
    others = np.delete(np.arange(len(profiles)), city)
    fits = Fit(profiles, market.weights.neighbours)
    pairs = twinning.pairs_of(fits, np.minimum(city, others), np.maximum(city, others))
    bits = np.asarray(twinning.blockers(profiles, fits, pairs), np.uint16)
    bits[np.isin(others, market.tied_cities(profiles.cities[city].city_id))] |= _TIED
    allowed, score = np.flatnonzero(bits == 0), np.zeros(len(others))
    score[allowed] = twinning.scores(profiles, pairs.taken(allowed), market.weights).total
    met = np.where(others > city, pairs.needs_a, pairs.needs_b)
    return AllPartners(kind=TWINNING, are_programmes=False, partner=others, blockers=bits, score=score, met=met)


def programmes_for(market: Market, city: int) -> AllPartners:
    """A city with all open programmes, each with the target of the city that suits it best."""
    profiles, targets, programmes = market.profiles, market.targets, market.programme_arrays
    bits, score = np.zeros((2, 0, len(programmes)))
    for target in np.flatnonzero(targets.city == city).tolist():
        scores = programmes.scores(profiles, targets, target, market.programme_components, market.weights)
        bits = np.vstack((bits, programmes.blockers(profiles, targets, target, market.weights.neighbours)))
        score = np.vstack((score, scores.total))
    best = np.where(bits == 0, score, score - 2).argmax(axis=0)  # what is allowed comes before what is not
    every = np.arange(len(programmes))
    tied = market.tied_to(profiles.cities[city].city_id)
    barred = np.array([each.partner_id in tied for each in market.programmes], bool)
    return _sponsorships(every, bits[best, every], score[best, every], barred, are_programmes=True)


def cities_for(market: Market, programme: int) -> AllPartners:
    """A programme with all cities, each with the target that suits it best."""
    its, profiles, targets = market.programmes[programme], market.profiles, market.targets
    bits, scored = market.all_sponsorships(its)
    scores = scored.total
    order = np.lexsort((-scores, bits != 0, targets.city))
    first = order[np.diff(targets.city[order], prepend=-1) != 0]
    barred = np.isin(np.arange(len(profiles)), market.tied_cities(its.partner_id))
    return _sponsorships(np.arange(len(profiles)), bits[first], scores[first], barred, are_programmes=False)


def _sponsorships(
    partner: Integers, bits: Floats | Unsigned16, score: Floats, barred: Booleans, *, are_programmes: bool
) -> AllPartners:
    blockers = bits.astype(np.uint16) | _TIED * barred
    return AllPartners(
        kind=SPONSORSHIP,
        are_programmes=are_programmes,
        partner=partner,
        blockers=blockers,
        score=np.where(blockers == 0, score, 0.0),
        met=np.zeros(len(partner)),
    )


def offering(partners: AllPartners, minimum: float, limit: int) -> Integers:
    """The partners that offer what the holder looks for and score too low, as they look for little that it offers.

    At most `limit`, those that meet most first.
    """
    found = np.flatnonzero(partners.allowed & (partners.score < minimum) & (partners.met >= OFFERS_ENOUGH))
    return partners.partner[found[np.argsort(-partners.met[found], kind="stable")[:limit]]]


TOO_WEAK: Final = "score"
"""The code of partners that nothing rules out and that score too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerCounts:
    """The possible partners of one holder of capacity, counted."""

    kind: str
    are_programmes: bool
    """Whether the partners are programmes; else they are cities."""
    partners: int
    fitting: int
    ruled_out: Sequence[tuple[str, int]]
    """How many partners each code rules out, the most frequent first."""


def counted(partners: AllPartners, minimum: float) -> BlockerCounts:
    """The counts, where `minimum` is the score that proposals need."""
    bits = partners.blockers.astype(np.int64)
    first = bits & -bits
    found = {blocker.value: int((first == int(blocker.bit)).sum()) for blocker in Blocker}
    fitting = int((partners.allowed & (partners.score >= minimum)).sum())
    found[TOO_WEAK] = int(partners.allowed.sum()) - fitting
    counts = sorted(((code, count) for code, count in found.items() if count), key=lambda each: -each[1])
    return BlockerCounts(
        kind=partners.kind,
        are_programmes=partners.are_programmes,
        partners=len(partners.partner),
        fitting=fitting,
        ruled_out=counts,
    )


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
    """An estimate of the weight that an owner with these pairs adds to a round, at the prices of its dual."""
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
