"""Rules on groups against every choice: they hold, the bound does, and what is impossible is proved to be."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from isopolity.matching.assignment.certificate import certify
from isopolity.matching.assignment.certificate_document import read, written
from isopolity.matching.assignment.problem import Dual, Mode, RoundProblem, Rule, ServedRule, Solution
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import disproved, verified
from isopolity.matching.errors import ContradictoryRules, NoPermittedChoice
from tests.support.examples import examples
from tests.support.matching.certificates import MAKING, SECRET
from tests.support.matching.round_problems import (
    best_value,
    choices,
    integers,
    random_problem,
    served,
    with_group_rules,
)


def ruled_problem(seed: int) -> RoundProblem:
    problem = random_problem(seed, nodes=6, edges=11, rules=seed % 4 == 0)
    return with_group_rules(problem, seed)


problems = st.integers(0, 2**32).map(ruled_problem)


@examples(150)
@given(problems)
def test_a_round_keeps_its_rules_and_proves_its_bound_or_none_was_possible(problem: RoundProblem) -> None:
    best = best_value(problem)
    solution, refused = _solved(problem)
    if solution is None:
        assert best is None
        assert refused is None or refused.shortfalls or refused.is_proved
        if refused is not None and isinstance(refused.dual, Dual):
            assert not disproved(problem, refused.dual)
            _cannot_hold(problem, refused.conflict)
        return
    verdict = verified(problem, solution)
    assert verdict.faults == ()
    assert best is not None
    assert verdict.value <= best <= verdict.bound


def _solved(problem: RoundProblem) -> tuple[Solution | None, NoPermittedChoice | None]:
    """The solution, or why there is none; None and None for contradictory pairs."""
    try:
        return AssignmentSolver().solve(problem), None
    except NoPermittedChoice as refused:
        return None, refused
    except ContradictoryRules:
        return None, None


def _cannot_hold(problem: RoundProblem, conflict: Sequence[int]) -> None:
    """These rules cannot hold together, whatever the others say."""
    assert best_value(replace(problem, rules=[problem.rules[position] for position in conflict])) is None


@examples(100)
@given(problems)
def test_the_choice_is_the_best_one_in_exact_mode(problem: RoundProblem) -> None:
    best = best_value(problem)
    if best is not None:
        exact = replace(problem, mode=Mode.EXACT)
        assert verified(exact, AssignmentSolver().solve(exact)).value >= 0.99 * best


@examples(150)
@given(problems)
def test_as_many_members_are_served_as_can_be(problem: RoundProblem) -> None:
    nodes = len(problem.capacity)
    everybody = ServedRule(nodes=integers(range(nodes)), members=integers(range(nodes)), at_least=0)
    most = max((served(everybody, problem, choice) for choice in choices(problem)), default=None)
    try:
        count = AssignmentSolver().most_served(problem, everybody)
    except (NoPermittedChoice, ContradictoryRules):
        assert most is None
        return
    assert most is not None
    assert count.served <= most <= count.bound
    assert count.served == most


@examples(60)
@given(problems)
def test_a_certificate_with_rules_reads_back_and_proves_what_it_did(problem: RoundProblem) -> None:
    try:
        certificate = certify(problem, AssignmentSolver().solve(problem), MAKING, SECRET)
    except (NoPermittedChoice, ContradictoryRules):
        return
    assert written(read(written(certificate))) == written(certificate)
    assert '"format":"isopolity-certificate/2"' in written(certificate)


def larger_problem(seed: int) -> tuple[RoundProblem, list[int]]:
    """A problem too large to try every choice, with rules that a choice at random keeps; and that choice."""
    lot = random.Random(seed)
    problem = random_problem(seed, nodes=60, edges=400, rules=False)
    left, choice = problem.capacity.tolist(), list[int]()
    for edge in lot.sample(range(len(problem.a)), len(problem.a)):
        a, b = int(problem.a[edge]), int(problem.b[edge])
        if left[a] and left[b] and lot.random() < 0.8:
            left[a], left[b] = left[a] - 1, left[b] - 1
            choice.append(edge)
    rules = [_kept_rule(rule, problem, choice) for rule in with_group_rules(problem, seed, most=6).rules]
    return replace(problem, rules=rules), choice


def _kept_rule(rule: Rule, problem: RoundProblem, choice: list[int]) -> Rule:
    """The rule, its limits moved to where the choice just keeps them."""
    if isinstance(rule, ServedRule):
        return replace(rule, at_least=served(rule, problem, choice))
    amount = np.ones(len(rule.edges), np.int64) if rule.amount is None else rule.amount
    total = int(amount[np.isin(rule.edges, choice)].sum())
    return replace(rule, at_least=total if rule.at_least else 0, at_most=None if rule.at_most is None else total)


@examples(25)
@given(st.integers(0, 2**32).map(larger_problem))
def test_rules_that_can_be_kept_are_kept_in_larger_rounds(drawn: tuple[RoundProblem, list[int]]) -> None:
    problem, choice = drawn
    verdict = verified(problem, AssignmentSolver().solve(problem))
    assert verdict.faults == ()
    assert verdict.bound >= int(problem.weight[choice].sum())


@examples(20)
@example(larger_problem(85))
@given(st.integers(0, 2**32).map(larger_problem))
def test_exact_mode_is_never_below_quick_mode(drawn: tuple[RoundProblem, list[int]]) -> None:
    problem, _ = drawn
    exact, quick = (AssignmentSolver().solve(replace(problem, mode=mode)).chosen for mode in (Mode.EXACT, Mode.QUICK))
    assert problem.weight[exact].sum() >= problem.weight[quick].sum()
