"""The standing of edges that a round has not chosen: who took their place, and how much they lack at least.

A choice that has an edge is worth at most the dual's bound less the edge's reduced cost, and at most the bound of the
problem in which the edge must be chosen. What the better of the two lacks to the best known choice is what the weight
must rise by. Invariant: the rise that is told is never too large. Reduced costs alone can be too small by far: of many
optimal duals a solver gives one, and another one may ask more of the edge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import CountRule, Dual, RoundProblem, Solution
from isopolity.matching.assignment.verification import Verdict, verified
from isopolity.matching.errors import ContradictoryRules, NoPermittedChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An edge that is not chosen."""

    edge: int
    rise: int | None
    """By how much its weight would have to rise at least for a best choice to have it; None: no choice can have it."""
    is_exact: bool
    """Whether with that rise some best choice has it."""
    in_its_place: Integers
    """The chosen edges at those of its ends that are full."""


def standings(
    problem: RoundProblem,
    solve: Callable[[RoundProblem], Solution],
    chosen: Integers,
    edges: Integers,
    most: int,
    *,
    tries: int,
) -> Sequence[Standing]:
    """The `most` of `edges` that lack least, those first; none of `edges` is chosen, and none must not be.

    For `tries` of them the problem is solved again with the edge. `chosen` may be another choice than the best one, as
    where people have edited it.
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
            Standing(edge=edge, rise=rise, is_exact=is_exact, in_its_place=_in_its_place(problem, chosen, edge))
        )
    return sorted(found, key=lambda each: (each.rise is None, each.rise))


def reduced_costs(problem: RoundProblem, dual: Dual, edges: Integers) -> Integers:
    """What the dual values of each edge exceed its weight by, in units of 1 / `dual.scale` of a weight.

    A rule on a group raises or lowers the weights of its edges by its own dual values first.
    """
    a, b = problem.a[edges], problem.b[edges]
    costs = dual.node[a] + dual.node[b] - dual.scale * problem.weight[edges] - _raised(problem, dual)[edges]
    inside = np.zeros(len(problem.capacity), bool)
    for odd_set in dual.odd_sets:
        nodes = np.asarray(odd_set.nodes, np.int64)
        inside[nodes] = True
        costs = costs + odd_set.value * ((inside[a] & inside[b]) | np.isin(edges, odd_set.edges))
        inside[nodes] = False
    return np.asarray(costs, np.int64)


def _raised(problem: RoundProblem, dual: Dual) -> Integers:
    """By edge, what the dual values of rules on groups add to its weight."""
    raised = np.zeros(len(problem.a), np.int64)
    for rule, values in zip(problem.rules, dual.rules, strict=True):
        if isinstance(rule, CountRule):
            raised[rule.edges] += (values.least - values.most) * (1 if rule.amount is None else rule.amount)
        else:
            served = np.zeros(len(problem.capacity), np.int64)
            served[rule.nodes] = np.asarray(values.members, np.int64)[rule.members]
            raised += served[problem.a] + served[problem.b]
    return raised


def _rise_with(
    problem: RoundProblem, solve: Callable[[RoundProblem], Solution], edge: int, best: Verdict, least: int
) -> tuple[int | None, bool]:
    """The rise by the bound of the problem with the edge, if that is more than `least`, and whether it is exact."""
    with_edge = replace(problem, must=np.union1d(problem.must, [edge]))
    try:
        verdict = verified(with_edge, solve(with_edge))
    except ContradictoryRules:
        return None, True
    except NoPermittedChoice as none:
        return (None, True) if none.is_proved else (least, False)
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
