"""Every way in which a rule on groups or its dual values can be wrong has its sentence."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from isopolity.matching.assignment.problem import CountRule, Dual, RoundProblem, Rule, RuleDual, ServedRule, Solution
from isopolity.matching.assignment.verification import disproved, verified
from tests.support.matching.round_problems import integers, round_problem

COUNT = CountRule(edges=integers([0, 1]), at_least=1, at_most=3, amount=integers([2, 3]))
SERVED = ServedRule(nodes=integers([2, 0, 3]), members=integers([0, 1, 1]), at_least=1)
COUNT_DUAL, SERVED_DUAL = RuleDual(least=4, most=6), RuleDual(least=10, members=[3, 20])
PLAIN = round_problem([1, 1, 1, 1], [(0, 1, 900_000), (1, 2, 700_000), (2, 3, 600_000)])
PROBLEM = replace(PLAIN, rules=[COUNT, SERVED])
DUAL = Dual(scale=2, node=integers([0, 0, 0, 0]), rules=[COUNT_DUAL, SERVED_DUAL])
SOLUTION = Solution(chosen=integers([0, 2]), dual=DUAL)


def with_rules(*rules: Rule) -> RoundProblem:
    return replace(PLAIN, rules=rules)


def told(problem: RoundProblem, duals: list[RuleDual] | None = None, chosen: list[int] | None = None) -> str:
    dual = DUAL if duals is None else replace(DUAL, rules=duals)
    faults = verified(problem, Solution(chosen=integers([0, 2] if chosen is None else chosen), dual=dual)).faults
    return faults[0] if faults else ""


def count(**changes: Any) -> RoundProblem:
    return with_rules(replace(COUNT, **changes), SERVED)


def serving(**changes: Any) -> RoundProblem:
    return with_rules(COUNT, replace(SERVED, **changes))


def test_the_bound_adds_up_what_rules_cost_and_give() -> None:
    # weights · 2: 1.8, 1.4, 1.2 million; the count rule takes (6 - 4) · amount off edges 0 and 1, the members' values
    # come on: node 0 and 3 20 each, node 2 3
    edges = (1_800_000 - 2 * 2 + 20) + (1_400_000 - 2 * 3 + 3) + (1_200_000 + 3 + 20)
    rules = (6 * 3 - 4 * 1) + (10 - 3) - 10 * 1
    verdict = verified(PROBLEM, SOLUTION)
    assert verdict.faults == ()
    assert verdict.bound == (edges + rules) // 2


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (count(at_least=-1), "Group rule 0 has a limit below 0."),
        (count(at_most=-1), "Group rule 0 has a limit below 0."),
        (count(amount=integers([1])), "Group rule 0 has not one amount for each of its edges."),
        (count(amount=integers([1, 0])), "Group rule 0 has an amount below 1."),
        (count(amount=np.array([1.5, 1.0])), "Group rules are not all whole numbers."),
        (
            count(edges=integers([1, 0])),
            "Group rule 0 names an edge that is none of the problem's, or not in ascending order, each once.",
        ),
        (
            count(edges=integers([0, 3])),
            "Group rule 0 names an edge that is none of the problem's, or not in ascending order, each once.",
        ),
        (
            count(edges=integers([-1, 1])),
            "Group rule 0 names an edge that is none of the problem's, or not in ascending order, each once.",
        ),
        (serving(at_least=-1), "Group rule 1 has a limit below 0."),
        (serving(members=integers([0, 1])), "Group rule 1 has not one member for each of its nodes."),
        (
            serving(nodes=integers([2, 0, 2])),
            "Group rule 1 names a node that is none of the problem's, or names one twice.",
        ),
        (
            serving(nodes=integers([2, 0, 4])),
            "Group rule 1 names a node that is none of the problem's, or names one twice.",
        ),
        (
            serving(members=integers([0, 2, 2])),
            "Group rule 1 does not number its members from 0 on, in ascending order.",
        ),
        (
            serving(members=integers([1, 1, 1])),
            "Group rule 1 does not number its members from 0 on, in ascending order.",
        ),
        (
            serving(members=integers([0, 1, 0])),
            "Group rule 1 does not number its members from 0 on, in ascending order.",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(problem: RoundProblem, sentence: str) -> None:
    assert told(problem) == sentence


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (count(at_least=3), "Group rule 0 asks for at least 3, and the choice has 2."),
        (count(at_least=0, at_most=1), "Group rule 0 allows at most 1, and the choice has 2."),
        (serving(at_least=3), "Group rule 1 asks for at least 3, and the choice has 2."),
    ],
)
def test_a_choice_that_breaks_a_rule_is_told(problem: RoundProblem, sentence: str) -> None:
    assert told(problem) == sentence


def test_a_choice_at_the_limits_is_accepted() -> None:
    assert not told(with_rules(replace(COUNT, at_least=2, at_most=2), replace(SERVED, at_least=2)))


@pytest.mark.parametrize(
    ("duals", "sentence"),
    [
        ([COUNT_DUAL], "There are not dual values for each group rule."),
        ([COUNT_DUAL, SERVED_DUAL, COUNT_DUAL], "There are not dual values for each group rule."),
        ([replace(COUNT_DUAL, least=-1), SERVED_DUAL], "A dual value of group rule 0 is below 0."),
        ([replace(COUNT_DUAL, most=-1), SERVED_DUAL], "A dual value of group rule 0 is below 0."),
        ([COUNT_DUAL, replace(SERVED_DUAL, members=[-1, 1])], "A dual value of group rule 1 is below 0."),
        ([COUNT_DUAL, replace(SERVED_DUAL, members=[1])], "Group rule 1 has not one dual value for each member."),
        ([COUNT_DUAL, replace(SERVED_DUAL, most=1)], "Group rule 1 has no upper limit, and a dual value for one."),
        ([replace(COUNT_DUAL, members=[1]), SERVED_DUAL], "Group rule 0 has no members, and dual values for some."),
    ],
)
def test_dual_values_that_make_no_sense_are_refused(duals: list[RuleDual], sentence: str) -> None:
    assert told(PROBLEM, duals) == sentence


def test_a_price_of_a_limit_that_is_not_there_is_refused() -> None:
    assert told(count(at_most=None)) == "Group rule 0 has no upper limit, and a dual value for one."


def test_rules_that_ask_for_more_than_there_is_are_disproved() -> None:
    problem = with_rules(CountRule(edges=integers([0, 1]), at_least=2))
    dual = Dual(scale=1, node=integers([0, 1, 0, 0]), rules=[RuleDual(least=1)])
    assert disproved(problem, dual) == []  # both edges are at node 1, which has room for one


@pytest.mark.parametrize(
    ("dual", "sentence"),
    [
        (
            Dual(scale=1, node=integers([0, 2, 0, 0]), rules=[RuleDual(least=1)]),
            "The dual values do not rule out that a choice keeps all rules.",
        ),
        (
            Dual(scale=1, node=integers([0, -1, 0, 0]), rules=[RuleDual(least=1)]),
            "The dual value of node 1 is below 0.",
        ),
    ],
)
def test_what_disproves_nothing_says_so(dual: Dual, sentence: str) -> None:
    problem = with_rules(CountRule(edges=integers([0, 1]), at_least=2))
    assert disproved(problem, dual) == [sentence]
