"""The round solver: capacities hold, and the same problem gives the same round."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.matching.adapters.solving.round_solver import AssignmentSolver
from isopolity.matching.domain.assignment import RoundProblem

NODES = 8
compiled = settings(deadline=None)
"""The first example pays for compiling."""


@st.composite
def problems(draw: st.DrawFn) -> RoundProblem:
    ends = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda pair: pair[0] < pair[1])
    pairs = np.array(sorted(draw(st.lists(ends, unique=True, max_size=20))), np.int64).reshape(-1, 2)
    weights = [draw(st.sampled_from([300_000, 500_000, 900_000])) for _ in pairs]
    capacity = [draw(st.integers(0, 3)) for _ in range(NODES)]
    return RoundProblem(
        capacity=np.array(capacity, np.int64),
        a=pairs[:, 0],
        b=pairs[:, 1],
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
