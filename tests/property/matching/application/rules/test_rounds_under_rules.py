"""Small rounds under rules, solved as in the services, beside the best of all choices that keep the rules."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.rules.bound_book import BoundBook
from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.ruled_choice import UnkeptBook, ruled_problem
from isopolity.matching.assignment.problem import Mode, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.rules.rule_book import RuleBook, Source
from tests.support.matching.plain_rules import World
from tests.support.matching.ruled_networks import all_choices, drawn, drawn_book


def fixed_in(bound: BoundBook) -> dict[Source, int]:
    """The limits that were fixed beforehand."""
    return {each.source: each.at_least for each in bound.outcomes(bound.problem.must)}


def weight_of(pairs: PairColumns, choice: Sequence[int]) -> int:
    return sum(int(pairs.problem.weight[edge]) for edge in choice)


@given(network=st.integers(0, 2**32), rules=st.integers(0, 2**32))
def test_the_best_permitted_choice_lies_between_value_and_bound(network: int, rules: int) -> None:
    market, pairs, world, _ = drawn(network)
    pairs = replace(pairs, problem=replace(pairs.problem, mode=Mode.EXACT))
    book, solver = drawn_book(rules), AssignmentSolver()
    plain = solver.solve(pairs.problem)
    ruled = ruled_problem(book, pairs, plain, list(market.able), solver, unreported)
    best = best_of(pairs, world, book, fixed_in(ruled.bound))
    if best is None:
        with pytest.raises(UnkeptBook):
            ruled.solved(solver, unreported)
        return
    solution = ruled.solved(solver, unreported)
    verdict = verified(ruled.problem, solution)
    assert verdict.faults == ()
    assert verdict.value <= best <= verdict.bound
    assert all(outcome.holds for outcome in ruled.outcomes(solution))
    assert verdict.value == best, (verdict, best)


def best_of(pairs: PairColumns, world: World, book: RuleBook, fixed: dict[Source, int]) -> int | None:
    kept = (
        weight_of(pairs, choice)
        for choice in all_choices(pairs.problem)
        if world.keeps(book, [world.pairs[edge] for edge in choice], fixed)
    )
    return max(kept, default=None)
