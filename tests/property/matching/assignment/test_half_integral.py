"""The linear programme of a round: its value is that of another solver, and its dual proves it."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.assignment.solvers.half_integral import AUCTION_FROM, HalfIntegral, half_integral
from isopolity.matching.assignment.solvers.search_arrays import adjacency
from tests.support.examples import examples

compiled = examples(60)
"""The first example pays for compiling."""


@st.composite
def problems(draw: st.DrawFn, *, two_sides: bool = False) -> RoundProblem:
    """Up to 9 nodes; few different weights, so that many walks are equally good."""
    nodes = draw(st.integers(2, 9))
    all_pairs = [(a, b) for a in range(nodes) for b in range(a + 1, nodes) if not two_sides or a < nodes // 2 <= b]
    pairs = np.array(sorted(draw(st.sets(st.sampled_from(all_pairs)))), np.int64).reshape(-1, 2)
    a, b = np.ascontiguousarray(pairs.T)  # as rounds have them
    most = draw(st.sampled_from([1, 3, 1000]))
    return RoundProblem(
        capacity=np.array([draw(st.integers(0, 3)) for _ in range(nodes)], np.int64),
        a=a,
        b=b,
        weight=np.array([draw(st.integers(1, most)) for _ in pairs], np.int64),
        seed=draw(st.integers(0, 3)),
    )


def solved(problem: RoundProblem, auction_from: int = AUCTION_FROM) -> HalfIntegral:
    return half_integral(problem, adjacency(problem), auction_from=auction_from)


@compiled
@given(problems(), st.sampled_from([0, AUCTION_FROM]))
def test_its_value_is_that_of_another_solver(problem: RoundProblem, auction_from: int) -> None:
    incidence = np.zeros((len(problem.capacity), len(problem.a)))
    incidence[problem.a, np.arange(len(problem.a))] = 1
    incidence[problem.b, np.arange(len(problem.a))] = 1
    value = 0.0
    if len(problem.a):
        value = -linprog(-problem.weight, incidence, problem.capacity, bounds=(0, 1)).fun
    assert (solved(problem, auction_from).halves * problem.weight).sum() == round(2 * value)


@compiled
@given(problems(), st.sampled_from([0, AUCTION_FROM]))
def test_the_dual_is_complementary_to_what_is_chosen(problem: RoundProblem, auction_from: int) -> None:
    half = solved(problem, auction_from)
    slack = half.dual[problem.a] + half.dual[problem.b] - 2 * problem.weight
    used = np.bincount(problem.a, half.halves, len(problem.capacity)) + np.bincount(
        problem.b, half.halves, len(problem.capacity)
    )
    assert (half.dual >= 0).all()
    assert (slack[half.halves == 0] >= 0).all()
    assert (slack[half.halves == 1] == 0).all()
    assert (slack[half.halves == 2] <= 0).all()
    assert (used <= 2 * problem.capacity).all()
    assert (used == 2 * problem.capacity)[half.dual > 0].all()


@compiled
@given(problems(), st.sampled_from([0, AUCTION_FROM]))
def test_halves_are_odd_cycles_that_share_no_node(problem: RoundProblem, auction_from: int) -> None:
    half = solved(problem, auction_from)
    assert sorted(half.cycle_edges.tolist()) == np.flatnonzero(half.halves == 1).tolist()
    seen: set[int] = set()
    for begin, end in pairwise(half.cycle_start.tolist()):
        edges = half.cycle_edges[begin:end]
        nodes = set(problem.a[edges].tolist()) | set(problem.b[edges].tolist())
        assert len(edges) % 2 == 1
        assert len(nodes) == len(edges)
        assert not nodes & seen
        seen |= nodes
        for one, other in zip(edges, np.roll(edges, -1), strict=True):
            assert {problem.a[one], problem.b[one]} & {problem.a[other], problem.b[other]}


@compiled
@given(problems(two_sides=True))
def test_a_problem_of_two_sides_has_no_halves(problem: RoundProblem) -> None:
    assert not (solved(problem).halves == 1).any()
