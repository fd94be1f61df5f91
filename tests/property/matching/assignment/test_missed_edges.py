"""By how much an edge that is not chosen would have to rise: by trying every choice."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isopolity.matching.assignment.missed_edges import missed_edges, reduced_costs
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, RoundProblem
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.errors import NoPermittedChoice
from tests.support.matching.round_problems import best_value, choices, round_problems, with_group_rules


def best_with(problem: RoundProblem, edge: int) -> int | None:
    """The value of the best choice that has the edge."""
    weight = problem.weight.tolist()
    return max((sum(weight[each] for each in choice) for choice in choices(problem) if edge in choice), default=None)


@settings(deadline=None)
@given(round_problems(), st.sampled_from(Mode), st.integers(0, 12))
def test_no_best_choice_has_an_edge_that_rises_by_less(problem: RoundProblem, mode: Mode, tries: int) -> None:
    problem = replace(problem, mode=mode)
    value = best_value(problem)
    assume(value is not None)
    assert value is not None
    solve = AssignmentSolver().solve
    chosen = solve(problem).chosen
    edges = np.setdiff1d(np.arange(len(problem.a)), np.concatenate((chosen, problem.never)))
    found = missed_edges(problem, solve, chosen, edges, len(edges), tries=tries)
    assert sorted(each.edge for each in found) == edges.tolist()
    load = np.bincount(np.concatenate((problem.a[chosen], problem.b[chosen])), minlength=len(problem.capacity))
    for each in found:
        reached = best_with(problem, each.edge)
        if each.rise is None:
            assert reached is None
        elif reached is not None:
            assert each.rise <= value - reached
            assert not each.is_exact or each.rise == value - reached
        ends = [end for end in (problem.a[each.edge], problem.b[each.edge]) if load[end] >= problem.capacity[end]]
        expected = [edge for edge in chosen.tolist() if {problem.a[edge], problem.b[edge]} & set(ends)]
        assert each.in_its_place.tolist() == expected
    if mode is Mode.EXACT and tries >= len(edges):
        assert all(each.is_exact for each in found)


@settings(deadline=None)
@given(round_problems(), st.integers(0, 1000), st.integers(0, 12))
def test_no_best_choice_under_rules_has_an_edge_that_rises_by_less(
    problem: RoundProblem, seed: int, tries: int
) -> None:
    problem = with_group_rules(replace(problem, mode=Mode.EXACT), seed)
    value, solve = best_value(problem), AssignmentSolver().solve
    assume(value is not None)
    assert value is not None
    with suppress(NoPermittedChoice):  # none was found, though there is one
        chosen = solve(problem).chosen
        edges = np.setdiff1d(np.arange(len(problem.a)), np.concatenate((chosen, problem.never)))
        for each in missed_edges(problem, solve, chosen, edges, len(edges), tries=tries):
            reached = best_with(problem, each.edge)
            if reached is not None:
                assert each.rise is not None
                assert each.rise <= value - reached


@settings(deadline=None)
@given(round_problems())
def test_chosen_edges_cost_nothing_and_others_never_less(problem: RoundProblem) -> None:
    problem = replace(problem, mode=Mode.EXACT, must=problem.must[:0], never=problem.never[:0])
    best = AssignmentSolver().solve(problem)
    costs = reduced_costs(problem, best.dual, np.arange(len(problem.a)))
    assert (costs[best.chosen] <= 0).all()
    assert (np.delete(costs, best.chosen) >= 0).all()
    assert problem.weight.max(initial=0) <= WEIGHT_UNIT
