"""A round in exact mode is the best of all pairs of its market, as a solver of another make finds it."""

from functools import cache
from math import comb
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from isopolity.contracts.registry import CityState
from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.engine import engine_of
from isopolity.matching.application.candidates.candidate_search import free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import encoded_problem
from isopolity.matching.application.rules.bound_book import bound_book
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.permitted import taken_out
from isopolity.matching.application.workflows.rounds.choice import all_pairs
from isopolity.matching.application.workflows.rounds.computation import ComputedDraft, compute_draft
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.assignment.problem import CountRule, Mode, RoundProblem, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.filters import Grouping, MemberFilter, PairFilter
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    Rule,
    RuleBook,
)
from tests.support.matching.networks import market_of
from tests.support.matching.service import NOW
from tests.support.matching.towns import searching, towns

CITIES = 120
FEW = 4
FRENCH, GERMAN, POLISH = (MemberFilter(country=(country,)) for country in ("FR", "DE", "PL"))
BOOKS: dict[str, tuple[Rule, ...]] = {
    "no rules": (),
    "a distance": (Distance(km_at_most=300),),
    "a language": (CommonLanguage(),),
    "a quota of a country": (CountPairs(pairs=PairFilter(within=Grouping.COUNTRY), at_most=10),),
    "a floor": (CountPairs(pairs=PairFilter(between=(FRENCH, GERMAN)), at_least=15),),
    "a floor for each": (CountPerMember(each=POLISH, partner=GERMAN, at_least=1),),
    "one of each country": (CountPerMember(each=MemberFilter(), at_most=1, of_one=Grouping.COUNTRY),),
}


class Best(NamedTuple):
    """The best choice over all pairs, and the bound of the linear programme."""

    value: int
    bound: float


@cache
def market() -> Market:
    return market_of(towns(CITIES))


def everything(book: RuleBook, market: Market) -> RoundProblem:
    """The problem of all pairs of the market that score enough, under a book."""
    free = free_capacities(market, {})
    found = encoded_problem(searching(CITIES).candidates(market, free.keys(), ()), free, 0)
    pairs = PairColumns(problem=found.problem, members=MemberColumns.of(found.holders, market))
    problem, _ = bound_book(book, pairs, {}).ruled()
    return problem


def by_highs(problem: RoundProblem) -> Best:
    """The best choice as HiGHS finds it."""
    edges, never = np.arange(len(problem.a)), np.isin(np.arange(len(problem.a)), problem.never)
    rows, low, high = [_ends(problem)], [np.zeros(len(problem.capacity))], [problem.capacity]
    for rule in problem.rules:
        assert isinstance(rule, CountRule)
        rows.append(
            csr_array((np.ones(len(rule.edges)), (np.zeros(len(rule.edges), int), rule.edges)), (1, len(edges)))
        )
        low.append(np.array([rule.at_least]))
        high.append(np.array([np.inf if rule.at_most is None else rule.at_most]))
    matrix, least, most = vstack(rows, format="csr"), np.concatenate(low), np.concatenate(high)
    bounds, limits = Bounds(0, np.where(never, 0, 1)), LinearConstraint(matrix, least, most)
    whole = milp(-problem.weight, integrality=np.ones_like(edges), bounds=bounds, constraints=limits)
    linear = milp(-problem.weight, bounds=bounds, constraints=limits)
    return Best(-round(float(whole.fun)), -float(linear.fun))


def _ends(problem: RoundProblem) -> csr_array:
    edges = np.tile(np.arange(len(problem.a)), 2)
    ends = np.concatenate((problem.a, problem.b))
    return csr_array((np.ones(len(edges)), (ends, edges)), (len(problem.capacity), len(problem.a)))


def drafted(book: RuleBook, mode: Mode, market: Market, per_city: int = FEW) -> ComputedDraft:
    situation = Situation(market=market, free=free_capacities(market, {}), closed=(), now=NOW)
    engine = engine_of(searching(per_city), AssignmentSolver(), lambda: NOW, uuid7)
    return compute_draft(RoundPlan(seed=1, mode=mode, book=book), situation, engine, unreported)


@pytest.mark.parametrize("rules", BOOKS.values(), ids=BOOKS.keys())
@pytest.mark.parametrize("whole", [all_pairs.WHOLE, 0], ids=["all are candidates", "candidates by prices"])
def test_the_choice_is_the_best_over_all_permitted_pairs(
    whole: int, rules: tuple[Rule, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_pairs, "WHOLE", whole)
    book = RuleBook(rules=rules)
    best = by_highs(everything(book, market()))
    found = drafted(book, Mode.EXACT, market())
    verdict = found.verdict
    assert verdict.is_proved
    assert verdict.value == best.value
    assert verdict.bound_of_all is not None
    assert best.value <= verdict.bound_of_all <= best.bound + 1
    assert "candidates" not in verdict.sentence


def test_a_distance_among_3_000_cities_leaves_the_best_of_all_permitted_pairs() -> None:
    market = market_of(_far_and_wide(3_000))
    rules = (Distance(km_at_most=300),)
    found = drafted(RuleBook(rules=rules), Mode.EXACT, market)
    best = by_highs(_within(300, market))
    assert found.verdict.value == found.verdict.bound_of_all == best.value
    assert found.all_pairs == comb(3_000, 2)


def _far_and_wide(count: int) -> list[CityState]:
    """Towns of which nine in ten are in one country, so that few pairs are to be scored, between Lisbon and Kabul."""
    random = Random(1)  # places
    moved = ((random.uniform(30, 60), random.uniform(-20, 60)) for _ in range(count))
    return [
        town.model_copy(update={"country": "DE" if at % 10 == 0 else "FR", "latitude": north, "longitude": east})
        for at, (town, (north, east)) in enumerate(zip(towns(count), moved, strict=True))
    ]


def _within(km: float, market: Market) -> RoundProblem:
    free = free_capacities(market, {})
    permitted = searching(FEW).permitted(market, free.keys(), ())
    out = taken_out(RuleBook(rules=(Distance(km_at_most=km),)), market)
    assert out is not None
    kept = np.flatnonzero(~out(permitted.everything.a, permitted.everything.b))
    return encoded_problem(permitted.candidates(kept), free, 0).problem
