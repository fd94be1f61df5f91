"""Makes a half-integral optimum as whole as can be had for nothing.

Its invariant: every step moves along edges that are tight under the dual, and what a node has in use changes only where
its dual is 0; so the value stays the same to the last unit.
"""

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.adjacency import Adjacency
from isopolity.matching.domain.profiles import Integers


def untangled(around: Adjacency, twice: Integers) -> tuple[Integers, Integers]:
    """(cycle start, cycle edges): sets `twice` to 0 or 2 wherever possible; what stays at 1 are these odd cycles.

    No two of the cycles share a node. Cycle c is cycle_edges[cycle_start[c] : cycle_start[c + 1]], in order.
    """
    halves = np.flatnonzero(twice == 1)
    if not len(halves):
        return np.zeros(1, np.int64), halves
    return _untangle(around.start, around.other, around.edge, twice, len(halves))


@njit(cache=True)
def _next_half(node: int, start: Integers, edge: Integers, twice: Integers, walked: Integers, at: Integers) -> int:
    """The node's next entry with half an edge nobody has walked, or -1."""
    while at[node] < start[node + 1]:
        entry = at[node]
        if twice[edge[entry]] == 1 and walked[edge[entry]] == 0:
            return int(entry)
        at[node] += 1
    return -1


@njit(cache=True)
def _untangle(
    start: Integers, other: Integers, edge: Integers, twice: Integers, halves: int
) -> tuple[Integers, Integers]:
    nodes = len(start) - 1
    walked = np.zeros(len(twice), np.int64)
    at = start[:-1].copy()
    _open_trails(start, other, edge, twice, walked, at)
    place = np.full(nodes, -1, np.int64)
    owner = np.full(nodes, -1, np.int64)
    path_node = np.empty(halves + 1, np.int64)
    path_edge = np.empty(halves + 1, np.int64)
    first = np.zeros(halves + 2, np.int64)
    kept_edge = np.empty(halves + 1, np.int64)
    kept_node = np.empty(halves + 1, np.int64)
    alive = np.zeros(halves + 1, np.int64)
    kept = 0
    for root in range(nodes):
        depth = 0
        path_node[0] = root
        place[root] = 0
        while depth >= 0:
            node = path_node[depth]
            entry = _next_half(node, start, edge, twice, walked, at)
            if entry < 0:
                place[node] = -1
                depth -= 1
                continue
            walked[edge[entry]] = 1
            path_edge[depth] = edge[entry]
            reached = other[entry]
            if place[reached] < 0:
                depth += 1
                path_node[depth] = reached
                place[reached] = depth
                continue
            low = place[reached]
            length = depth + 1 - low
            for step in range(low + 1, depth + 1):
                place[path_node[step]] = -1
            if length % 2 == 0:
                for step in range(length):
                    twice[path_edge[low + step]] = 2 * (step % 2)
            else:
                shared = -1
                for step in range(length):
                    if owner[path_node[low + step]] >= 0:
                        shared = step
                if shared >= 0:
                    meeting = path_node[low + shared]
                    twin = owner[meeting]
                    for step in range(length):
                        twice[path_edge[low + (shared + step) % length]] = 2 * ((step + 1) % 2)
                    begin, size = first[twin], first[twin + 1] - first[twin]
                    turn = 0
                    while kept_node[begin + turn] != meeting:
                        turn += 1
                    for step in range(size):
                        twice[kept_edge[begin + (turn + step) % size]] = 2 * (step % 2)
                        owner[kept_node[begin + step]] = -1
                    alive[twin] = 0
                else:
                    for step in range(length):
                        kept_node[first[kept] + step] = path_node[low + step]
                        kept_edge[first[kept] + step] = path_edge[low + step]
                        owner[path_node[low + step]] = kept
                    alive[kept] = 1
                    first[kept + 1] = first[kept] + length
                    kept += 1
            depth = low
    cycle_start = np.zeros(alive.sum() + 1, np.int64)
    cycle_edges = np.empty(first[kept], np.int64)
    count, size = 0, 0
    for cycle in range(kept):
        if alive[cycle]:
            for position in range(first[cycle], first[cycle + 1]):
                cycle_edges[size] = kept_edge[position]
                size += 1
            count += 1
            cycle_start[count] = size
    return cycle_start, cycle_edges[:size].copy()


@njit(cache=True)
def _open_trails(
    start: Integers, other: Integers, edge: Integers, twice: Integers, walked: Integers, at: Integers
) -> None:
    """Round the trails between nodes with an odd number of halves, which are not full and have the dual 0."""
    nodes = len(start) - 1
    halves = np.zeros(nodes, np.int64)
    for entry in range(len(edge)):
        if twice[edge[entry]] == 1:
            halves[other[entry]] += 1
    for root in range(nodes):
        if halves[root] % 2 == 1:
            node, step = root, 0
            while True:
                entry = _next_half(node, start, edge, twice, walked, at)
                if entry < 0:
                    break
                walked[edge[entry]] = 1
                halves[node] -= 1
                node = other[entry]
                halves[node] -= 1
                twice[edge[entry]] = 2 * ((step + 1) % 2)
                step += 1
