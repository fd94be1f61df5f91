"""The most even choice, beside all choices of small problems."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.matching.arrays import Booleans
from isopolity.matching.assignment.evenness.most_even import most_even
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.assignment.verification import verified


@st.composite
def problems(draw: st.DrawFn) -> RoundProblem:
    """At most nine edges between three takers, the first nodes, and three givers."""
    sides = draw(st.sets(st.tuples(st.integers(0, 2), st.integers(3, 5)), min_size=1, max_size=9))
    a, b = np.array(sorted(sides), np.int64).T
    weight = np.array([draw(st.integers(1, 6)) for _ in sides], np.int64)
    capacity = np.array([draw(st.integers(0, 3)) for _ in range(6)], np.int64)
    never = np.array(sorted(draw(st.sets(st.integers(0, len(sides) - 1), max_size=2))), np.int64)
    return RoundProblem(capacity=capacity, a=a, b=b, weight=weight, never=never)


def sums(problem: RoundProblem, is_taker: Booleans) -> list[tuple[int, int]]:
    """(least sum, value) of every choice; a taker that nothing can be given does not count."""
    free = np.setdiff1d(np.arange(len(problem.a)), problem.never)
    free = free[(problem.capacity[problem.a[free]] > 0) & (problem.capacity[problem.b[free]] > 0)]
    ends = np.concatenate((problem.a[free], problem.b[free]))
    takers = [node for node in np.flatnonzero(is_taker) if node in ends]
    found = []
    for size in range(len(free) + 1):
        for chosen in map(list, combinations(free.tolist(), size)):
            used = np.bincount(np.concatenate((problem.a[chosen], problem.b[chosen])), minlength=6)
            if (used <= problem.capacity).all():
                got = [
                    int(problem.weight[chosen][(problem.a[chosen] == t) | (problem.b[chosen] == t)].sum())
                    for t in takers
                ]
                found.append((min(got, default=0), int(problem.weight[chosen].sum())))
    return found


@settings(max_examples=150, deadline=None)
@given(problem=problems(), first=st.booleans())
def test_small_problems_get_the_greatest_least_sum_and_then_the_greatest_value(
    problem: RoundProblem, first: bool
) -> None:
    is_taker = (np.arange(6) < 3) == first
    found = most_even(problem, is_taker)
    verdict = verified(problem, found.solution)
    best = max(sums(problem, is_taker))
    assert verdict.is_proved
    assert found.least == best[0] <= found.bound
    assert verdict.value == best[1] <= verdict.bound


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), givers=st.integers(5, 20), room=st.integers(2, 6))
def test_large_problems_keep_their_capacities_and_bounds(seed: int, givers: int, room: int) -> None:
    lots = np.random.default_rng(seed)
    takers = 40
    a, b = np.divmod(np.arange(takers * givers), givers)
    kept = lots.random(len(a)) < 0.6
    capacity = np.concatenate((np.full(takers, 2), np.full(givers, room)))
    weight = lots.integers(1, 1000, len(a))
    problem = RoundProblem(capacity=capacity, a=a[kept], b=takers + b[kept], weight=weight[kept])
    found = most_even(problem, np.arange(takers + givers) < takers)
    verdict = verified(problem, found.solution)
    got = np.bincount(problem.a[found.solution.chosen], problem.weight[found.solution.chosen], takers)
    assert verdict.is_proved
    assert (
        np.setdiff1d(np.arange(takers), found.left_out).size == 0
        or found.least == got[np.setdiff1d(np.arange(takers), found.left_out)].min()
    )
    assert found.least <= found.bound
