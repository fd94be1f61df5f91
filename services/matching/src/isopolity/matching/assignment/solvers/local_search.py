"""Local search on a round: free places are filled and chosen edges replaced for as long as an exchange gains by it.

Its invariant: a round falls short of the duals' bound by the dual of each free place, by the slack of each chosen edge
and by what an edge left out exceeds its ends' duals; nothing else is worth a search.
"""

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Report, RoundProblem
from isopolity.matching.assignment.solvers.adjacency import Adjacency
from isopolity.matching.assignment.solvers.exchange import Changing, exchange, flip, opened, try_node
from isopolity.matching.assignment.solvers.half_integral import HalfIntegral
from isopolity.matching.assignment.solvers.search_arrays import has_room
from isopolity.matching.compiled import borrowing


def rounded(problem: RoundProblem, half: HalfIntegral) -> Integers:
    """(m,) 1 where an edge is chosen: what was whole, and every other edge along each cycle."""
    chosen = half.twice // 2
    _halve(problem.a, problem.b, half.node, half.cycle_start, half.cycle_edges, chosen)
    return chosen


@borrowing
def _halve(
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


def complete(problem: RoundProblem, around: Adjacency, chosen: Integers) -> None:
    """Choose what both ends still have room for, too, the heaviest of each node first."""
    used = np.bincount(problem.a, chosen, len(problem.capacity)) + np.bincount(problem.b, chosen, len(problem.capacity))
    room = problem.capacity - used.astype(np.int64)
    _complete(around.start, around.other, around.edge, room, chosen)


@borrowing
def _complete(start: Integers, other: Integers, edge: Integers, room: Integers, chosen: Integers) -> None:
    for node in range(len(room)):
        for entry in range(start[node], start[node + 1]):
            if room[node] <= 0:
                break
            if room[other[entry]] > 0 and not chosen[edge[entry]]:
                chosen[edge[entry]] = 1
                room[node] -= 1
                room[other[entry]] -= 1


_AT_A_TIME = 5_000
"""Searches between two reports."""


def improved(
    problem: RoundProblem,
    around: Adjacency,
    dual: Integers,
    chosen: Integers,
    report: Report,
    *,
    searches: int,
    effort: int,
) -> Integers:
    """`chosen` (m; 1 or 0) made better in place until nothing is found or so many searches are done.

    `dual` (n,) is in units of half a weight; `effort` is how many labels a search looks at, at most.
    """
    slack = dual[problem.a] + dual[problem.b] - 2 * problem.weight
    now = opened(around.start, around.other, around.edge, problem.a, problem.b, slack, problem.capacity, dual, chosen)
    for turn in range(0, searches, _AT_A_TIME):
        report("improving", turn / searches)
        if not _improve(now, min(_AT_A_TIME, searches - turn), effort):
            break
    return chosen


@borrowing
def _improve(now: Changing, searches: int, effort: int) -> bool:
    """Try what is to be tried; returns whether something is left after so many searches."""
    nodes = len(now.dual)
    prize = 0
    for i in range(nodes):
        if has_room(now, i):
            prize = max(prize, now.dual[i])
    while now.todo[0] > 0 and searches > 0:
        searches -= 1
        task = now.todo[now.todo[0]]
        now.todo[0] -= 1
        now.waits[task] = 0
        if task < nodes:
            if has_room(now, task):
                exchange(now, task, 0, prize, effort)
        elif now.chosen[task - nodes]:
            # it needs two searches, and more of them are in vain
            _replace(now, task - nodes, effort // 2)
    return bool(now.todo[0] > 0)


@borrowing
def _replace(now: Changing, e: int, effort: int) -> None:
    """Drop a chosen edge if its two ends find something better."""
    flip(now, now.a[e], now.b[e], e)
    beat = now.slack[e] - now.dual[now.a[e]] - now.dual[now.b[e]]
    if exchange(now, now.a[e], beat, now.dual[now.b[e]], effort):
        try_node(now, now.b[e])
    elif exchange(now, now.b[e], beat, now.dual[now.a[e]], effort):
        try_node(now, now.a[e])
    else:
        flip(now, now.a[e], now.b[e], e)
