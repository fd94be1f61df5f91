"""The most even choice, beside all choices of small problems."""

import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from isopolity.matching.arrays import Booleans
from isopolity.matching.assignment.evenness.most_even import most_even
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.assignment.verification import verified
from tests.support.examples import examples
from tests.support.matching.round_problems import choices, random_problem


def sums(problem: RoundProblem, is_taker: Booleans) -> list[tuple[int, int]]:
    """(least sum, value) of every choice; a taker that gets nothing in any choice does not count."""
    permitted = [np.array(choice, np.int64) for choice in choices(problem)]
    takers = problem.a if is_taker[problem.a].all() else problem.b
    counted = np.unique(np.concatenate([takers[choice] for choice in permitted] or [takers]))
    return [
        (
            min((int(problem.weight[choice][takers[choice] == taker].sum()) for taker in counted), default=0),
            int(problem.weight[choice].sum()),
        )
        for choice in permitted
    ]


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), first=st.booleans())
@example(seed=152, first=True)  # one taker alone holds the least sum down
def test_small_problems_get_the_greatest_least_sum_and_then_the_greatest_value(seed: int, first: bool) -> None:
    problem = random_problem(seed, bipartite=True)
    number = len(problem.capacity)
    is_taker = (np.arange(number) < number // 2) == first
    found_sums = sums(problem, is_taker)
    assume(found_sums)
    best = max(found_sums)
    found = most_even(problem, is_taker)
    verdict = verified(problem, found.solution)
    assert verdict.is_proved
    assert found.least == best[0] <= found.bound
    assert verdict.value == best[1] <= verdict.bound


@examples(20)
@given(seed=st.integers(0, 1000), givers=st.integers(5, 20), room=st.integers(2, 6))
@example(seed=859, givers=11, room=6)  # to raise the value raises the least sum, too
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
