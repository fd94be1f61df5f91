"""Missed edges, which a round has not chosen: the edges in their place, and the least rise of weight that they need.

A choice with an edge is worth at most the dual's bound less the edge's reduced cost, and at most the bound of the
problem in which the edge must be chosen. The weight must rise by the difference between the lower of the two and the
best known choice. Invariant: the reported rise is never too large. Reduced costs alone can be far too small: a solver
gives one of many optimal duals, and another one may require more of the edge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.presolve import Cuts
from isopolity.matching.assignment.problem import CountRule, Dual, RoundProblem, Rule, RuleDual, Solution
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.assignment.verification import verified
from isopolity.matching.errors import ContradictoryRules, NoPermittedChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedEdge:
    """An edge that is not chosen."""

    edge: int
    rise: int | None
    """The least rise of its weight after which a best choice can have it; None if no choice can have it."""
    is_exact: bool
    """Whether some best choice has it with that rise."""
    in_its_place: Integers
    """The chosen edges at its full ends."""


def missed_edges(
    problem: RoundProblem,
    solve: Callable[[RoundProblem], Solution],
    chosen: Integers,
    edges: Integers,
    most: int,
    *,
    tries: int,
) -> Sequence[MissedEdge]:
    """The `most` edges of `edges` with the least rise, in that order; `edges` are neither chosen nor forbidden.

    For `tries` of them the problem is solved again with the edge. `chosen` need not be the best choice, for instance if
    people have edited it.
    """
    best = solve(problem)
    verdict = verified(problem, best)
    costs = reduced_costs(problem, best.dual, edges)
    nearest = edges[np.lexsort((-problem.weight[edges], costs))[:most]]
    lacking = {int(edge): int(cost) for edge, cost in zip(edges, costs, strict=True)}
    found = []
    for number, edge in enumerate(nearest.tolist()):
        least = max(0, -(-lacking[edge] // best.dual.scale) - (verdict.bound - verdict.value))
        rise: int | None = least
        is_exact = False
        if number < tries:
            rise, is_exact = _rise_with(problem, solve, edge, verdict, least)
        found.append(
            MissedEdge(edge=edge, rise=rise, is_exact=is_exact, in_its_place=_in_its_place(problem, chosen, edge))
        )
    return sorted(found, key=lambda each: (each.rise is None, each.rise))


def reduced_costs(problem: RoundProblem, dual: Dual, edges: Integers) -> Integers:
    """The excess of the dual values of each edge over its weight, in units of 1 / `dual.scale` of a weight."""
    a, b = problem.a[edges], problem.b[edges]
    costs = dual.node[a] + dual.node[b] - dual.scale * problem.weight[edges]
    costs = costs + Cuts.of(problem, dual.odd_sets).values_of_edges()[edges]
    for rule, value in zip(problem.rules, dual.rules, strict=False):
        costs = costs + _rule_costs(problem, rule, value)[edges]
    return np.asarray(costs, np.int64)


def _rule_costs(problem: RoundProblem, rule: Rule, dual: RuleDual) -> Integers:
    """By edge: the amount that a rule's dual values add to its cost, as if it were the first edge of each member."""
    costs = np.zeros(len(problem.a), np.int64)
    if isinstance(rule, CountRule):
        costs[rule.edges] = (dual.most - dual.least) * (1 if rule.amount is None else rule.amount)
        return costs
    value = np.zeros(len(problem.capacity), np.int64)
    value[rule.nodes] = np.asarray(dual.members, np.int64)[rule.members] if len(dual.members) else 0
    return np.asarray(-value[problem.a] - value[problem.b], np.int64)


def _rise_with(
    problem: RoundProblem, solve: Callable[[RoundProblem], Solution], edge: int, best: Verdict, least: int
) -> tuple[int | None, bool]:
    """The rise from the bound of the problem with the edge, if it is more than `least`, and whether it is exact."""
    with_edge = replace(problem, must=np.union1d(problem.must, [edge]))
    try:
        verdict = verified(with_edge, solve(with_edge))
    except ContradictoryRules:
        return None, True
    except NoPermittedChoice as error:
        return (None, True) if error.is_proved else (least, False)
    rise = max(least, best.value - verdict.bound)
    return rise, best.value == best.bound and rise == max(0, best.value - verdict.value)


def _in_its_place(problem: RoundProblem, chosen: Integers, edge: int) -> Integers:
    a, b = problem.a[chosen], problem.b[chosen]
    taken = np.zeros(len(chosen), bool)
    for end in (problem.a[edge], problem.b[edge]):
        at_end = (a == end) | (b == end)
        if at_end.sum() >= problem.capacity[end]:
            taken |= at_end
    return chosen[taken]
