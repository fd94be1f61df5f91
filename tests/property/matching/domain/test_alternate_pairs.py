"""Alternates: the best pairs that a round left, of those whom it paired."""

from hypothesis import assume, given
from hypothesis import strategies as st

from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.domain.round import alternates
from tests.support.examples import examples
from tests.support.matching.round_problems import choices, integers, round_problem, round_problems


@examples(40)
@given(problem=round_problems(), data=st.data())
def test_alternates_are_the_best_left_of_each_that_was_paired(problem: RoundProblem, data: st.DataObject) -> None:
    possible = list(choices(problem))
    assume(possible)
    chosen = integers(data.draw(st.sampled_from(possible)))
    found = set(alternates(problem, chosen, 2).tolist())
    ends = list(zip(problem.a.tolist(), problem.b.tolist(), strict=True))
    paired = {node for edge in chosen.tolist() for node in ends[edge]}
    left = set(range(len(ends))) - set(chosen.tolist()) - set(problem.never.tolist())
    expected = set()
    for node in paired:
        its = sorted((edge for edge in left if node in ends[edge]), key=lambda edge: (-problem.weight[edge], edge))
        expected.update(its[:2])
    assert found == expected


def test_a_round_that_paired_nobody_has_no_alternates() -> None:
    problem = round_problem([1, 1], [(0, 1, 5)])
    assert alternates(problem, integers([]), 2).tolist() == []
