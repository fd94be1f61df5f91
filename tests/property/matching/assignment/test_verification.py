"""The checker believes only what is so: no choice exceeds its bound, and it accepts exactly what keeps the rules."""

from itertools import islice

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.assignment.certificate import Renumbering
from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import Dual, OddSet, RoundProblem, Rule, RuleDual, ServedRule, Solution
from isopolity.matching.assignment.verification import disproved, verified
from isopolity.matching.errors import ContradictoryRules
from tests.support.examples import examples
from tests.support.matching.round_problems import best_value, choices, integers, round_problems, with_group_rules

numbers = st.integers(0, 1_500_000)


@st.composite
def duals(draw: st.DrawFn, problem: RoundProblem) -> Dual:
    """Any dual values whatever, with odd sets of any size: weak duality holds for all of them."""
    nodes = range(len(problem.capacity))
    odd_sets = []
    for _ in range(draw(st.integers(0, 3)) if nodes else 0):
        inside = draw(st.lists(st.sampled_from(nodes), unique=True))
        ends = zip(problem.a.tolist(), problem.b.tolist(), strict=True)
        leaving = [edge for edge, (a, b) in enumerate(ends) if (a in inside) != (b in inside)]
        kept = [edge for edge in leaving if draw(st.booleans())]
        odd_sets.append(OddSet(nodes=inside, edges=kept, value=draw(numbers)))
    return Dual(
        scale=draw(st.integers(1, 3)),
        node=integers([draw(numbers) for _ in nodes]),
        odd_sets=tuple(odd_sets),
        rules=[draw(rule_duals(rule)) for rule in problem.rules],
    )


@st.composite
def rule_duals(draw: st.DrawFn, rule: Rule) -> RuleDual:
    if isinstance(rule, ServedRule):
        return RuleDual(least=draw(numbers), members=[draw(numbers) for _ in set(rule.members.tolist())])
    return RuleDual(least=draw(numbers), most=0 if rule.at_most is None else draw(numbers))


def no_prices(problem: RoundProblem) -> list[RuleDual]:
    return [
        RuleDual(members=[0] * len(set(rule.members.tolist()))) if isinstance(rule, ServedRule) else RuleDual()
        for rule in problem.rules
    ]


@st.composite
def problems_with_duals(draw: st.DrawFn) -> tuple[RoundProblem, Dual]:
    problem = draw(round_problems(nodes=6, edges=9))
    if draw(st.booleans()):
        problem = with_group_rules(problem, draw(st.integers(0, 2**32)))
    return problem, draw(duals(problem))


@examples(200)
@given(problems_with_duals())
def test_no_choice_that_keeps_the_rules_exceeds_the_bound_of_any_dual(drawn: tuple[RoundProblem, Dual]) -> None:
    problem, dual = drawn
    best = best_value(problem)
    choice = next(choices(problem), None)
    if best is not None and choice is not None:
        verdict = verified(problem, Solution(chosen=integers(choice), dual=dual))
        assert verdict.is_proved
        assert verdict.bound >= best


@examples(200)
@given(problems_with_duals())
def test_rules_are_disproved_only_where_no_choice_keeps_them(drawn: tuple[RoundProblem, Dual]) -> None:
    problem, dual = drawn
    if not disproved(problem, dual):
        assert next(choices(problem), None) is None


@examples(100)
@given(round_problems(nodes=5, edges=8), st.data())
def test_a_choice_is_accepted_exactly_if_it_keeps_capacities_and_rules(
    problem: RoundProblem, data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        problem = with_group_rules(problem, data.draw(st.integers(0, 2**32)))
    choice = [edge for edge in range(len(problem.a)) if data.draw(st.booleans())]
    node = np.zeros(len(problem.capacity), np.int64)
    verdict = verified(
        problem, Solution(chosen=integers(choice), dual=Dual(scale=1, node=node, rules=no_prices(problem)))
    )
    assert verdict.is_proved == (tuple(choice) in set(choices(problem)))


@examples(100)
@given(round_problems())
def test_stripping_refuses_exactly_the_rules_that_no_choice_keeps(problem: RoundProblem) -> None:
    try:
        presolve(problem)
        refused = False
    except ContradictoryRules:
        refused = True
    assert refused == (next(choices(problem), None) is None)


@examples(150)
@given(round_problems(nodes=6, edges=10), st.data())
def test_rules_cost_the_bound_nothing(problem: RoundProblem, data: st.DataObject) -> None:
    try:
        presolved = presolve(problem)
    except ContradictoryRules:
        return
    assert presolved.reduced.capacity.min(initial=0) >= 0
    choice = data.draw(st.sampled_from(list(choices(presolved.reduced))))
    plain = Solution(chosen=integers(choice), dual=data.draw(duals(presolved.reduced)))
    before, after = verified(presolved.reduced, plain), verified(problem, presolved.postsolve(plain))
    musts = int(problem.weight[problem.must].sum())
    assert (before.is_proved, after.is_proved) == (True, True)
    assert (after.value, after.bound) == (before.value + musts, before.bound + musts)


@examples(100)
@given(problems_with_duals(), st.binary(min_size=16, max_size=64))
def test_other_numbers_of_the_nodes_change_nothing_that_is_proved(
    drawn: tuple[RoundProblem, Dual], secret: bytes
) -> None:
    problem, dual = drawn
    numbers = Renumbering.shuffled(problem, secret)
    for choice in islice(choices(problem), 3):
        solution = Solution(chosen=integers(choice), dual=dual)
        assert verified(numbers.problem(problem), numbers.solution(solution, problem.rules)) == verified(
            problem, solution
        )
