"""The candidates of a round under rules that take pairs out: what rules leave is looked for, not what is left over."""

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.engine import engine_of
from isopolity.matching.application.candidates import twinnings
from isopolity.matching.application.candidates.candidate_search import free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import encoded_problem
from isopolity.matching.application.rules import permitted
from isopolity.matching.application.rules.bound_book import ruled_out
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.permitted import taken_out
from isopolity.matching.application.workflows.rounds.computation import compute_draft
from isopolity.matching.application.workflows.rounds.round_candidates import round_candidates
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.assignment.problem import Mode, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.filters import MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    Rule,
    RuleBook,
)
from tests.support.matching.networks import market_of
from tests.support.matching.service import NOW, partner, programme, request
from tests.support.matching.towns import searching, towns

NEAR = Distance(km_at_most=400)


def of_all_pairs(rules: tuple[Rule, ...], market: Market) -> int:
    """The greatest value of any permitted choice over all pairs, by HiGHS."""
    everybody = free_capacities(market, {})
    out = taken_out(RuleBook(rules=rules), market)
    found = searching(len(market.profiles)).candidates(market, everybody.keys(), (), taken_out=out)
    problem = encoded_problem(found, everybody, 0).problem
    edges = np.arange(len(problem.a))
    ends = np.zeros((len(problem.capacity), len(edges)))
    ends[problem.a, edges] = ends[problem.b, edges] = 1
    limits = [LinearConstraint(ends, ub=problem.capacity)]
    solved = milp(-problem.weight, integrality=np.ones_like(edges), bounds=Bounds(0, 1), constraints=limits)
    return -round(float(solved.fun))


@pytest.mark.parametrize("full", [twinnings.FULL, 0], ids=["all pairs scored", "by the first stage"])
def test_a_round_under_a_rule_is_the_best_of_all_permitted_pairs(full: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twinnings, "FULL", full)
    market = market_of(towns(120))
    situation = Situation(market=market, free=free_capacities(market, {}), closed=(), now=NOW)
    plan = RoundPlan(seed=1, mode=Mode.EXACT, book=RuleBook(rules=(NEAR,)))
    engine = engine_of(searching(8), AssignmentSolver(), lambda: NOW, uuid7)
    drafted = compute_draft(plan, situation, engine, unreported)
    assert drafted.verdict.is_proved
    assert drafted.verdict.value == of_all_pairs((NEAR,), market)
    assert drafted.rules is not None
    assert drafted.rules.value_without > drafted.verdict.value


@pytest.mark.parametrize("full", [twinnings.FULL, 0], ids=["all pairs scored", "by the first stage"])
def test_rules_take_out_before_as_they_do_afterwards(full: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twinnings, "FULL", full)
    funder = partner("halcyon", [programme("schools", subjects=("sdg.4",))])
    asked = [request(f"rooms-{number}", f"town-{number:03}", subjects=("sdg.4",)) for number in range(9)]
    market = market_of([*towns(40), funder], asked)
    free, french = free_capacities(market, {}), MemberFilter(country=("FR",))
    rules: tuple[Rule, ...] = (
        NEAR,
        CommonLanguage(pairs=PairFilter(including=MemberFilter(people_at_least=100_000))),
        CountPairs(pairs=PairFilter(between=(french, MemberFilter(country=("PL",)))), at_most=0),
        CountPairs(pairs=PairFilter(kind=PairKind.SPONSORSHIPS, including=french), at_most=0),
        CountPerMember(each=MemberFilter(country=("DE",)), partner=MemberFilter(country=("PL",)), at_most=0),
    )
    everything = searching(1000).candidates(market, free.keys(), ())
    for some in (*((rule,) for rule in rules), rules):
        book = RuleBook(rules=some)
        before = searching(1000).candidates(market, free.keys(), (), taken_out=taken_out(book, market))
        problem = encoded_problem(everything, free, 0)
        pairs = PairColumns(problem=problem.problem, members=MemberColumns.of(problem.holders, market))
        out = ruled_out(book, pairs)
        assert len(out)
        afterwards = problem.only(np.setdiff1d(np.arange(len(everything)), out))
        assert {each.key for each in before} == {each.key for each in afterwards.meant(np.arange(len(before)))}


def test_what_is_out_by_rules_stays_a_candidate_and_none_comes_twice() -> None:
    market = market_of(towns(60))
    free, plan = free_capacities(market, {}), RoundPlan(book=RuleBook(rules=(NEAR,)))
    search = searching(3)
    plain = {each.key: each.score for each in search.candidates(market, free.keys(), ())}
    found = round_candidates(plan, market, free, (), search)
    assert len(found) == len({each.key for each in found}) > len(plain)
    assert {each.key: each.score for each in found if each.key in plain} == plain


def test_all_pairs_are_looked_at_only_for_a_rule_that_takes_some_out(monkeypatch: pytest.MonkeyPatch) -> None:
    market = market_of(towns(4))
    assert taken_out(RuleBook(rules=(CountPairs(at_most=3),)), market) is None
    assert taken_out(RuleBook(rules=(NEAR,)), market) is not None
    monkeypatch.setattr(permitted, "MOST_CITIES", 3)
    assert taken_out(RuleBook(rules=(NEAR,)), market) is None
