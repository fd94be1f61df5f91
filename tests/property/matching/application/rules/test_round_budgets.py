"""Rounds under budgets: no budget is overspent, and no permitted choice beats the bound."""

from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.candidates.candidate_search import free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import EncodedProblem, encoded_problem
from isopolity.matching.application.workflows.rounds.budgets import with_budgets
from isopolity.matching.assignment.problem import Mode, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.money.grants import Commitment, CommitmentState, NoGrant, Span, grant_span, left_of
from tests.support.examples import examples
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import city, need, partner, programme, request

Grants = tuple[int, int, int, str]
GRANTS = st.tuples(st.integers(1, 5), st.integers(0, 5), st.integers(0, 40), st.sampled_from(["EUR", "EUR", "USD"]))
"""The least and how much more, the budget beyond, the currency."""
ASKED = st.tuples(st.integers(0, 6), st.integers(0, 4), st.sampled_from(["EUR", "EUR", "USD"]))


def market(grants: list[Grants], asked: list[tuple[int, int, str]]) -> Market:
    lines = [
        programme(f"p{i}", grant_min=least, grant_max=least + more, budget=least + budget, currency=currency, cities=3)
        for i, (least, more, budget, currency) in enumerate(grants)
    ]
    cities = [
        city(f"city-{i}", needs=(need("cluster.literacy", "webinar", 1 + i % 5),), capacity=2)
        for i in range(len(asked) + 1)
    ]
    requests = [
        request(f"r{i}", f"city-{i}", amount_min=least, amount_max=least + more, currency=currency)
        for i, (least, more, currency) in enumerate(asked)
    ]
    return market_of([*cities, partner("halcyon", lines)], requests)


def encoded(some: Market) -> EncodedProblem:
    search = surroundings_of(network_of([])).engine.search
    free = free_capacities(some, {})
    return encoded_problem(search.candidates(some, free.keys(), ()), free, 0, Mode.EXACT)


def amount(candidate: Any) -> int | None:
    """What a pair takes; None where nobody has set it, 0 for one that asks for no money."""
    asked = candidate.target.request
    span = grant_span(candidate.programme, asked.request_id if asked else None, asked, {})
    return 0 if span is NoGrant.UNASKED else span.least if isinstance(span, Span) else None


@examples(40)
@given(st.lists(GRANTS, min_size=1, max_size=2), st.lists(ASKED, min_size=1, max_size=4), st.booleans())
def test_a_round_holds_its_budgets_and_its_bound(
    grants: list[Grants], asked: list[tuple[int, int, str]], has_promised: bool
) -> None:
    some = market(grants, asked)
    known = [Commitment(holder="programme/halcyon/p0", pair_key="x", state=CommitmentState.PROMISED)] * has_promised
    plain = encoded(some)
    ruled = with_budgets(plain, known, {})
    solution = AssignmentSolver().solve(ruled.problem, unreported)
    verdict = verified(ruled.problem, solution)
    assert verdict.is_proved, verdict.faults
    left = left_of(some.programmes, known, {})
    amounts = [amount(plain.candidates[position]) for position in plain.order.tolist()]
    place = {position: edge for edge, position in enumerate(plain.order.tolist())}
    chosen = [place[position] for position in ruled.order[solution.chosen].tolist()]
    assert _is_permitted(plain, chosen, amounts, left)
    edges = [edge for edge, each in enumerate(amounts) if each is not None]
    best = max(
        int(plain.problem.weight[list(subset)].sum())
        for size in range(min(len(edges), 6) + 1)
        for subset in combinations(edges, size)
        if _is_permitted(plain, subset, amounts, left)
    )
    assert verdict.value <= best <= verdict.bound
    assert verdict.value >= 0.99 * best


def _is_permitted(plain: EncodedProblem, edges: Any, amounts: list[int | None], left: Any) -> bool:
    chosen, problem = list(edges), plain.problem
    used = np.bincount(np.concatenate((problem.a[chosen], problem.b[chosen])), minlength=len(problem.capacity))
    if (used > problem.capacity).any():
        return False
    spent = dict.fromkeys(left, 0)
    for edge in chosen:
        taken = amounts[edge]
        if taken is None:
            return False
        spent[plain.candidates[int(plain.order[edge])].a] += taken
    return all(spent[holder] <= left[holder] for holder in spent)
