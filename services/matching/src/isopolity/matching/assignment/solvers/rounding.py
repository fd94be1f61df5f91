"""From the half-integral optimum to a round: each odd cycle leaves out the node that is worth least."""

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.assignment.solvers.adjacency import Adjacency
from isopolity.matching.assignment.solvers.half_integral import HalfIntegral
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
