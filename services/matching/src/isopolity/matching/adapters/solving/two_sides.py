"""Problems whose nodes fall into two sides, as of a round that only sponsors: solved exactly, and proved."""

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.adjacency import one_sided
from isopolity.matching.adapters.solving.flow import best_flow
from isopolity.matching.domain.assignment import Dual, Report, RoundProblem, Solution
from isopolity.matching.domain.profiles import Integers, Truths


def left_side(problem: RoundProblem) -> Truths | None:
    """The nodes of one side if every edge joins two sides, else None; the first node of each component is left."""
    sides = _sides(len(problem.capacity), problem.a, problem.b)
    return None if len(sides) < len(problem.capacity) else sides == 0


def two_sided(problem: RoundProblem, left: Truths, report: Report) -> Solution:
    """The best choice, with duals of the same value; `problem` has no rules."""
    around = one_sided(problem, left)
    used, u, v = best_flow(around.start, around.other, around.weight, problem.capacity, problem.capacity, report)
    chosen = np.sort(around.edge[used == 1])
    return Solution(chosen=chosen, dual=Dual(scale=2, node=2 * np.where(left, u, v)))


@njit(cache=True)
def _sides(nodes: int, a: Integers, b: Integers) -> Integers:
    """0 or 1 by node, by a forest that knows the distance to the root by parity; empty where the sides clash."""
    above = np.arange(nodes)
    parity = np.zeros(nodes, np.int64)
    for e in range(len(a)):
        one, two = a[e], b[e]
        turn = 1
        while above[one] != one:
            # halve the path, and keep the parity to the new parent
            parity[one] ^= parity[above[one]]
            above[one] = above[above[one]]
            turn ^= parity[one]
            one = above[one]
        while above[two] != two:
            parity[two] ^= parity[above[two]]
            above[two] = above[above[two]]
            turn ^= parity[two]
            two = above[two]
        if one == two:
            if turn:
                return np.empty(0, np.int64)
        else:
            above[max(one, two)] = min(one, two)
            parity[max(one, two)] = turn
    for node in range(nodes):
        if above[node] != node:
            parity[node] ^= parity[above[node]]
            above[node] = above[above[node]]
    return parity
