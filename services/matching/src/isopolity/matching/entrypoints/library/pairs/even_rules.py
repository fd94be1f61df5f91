"""A choice under rules whose least sum of any id of a side is as great as a few rounds find.

Each round asks, as a rule of its own for each id, for a least sum between what was reached and an upper bound of it.
Invariant: the choice keeps all rules, and its least sum is never below that of the most valuable choice under them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import CountRule, RoundProblem, RuleDual, Solution, edges_at
from isopolity.matching.entrypoints.library.pairs.choices import Least
from isopolity.matching.entrypoints.library.pairs.loads import Nodes
from isopolity.matching.entrypoints.library.pairs.ruled_pairs import RuledPairs
from isopolity.matching.errors import NoPermittedChoice

_TARGETS: Final = 12
"""The greatest number of least sums that are asked for."""


def even_ruled_pairs(found: RuledPairs, nodes: Nodes, side: int) -> tuple[RuledPairs, Least]:
    """Choose edges again under the rules of `found`, so that the least sum of any node of a side is great."""
    problem = found.problem
    takers, alone = _takers(problem, nodes, side)
    edges = edges_at(problem.a, problem.b, takers)
    best, bound = found.solution, min(alone, default=0)
    low, high, target = _least(problem, best.chosen, edges), bound, bound
    for _ in range(_TARGETS):
        if low >= high:
            break
        try:
            tried = found.solve(replace(problem, rules=[*problem.rules, *_sums(problem, edges, target)]))
        except NoPermittedChoice as error:
            high = target - 1
            bound = min(bound, high) if error.is_proved else bound
        else:
            best, low = tried, _least(problem, tried.chosen, edges)
        target = (low + high + 1) // 2
    least = Least(
        column=nodes.names[side], reached=low, bound=max(bound, low), left_out=_of_side(nodes, side) - len(takers)
    )
    rules = _sums(problem, edges, low)
    dual = replace(found.solution.dual, rules=[*found.solution.dual.rules, *(RuleDual() for _ in rules)])
    solution = Solution(chosen=best.chosen, dual=dual)
    return replace(found, problem=replace(problem, rules=[*problem.rules, *rules]), solution=solution), least


def _takers(problem: RoundProblem, nodes: Nodes, side: int) -> tuple[Integers, Sequence[int]]:
    """The nodes of a side that can be in a pair, and the greatest sum of each if it had all others for itself."""
    open_ = np.ones(len(problem.a), bool)
    open_[problem.never] = False
    for ends in (problem.a, problem.b):
        open_ &= problem.capacity[ends] > 0
    takers, sums = list[int](), list[int]()
    here = [node for node in range(len(nodes)) if (node >= nodes.border) == bool(side)]
    for node, at in zip(here, edges_at(problem.a, problem.b, np.array(here, np.int64)), strict=True):
        weights = np.sort(problem.weight[at[open_[at]]])[::-1]
        if len(weights):
            takers.append(node)
            sums.append(int(weights[: int(problem.capacity[node])].sum()))
    return np.array(takers, np.int64), sums


def _of_side(nodes: Nodes, side: int) -> int:
    return len(nodes) - nodes.border if side else nodes.border


def _least(problem: RoundProblem, chosen: Integers, edges: Sequence[Integers]) -> int:
    weight = np.zeros(len(problem.a), np.int64)
    weight[chosen] = problem.weight[chosen]
    return min((int(weight[at].sum()) for at in edges), default=0)


def _sums(problem: RoundProblem, edges: Sequence[Integers], least: int) -> Sequence[CountRule]:
    return [CountRule(edges=at, at_least=least, amount=problem.weight[at]) for at in edges]
