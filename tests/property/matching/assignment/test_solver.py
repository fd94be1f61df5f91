"""The round solver: capacities hold, and the same problem gives the same round."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.matching.assignment.problem import Mode, RoundProblem, Solution
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver

NODES = 8
compiled = settings(deadline=None)
"""The first example pays for compiling."""


@st.composite
def problems(draw: st.DrawFn) -> RoundProblem:
    ends = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda pair: pair[0] < pair[1])
    pairs = np.array(sorted(draw(st.lists(ends, unique=True, max_size=20))), np.int64).reshape(-1, 2)
    a, b = np.ascontiguousarray(pairs.T)  # as rounds have them
    weights = [draw(st.sampled_from([300_000, 500_000, 900_000])) for _ in pairs]
    capacity = [draw(st.integers(0, 3)) for _ in range(NODES)]
    return RoundProblem(
        capacity=np.array(capacity, np.int64),
        a=a,
        b=b,
        weight=np.array(weights, np.int64),
        seed=draw(st.integers(0, 3)),
    )


@compiled
@given(problems())
def test_no_holder_is_in_more_pairs_than_it_can_handle(problem: RoundProblem) -> None:
    chosen = AssignmentSolver().solve(problem).chosen
    used = Counter([*problem.a[chosen].tolist(), *problem.b[chosen].tolist()])
    assert len(set(chosen.tolist())) == len(chosen)
    assert all(used[node] <= problem.capacity[node] for node in used)


@compiled
@given(problems())
def test_no_pair_is_left_out_that_both_sides_could_still_handle(problem: RoundProblem) -> None:
    chosen = set(AssignmentSolver().solve(problem).chosen.tolist())
    left = problem.capacity.copy()
    for edge in chosen:
        left[problem.a[edge]] -= 1
        left[problem.b[edge]] -= 1
    rest = [edge for edge in range(len(problem.a)) if edge not in chosen]
    assert not [edge for edge in rest if left[problem.a[edge]] > 0 and left[problem.b[edge]] > 0]


def bound(problem: RoundProblem, solution: Solution) -> float:
    """The bound that the duals of nodes and edges prove; there are no odd sets."""
    dual = solution.dual
    assert not dual.odd_sets
    rest = dual.scale * problem.weight - dual.node[problem.a] - dual.node[problem.b]
    return float((problem.capacity * dual.node).sum() + np.maximum(rest, 0).sum()) / dual.scale


@compiled
@given(problems())
def test_quick_rounds_are_between_two_thirds_of_their_bound_and_the_bound(problem: RoundProblem) -> None:
    solution = AssignmentSolver().solve(problem)
    value = problem.weight[solution.chosen].sum()
    assert 2 / 3 * bound(problem, solution) <= value <= bound(problem, solution)


@compiled
@given(problems())
def test_quick_rounds_are_not_better_than_exact_ones(problem: RoundProblem) -> None:
    quick, exact = (AssignmentSolver().solve(replace(problem, mode=mode)) for mode in (Mode.QUICK, Mode.EXACT))
    assert problem.weight[quick.chosen].sum() <= problem.weight[exact.chosen].sum() <= bound(problem, quick)


@compiled
@given(problems())
def test_the_same_problem_gives_the_same_round(problem: RoundProblem) -> None:
    first, second = AssignmentSolver().solve(problem), AssignmentSolver().solve(problem)
    assert first.chosen.tolist() == second.chosen.tolist()
    assert first.dual.node.tolist() == second.dual.node.tolist()


def test_the_seed_decides_between_pairs_of_the_same_weight() -> None:
    a, b = np.triu_indices(6, 1)
    problem = RoundProblem(capacity=np.ones(6, np.int64), a=a, b=b, weight=np.full(len(a), 7))
    rounds = {tuple(AssignmentSolver().solve(replace(problem, seed=seed)).chosen.tolist()) for seed in range(20)}
    assert len(rounds) > 1
    assert {len(chosen) for chosen in rounds} == {3}
