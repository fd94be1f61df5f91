"""Every kind of fault has its sentence, and what is proved is said in one."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from isopolity.matching.assignment.problem import Dual, OddSet, RoundProblem, Solution
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.assignment.verification import verified
from tests.support.matching.round_problems import integers, round_problem

TRIANGLE = round_problem(
    [1, 1, 1, 1], [(0, 1, 900_000), (0, 2, 800_000), (1, 2, 700_000), (2, 3, 600_000)], must=[3], never=[2]
)
DUAL = Dual(scale=2, node=integers([0, 0, 0, 0]), odd_sets=[OddSet(nodes=[0, 1, 2], edges=[3], value=10)])
SOLUTION = Solution(chosen=integers([0, 3]), dual=DUAL)


def problem(**changes: Any) -> RoundProblem:
    return replace(TRIANGLE, **changes)


def solution(**changes: Any) -> Solution:
    return replace(SOLUTION, dual=replace(DUAL, **changes))


def odd_set(**changes: Any) -> Solution:
    return solution(odd_sets=[replace(DUAL.odd_sets[0], **changes)])


def test_the_problem_itself_is_fine() -> None:
    assert verified(TRIANGLE, SOLUTION).is_proved


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (problem(capacity=np.array([1.0, 1.0, 1.0, 1.0])), "Capacities are not all whole numbers."),
        (problem(weight=np.array([1.5, 1.0, 1.0, 1.0])), "Weights are not all whole numbers."),
        (problem(a=integers([0])), "The edges' ends and weights are not of the same number."),
        (problem(capacity=integers([1, -1, 1, 1])), "The capacity of node 1 is below 0."),
        (problem(b=integers([1, 2, 2, 4])), "Edge 3 joins 2 and 4, which are not two nodes in ascending order."),
        (problem(b=integers([1, 0, 2, 3])), "Edge 1 joins 0 and 0, which are not two nodes in ascending order."),
        (problem(a=integers([-1, 0, 1, 2])), "Edge 0 joins -1 and 1, which are not two nodes in ascending order."),
        (
            problem(b=integers([2, 2, 2, 3])),
            "Edge 1 is not after the one before it: edges are sorted by their ends, each pair once.",
        ),
        (problem(weight=integers([0, 1, 1, 1])), "The weight of edge 0 is 0, which is not in 1 to 1000000."),
        (
            problem(weight=integers([1_000_001, 1, 1, 1])),
            "The weight of edge 0 is 1000001, which is not in 1 to 1000000.",
        ),
        (problem(must=integers([4])), "The rule must names edge 4, which is none of the problem's."),
        (problem(never=integers([-1])), "The rule never names edge -1, which is none of the problem's."),
        (problem(never=integers([2, 2])), "The rule never names edge 2 after 2: positions ascend, each edge once."),
        (problem(never=integers([3])), "Edge 3 both must and must never be chosen."),
    ],
)
def test_what_is_no_problem_is_told(asked: RoundProblem, sentence: str) -> None:
    verdict = verified(asked, SOLUTION)
    assert verdict.faults[0] == sentence
    assert not verdict.is_proved


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ([0, 4], "The choice names edge 4, which is none of the problem's."),
        ([-1, 3], "The choice names edge -1, which is none of the problem's."),
        ([0, 3, 3], "The choice names edge 3 after 3: positions ascend, each edge once."),
        ([3, 0], "The choice names edge 0 after 3: positions ascend, each edge once."),
        ([0, 1, 3], "Node 0 is in 2 chosen pairs, and its capacity is 1."),
        ([0], "Edge 3 must be chosen and is not."),
    ],
)
def test_a_choice_that_is_not_allowed_is_told(chosen: list[int], sentence: str) -> None:
    assert verified(TRIANGLE, replace(SOLUTION, chosen=integers(chosen))).faults[0] == sentence


def test_a_pair_that_must_never_be_is_told() -> None:
    wide = problem(capacity=integers([2, 2, 2, 2]))
    faults = verified(wide, replace(SOLUTION, chosen=integers([2, 3]))).faults
    assert faults == ["Edge 2 must never be chosen and is."]


@pytest.mark.parametrize(
    ("offered", "sentence"),
    [
        (solution(scale=0), "The dual values' scale is below 1."),
        (solution(scale=1.5), "Dual values are not all whole numbers."),
        (solution(node=integers([0, 0, 0])), "There is not one dual value for each node."),
        (solution(node=integers([0, 0, 0, -1])), "The dual value of node 3 is below 0."),
        (solution(node=np.zeros(4)), "Dual values are not all whole numbers."),
        (odd_set(value=-1), "The dual value of odd set 0 is below 0."),
        (odd_set(nodes=[0, 1, 1, 2]), "Odd set 0 has a node twice."),
        (odd_set(nodes=[0, 1, 2, 4], edges=[]), "Odd set 0 has a node that is none of the problem's."),
        (odd_set(nodes=[0, 1, 2, -1], edges=[]), "Odd set 0 has a node that is none of the problem's."),
        (odd_set(nodes=[0.5]), "Odd sets are not all whole numbers."),
        (odd_set(edges=[3, 3]), "Odd set 0 has an edge twice."),
        (odd_set(edges=[4]), "Odd set 0 has the edge 4, which is none of the problem's."),
        (odd_set(edges=[-1]), "Odd set 0 has the edge -1, which is none of the problem's."),
        (odd_set(edges=[0]), "Odd set 0 has the edge 0, which has not exactly one end in it."),
        (odd_set(nodes=[0, 1]), "Odd set 0 has the edge 3, which has not exactly one end in it."),
    ],
)
def test_a_dual_that_proves_nothing_is_told(offered: Solution, sentence: str) -> None:
    assert verified(TRIANGLE, offered).faults[0] == sentence


def test_odd_set_proves_what_node_values_alone_cannot() -> None:
    triangle = round_problem([1, 1, 1], [(0, 1, 900_000), (0, 2, 900_000), (1, 2, 900_000)])
    nodes_only = Dual(scale=2, node=integers([900_000] * 3))
    with_cut = Dual(scale=2, node=integers([0] * 3), odd_sets=[OddSet(nodes=[0, 1, 2], value=1_800_000)])
    assert verified(triangle, Solution(chosen=integers([1]), dual=nodes_only)).bound == 1_350_000
    assert verified(triangle, Solution(chosen=integers([1]), dual=with_cut)).bound == 900_000


def test_bound_that_is_no_whole_number_is_rounded_down() -> None:
    one_pair = round_problem([1, 1], [(0, 1, 7)])
    dual = Dual(scale=3, node=integers([12, 11]))
    assert verified(one_pair, Solution(chosen=integers([0]), dual=dual)).bound == 7


def test_numbers_that_no_machine_word_holds_are_added_exactly() -> None:
    huge = np.array([2**62, 2**62, 2**62, 2**62], np.int64)
    verdict = verified(problem(capacity=huge), solution(node=huge))
    assert verdict.bound == (4 * 2**124 + 10 * (3 * 2**61) + 2 * 600_000 - 2**63 - 10) // 2


def test_many_faults_are_cut_short() -> None:
    edges = [(0, b, 1_000_001) for b in range(1, 100)]
    nothing = Solution(chosen=integers([]), dual=Dual(scale=1, node=integers([0] * 100)))
    assert len(verified(round_problem([1] * 100, edges), nothing).faults) == 20


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (
            Verdict(faults=(), pairs=412, value=271_312_000, bound=271_390_000),
            "These 412 pairs respect all capacities and rules; their value 271.31 is within 0.029 % of what any choice "
            "could reach.",
        ),
        (
            Verdict(faults=(), pairs=412, value=271_312_000, bound=271_312_001),
            "These 412 pairs respect all capacities and rules; their value 271.31 is within 0.00000037 % of what any "
            "choice could reach.",
        ),
        (
            Verdict(faults=(), pairs=2, value=1_500_000, bound=1_500_000),
            "These 2 pairs respect all capacities and rules; their value 1.50 is the most that any choice could reach.",
        ),
        (
            Verdict(faults=(), pairs=1, value=750_000, bound=1_000_000),
            "This one pair respects all capacities and rules; its value 0.75 is within 25 % of what any choice could "
            "reach.",
        ),
        (Verdict(faults=()), "No pair is chosen; none can be."),
        (Verdict(faults=(), bound=500_000), "No pair is chosen; a choice could reach 0.50 at most."),
        (Verdict(faults=["Edge 3 is wrong.", "Edge 4 too."]), "Nothing is proved. Edge 3 is wrong."),
    ],
)
def test_what_is_proved_is_said_in_a_sentence(verdict: Verdict, sentence: str) -> None:
    assert verdict.sentence == sentence
