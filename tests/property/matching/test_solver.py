"""The round solver: capacities hold, and the same problem gives the same round."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.adapters.greedy_solver import GreedyRoundSolver
from isopolity.matching.domain.assignment import CandidatePair, RoundProblem

HOLDERS = tuple(f"city/{i}" for i in range(8))


@st.composite
def problems(draw: st.DrawFn) -> RoundProblem:
    ends = st.tuples(st.sampled_from(HOLDERS), st.sampled_from(HOLDERS)).filter(lambda pair: pair[0] < pair[1])
    pairs = [
        CandidatePair(key=f"{a}:{b}", a=a, b=b, weight=draw(st.sampled_from([0.3, 0.5, 0.5, 0.9])))
        for a, b in draw(st.lists(ends, unique=True, max_size=20))
    ]
    capacities = {holder: draw(st.integers(0, 3)) for holder in HOLDERS}
    return RoundProblem(pairs=pairs, capacities=capacities, seed=draw(st.integers(0, 3)))


def worth(problem: RoundProblem, keys: list[str]) -> float:
    weights = {pair.key: pair.weight for pair in problem.pairs}
    return sum(weights[key] for key in keys)


@given(problems())
def test_no_holder_is_in_more_pairs_than_it_can_handle(problem: RoundProblem) -> None:
    chosen = GreedyRoundSolver().solve(problem)
    ends = {pair.key: (pair.a, pair.b) for pair in problem.pairs}
    used = Counter(holder for key in chosen for holder in ends[key])
    assert len(set(chosen)) == len(chosen)
    assert all(used[holder] <= problem.capacities[holder] for holder in used)


@given(problems())
def test_no_pair_is_left_out_that_both_sides_could_still_handle(problem: RoundProblem) -> None:
    chosen = set(GreedyRoundSolver().solve(problem))
    left = Counter(problem.capacities)
    for pair in problem.pairs:
        if pair.key in chosen:
            left[pair.a] -= 1
            left[pair.b] -= 1
    assert not [pair for pair in problem.pairs if pair.key not in chosen and left[pair.a] > 0 and left[pair.b] > 0]


@given(problems(), st.integers())
def test_the_order_of_the_pairs_changes_nothing(problem: RoundProblem, shuffle: int) -> None:
    pairs = list(problem.pairs)
    Random(shuffle).shuffle(pairs)
    shuffled = RoundProblem(pairs=pairs, capacities=problem.capacities, seed=problem.seed)
    assert set(GreedyRoundSolver().solve(shuffled)) == set(GreedyRoundSolver().solve(problem))


def test_a_pair_is_given_up_for_two_that_are_worth_more_together() -> None:
    pairs = [
        CandidatePair(key="b:c", a="b", b="c", weight=0.6),
        CandidatePair(key="a:b", a="a", b="b", weight=0.5),
        CandidatePair(key="c:d", a="c", b="d", weight=0.5),
    ]
    problem = RoundProblem(pairs=pairs, capacities=dict.fromkeys("abcd", 1), seed=0)
    assert set(GreedyRoundSolver().solve(problem)) == {"a:b", "c:d"}


def test_the_seed_decides_between_pairs_of_the_same_worth() -> None:
    pairs = [CandidatePair(key=f"a:{other}", a="a", b=other, weight=0.5) for other in "bcdefgh"]
    capacities = dict.fromkeys("abcdefgh", 1)
    found = {
        tuple(GreedyRoundSolver().solve(RoundProblem(pairs=pairs, capacities=capacities, seed=seed)))
        for seed in range(20)
    }
    assert len(found) > 1
