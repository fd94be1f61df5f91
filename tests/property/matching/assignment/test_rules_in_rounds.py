"""Rules that bind hold in rounds too large to try every choice, in both modes; one rule too many is refused."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.errors import ContradictoryRules
from tests.support.examples import examples
from tests.support.matching.round_problems import integers, random_problem

LARGER = 40


def ruled(seed: int) -> tuple[RoundProblem, list[int]]:
    """A problem with rules that fill some nodes, all of which can be kept; and the edges that must not be added."""
    problem, lot = random_problem(seed, nodes=LARGER, edges=5 * LARGER, rules=False), random.Random(seed)
    left = problem.capacity.tolist()
    must: list[int] = []
    refused: list[int] = []
    never = [edge for edge in range(len(problem.a)) if lot.random() < 0.2]
    for edge in lot.sample(range(len(problem.a)), len(problem.a) // 3):
        a, b = int(problem.a[edge]), int(problem.b[edge])
        if edge in never or 0 in (left[a], left[b]):
            refused.append(edge)
        elif len(must) < LARGER // 4:
            must.append(edge)
            left[a], left[b] = left[a] - 1, left[b] - 1
    return replace(problem, must=integers(sorted(must)), never=integers(never)), refused


@examples(40)
@given(st.integers(0, 2**32).map(ruled))
def test_rules_that_bind_hold_in_both_modes(drawn: tuple[RoundProblem, list[int]]) -> None:
    problem, _ = drawn
    verdicts = {}
    for mode in Mode:
        asked = replace(problem, mode=mode)
        verdicts[mode] = verified(asked, AssignmentSolver().solve(asked))
        assert verdicts[mode].faults == ()
    quick, exact = verdicts[Mode.QUICK], verdicts[Mode.EXACT]
    assert quick.value <= exact.value == exact.bound <= quick.bound


@examples(40)
@given(st.integers(0, 2**32).map(ruled).filter(lambda drawn: bool(drawn[1])), st.data())
def test_one_rule_too_many_is_refused(drawn: tuple[RoundProblem, list[int]], data: st.DataObject) -> None:
    problem, refused = drawn
    one_more = integers(sorted([*problem.must.tolist(), data.draw(st.sampled_from(refused))]))
    with pytest.raises(ContradictoryRules, match="drop"):
        AssignmentSolver().solve(replace(problem, must=one_more))
