"""From the half-integral optimum to a round: half cycles are rounded, then exchanges improve the round.

Invariant: the value of a round differs from the bound of the duals by the dual of each free slot, the slack of each
chosen edge, and the excess of the weight of each unchosen edge over its duals; searches start only from these.
"""

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Report, RoundProblem
from isopolity.matching.assignment.solvers.exchange import (
    IntegralMatching,
    exchange,
    flip,
    integral_matching,
    queue_node,
)
from isopolity.matching.assignment.solvers.half_integral import HalfIntegral
from isopolity.matching.assignment.solvers.search_arrays import Adjacency, has_free_slot
from isopolity.matching.compiled import borrowing

_SEARCHES_A_REPORT = 5_000
"""The number of searches between two reports."""


def rounded(problem: RoundProblem, half: HalfIntegral) -> Integers:
    """(m,): 1 for each chosen edge, else 0.

    In each half cycle every other edge is chosen, such that the node with the least dual is left out.
    """
    chosen = half.halves // 2
    _round_cycles(problem.a, problem.b, half.dual, half.cycle_start, half.cycle_edges, chosen)
    return chosen


@borrowing
def _round_cycles(
    a: Integers, b: Integers, dual: Integers, cycle_start: Integers, cycle_edges: Integers, chosen: Integers
) -> None:
    for cycle in range(len(cycle_start) - 1):
        begin, size = cycle_start[cycle], cycle_start[cycle + 1] - cycle_start[cycle]
        out, least = 0, -1
        for step in range(size):
            # the node between an edge and the next
            e, following = cycle_edges[begin + step], cycle_edges[begin + (step + 1) % size]
            node = a[e] if a[e] == a[following] or a[e] == b[following] else b[e]
            if least < 0 or dual[node] < least:
                out, least = step, dual[node]
        for step in range(size):
            chosen[cycle_edges[begin + (out + 1 + step) % size]] = step % 2


def fill_free_slots(problem: RoundProblem, around: Adjacency, chosen: Integers) -> None:
    """Choose further edges whose ends both have free slots, the heaviest of each node first."""
    used = np.bincount(problem.a, chosen, len(problem.capacity)) + np.bincount(problem.b, chosen, len(problem.capacity))
    left = problem.capacity - used.astype(np.int64)
    _fill_free_slots(around.start, around.other, around.edge, left, chosen)


@borrowing
def _fill_free_slots(start: Integers, other: Integers, edge: Integers, left: Integers, chosen: Integers) -> None:
    for node in range(len(left)):
        for entry in range(start[node], start[node + 1]):
            if left[node] <= 0:
                break
            if left[other[entry]] > 0 and not chosen[edge[entry]]:
                chosen[edge[entry]] = 1
                left[node] -= 1
                left[other[entry]] -= 1


def improve(
    problem: RoundProblem,
    around: Adjacency,
    dual: Integers,
    chosen: Integers,
    report: Report,
    *,
    searches: int,
    effort: int,
) -> Integers:
    """Improve `chosen` (m; 1 or 0) in place until no exchange is found or `searches` are done.

    `dual` (n,) is in units of half a weight; `effort` is the greatest number of labels that one search looks at.
    """
    slack = dual[problem.a] + dual[problem.b] - 2 * problem.weight
    entries = (around.start, around.other, around.edge)
    matching = integral_matching(*entries, problem.a, problem.b, slack, problem.capacity, dual, chosen)
    for turn in range(0, searches, _SEARCHES_A_REPORT):
        report("improving", turn / searches)
        if not _improve(matching, min(_SEARCHES_A_REPORT, searches - turn), effort):
            break
    return chosen


@borrowing
def _improve(matching: IntegralMatching, searches: int, effort: int) -> bool:
    """Work through the queue; return whether a task is left after `searches` tasks."""
    nodes = len(matching.dual)
    end_gain = 0
    for i in range(nodes):
        if has_free_slot(matching, i):
            end_gain = max(end_gain, matching.dual[i])
    while matching.tasks[0] > 0 and searches > 0:
        searches -= 1
        task = matching.tasks[matching.tasks[0]]
        matching.tasks[0] -= 1
        matching.is_queued[task] = 0
        if task < nodes:
            if has_free_slot(matching, task):
                exchange(matching, task, 0, end_gain, effort)
        elif matching.chosen[task - nodes]:
            # it needs two searches, and they fail more often
            _replace(matching, task - nodes, effort // 2)
    return bool(matching.tasks[0] > 0)


@borrowing
def _replace(matching: IntegralMatching, e: int, effort: int) -> None:
    """Drop a chosen edge if exchanges at its two ends gain more than it is worth."""
    flip(matching, matching.a[e], matching.b[e], e)
    limit = matching.slack[e] - matching.dual[matching.a[e]] - matching.dual[matching.b[e]]
    if exchange(matching, matching.a[e], limit, matching.dual[matching.b[e]], effort):
        queue_node(matching, matching.b[e])
    elif exchange(matching, matching.b[e], limit, matching.dual[matching.a[e]], effort):
        queue_node(matching, matching.a[e])
    else:
        flip(matching, matching.a[e], matching.b[e], e)
