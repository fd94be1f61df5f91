"""The linear programme of a round: the best fractional b-matching, which is half-integral, with an optimal dual.

Invariant: primal and dual have equal values, which no round can exceed.

It is found by shortest alternating walks, each from a node with a free slot and a dual above 0. All values are in units
of half a weight; the slack of an edge is the excess of the duals of its ends over its weight. Invariant, from start to
end: the slack is >= 0 on unchosen edges, <= 0 on chosen edges, and 0 on halves. A walk that meets itself leaves a half
cycle behind, and one that reaches a half cycle makes it whole again, so that searches need no blossoms. In a bipartite
problem no walk meets itself, and the result is integral.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Report, RoundProblem, unreported
from isopolity.matching.assignment.solvers.auction import EPSILON_PARTS, bipartition, start_by_auction
from isopolity.matching.assignment.solvers.fractional_matching import (
    NONE,
    UNREACHED,
    FractionalMatching,
    apply_walk,
    empty_matching,
    half_cycles,
    leave_cycle,
)
from isopolity.matching.assignment.solvers.search_arrays import Adjacency, fill_slot, has_free_slot, pop, push
from isopolity.matching.compiled import borrowing

NODES_A_REPORT: Final = 5_000
"""The number of source nodes between two reports."""
AUCTION_FROM: Final = 5_000
"""With more nodes, an auction comes first, then sweeps of short searches, so that searches from near nodes meet."""
SWEEPS: Final = 64
"""The greatest number of sweeps of short searches."""
RADIUS_PARTS: Final = 128
"""The radius of a short search is twice the heaviest weight divided by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfIntegral:
    """An optimal vertex of the linear programme with an optimal dual, complementary to it.

    With y = dual / 2: the weight of an edge is <= y_a + y_b if it is not chosen, >= if it is chosen wholly, and = if it
    is chosen by half. A node with y > 0 is full.
    """

    halves: Integers
    """(m,): the number of chosen halves of the edge: 0, 1 or 2."""
    dual: Integers
    """(n,): the duals, >= 0, in units of half a weight."""
    cycle_start: Integers
    """The starts of odd cycles of half-chosen edges, which share no node: cycle c is edges[start[c] : start[c + 1]]."""
    cycle_edges: Integers
    """Positions of edges, in order around each cycle."""


def half_integral(
    problem: RoundProblem, around: Adjacency, report: Report = unreported, *, auction_from: int = AUCTION_FROM
) -> HalfIntegral:
    """The optimum of max w·x, x(edges of i) <= capacity[i], 0 <= x <= 1; `problem` must be without rules.

    In a bipartite problem, such as programmes and cities, no edge is chosen by half (Kőnig, Egerváry 1931). With more
    than `auction_from` nodes an auction comes first.
    """
    nodes, ends = len(problem.capacity), (problem.a, problem.b)
    matching = empty_matching(around.start, around.other, around.edge, *ends, problem.weight, problem.capacity)
    side = bipartition(nodes, *ends)
    if len(side) or nodes > auction_from:
        start_by_auction(matching, side, max(1, 2 * int(problem.weight.max(initial=0)) // EPSILON_PARTS))
    else:
        start_greedily(matching)
    sweeps = SWEEPS if nodes > auction_from and not len(side) else 0
    near = max(1, 2 * int(problem.weight.max(initial=0)) // RADIUS_PARTS)
    for turn, radius in enumerate([near] * sweeps + [UNREACHED // 4]):
        left = 0
        for first in range(0, nodes, NODES_A_REPORT):
            report("bound", (turn + first / nodes) / (sweeps + 1))
            left += fill_nodes(matching, first, min(first + NODES_A_REPORT, nodes), radius)
        if not left:
            break
    # a node whose capacity is at least its number of edges limits no choice, so its dual is 0
    matching.dual[problem.capacity >= np.diff(around.start)] = 0
    cycle_start, cycle_edges = half_cycles(matching)
    return HalfIntegral(halves=matching.halves, dual=matching.dual, cycle_start=cycle_start, cycle_edges=cycle_edges)


@borrowing
def start_greedily(matching: FractionalMatching) -> None:
    """Lower each dual as far as possible, and choose edges that become tight while both ends have free slots."""
    start, other, edge, entry_weight = matching.start, matching.other, matching.edge, matching.entry_weight
    dual, halves = matching.dual, matching.halves
    for i in range(len(dual)):
        while has_free_slot(matching, i):
            best, top = NONE, 0
            for entry in range(start[i], start[i + 1]):
                e = edge[entry]
                if entry_weight[entry] < top:
                    break
                if halves[e] == 0:
                    j = other[entry]
                    gain = entry_weight[entry] - dual[j]
                    if gain > top or (gain == top and best >= 0 and has_free_slot(matching, j)):
                        best, top = entry, gain
            dual[i] = top
            if best < 0:
                break
            j, e = other[best], edge[best]
            if not has_free_slot(matching, j):
                break
            halves[e] = 2
            fill_slot(matching, i, e)
            fill_slot(matching, j, e)


@borrowing
def fill_nodes(matching: FractionalMatching, begin: int, end: int, radius: int) -> int:
    """Search from each of these nodes until it is full, its dual is 0, or no walk is as short as `radius`.

    Return the number of nodes whose walks are all longer: their duals are lower by the radius, and another search from
    them may succeed.
    """
    slot_start, slots_used, cycle_edge = matching.slot_start, matching.slots_used, matching.cycle_edge
    left = 0
    for i in range(begin, end):
        while matching.dual[i] > 0 and slot_start[i] + slots_used[i] + (cycle_edge[i] >= 0) < slot_start[i + 1]:
            last, e, meets = _search(matching, i, radius)
            if last < 0:
                left += 1
                break
            if meets >= 0:
                leave_cycle(matching, last, e, meets)
            else:
                apply_walk(matching, last)
    return left


@borrowing
def _search(matching: FractionalMatching, source: int, radius: int) -> tuple[int, int, int]:
    """Dijkstra's search from a node with a free slot; changes the duals so that the best walk becomes tight.

    Return the label at the end of the walk, NONE, NONE; or, if two walks meet, the label of one, the edge between them
    and the label of the other; or NONE three times if no walk is as short as `radius`, by which the duals are then
    changed.
    """
    start, other, edge, a, b = matching.start, matching.other, matching.edge, matching.a, matching.b
    weight, entry_weight, dual, halves = matching.weight, matching.entry_weight, matching.dual, matching.halves
    slot_start, slots_used, slots = matching.slot_start, matching.slots_used, matching.slots
    cycle_edge, distance, via, reached = matching.cycle_edge, matching.distance, matching.via, matching.reached
    keys, labels = matching.heap_keys, matching.heap_labels
    nodes = len(dual)
    via[source] = NONE
    if cycle_edge[source] >= 0:
        return source, NONE, NONE
    distance[source], via[source], reached[0] = 0, NONE, source
    number = 1
    last, between, meets, double = NONE, NONE, NONE, 2 * radius
    if dual[source] <= radius:
        last, double = source, 2 * dual[source]
    size = push(keys, labels, 0, 0, source)
    while size > 0 and 2 * keys[0] < double:
        d, label = keys[0], labels[0]
        size = pop(keys, labels, size)
        if d > distance[label]:
            continue
        if label < nodes:
            for entry in range(start[label], start[label + 1]):
                reach = d + dual[label] - entry_weight[entry]
                if 2 * reach >= double:
                    break
                j = other[entry]
                reach += dual[j]
                # most nodes are too far, whatever the edge is
                if reach >= double:
                    continue
                e = edge[entry]
                if halves[e] != 0:
                    continue
                if distance[j] < UNREACHED and reach + distance[j] < double:
                    last, between, meets, double = label, e, j, reach + distance[j]
                if 2 * reach >= double or reach >= distance[nodes + j]:
                    continue
                if distance[nodes + j] == UNREACHED:
                    reached[number] = nodes + j
                    number += 1
                distance[nodes + j], via[nodes + j] = reach, e
                if cycle_edge[j] >= 0 or slot_start[j] + slots_used[j] + (j == source) < slot_start[j + 1]:
                    last, between, meets, double = nodes + j, NONE, NONE, 2 * reach
                else:
                    size = push(keys, labels, size, reach, nodes + j)
        else:
            j = label - nodes
            for at in range(slot_start[j], slot_start[j] + slots_used[j]):
                e = slots[at]
                i = a[e] + b[e] - j
                reach = d + weight[e] - dual[i] - dual[j]
                if distance[nodes + i] < UNREACHED and reach + distance[nodes + i] < double:
                    last, between, meets, double = label, e, nodes + i, reach + distance[nodes + i]
                if 2 * reach >= double or reach >= distance[i]:
                    continue
                if distance[i] == UNREACHED:
                    reached[number] = i
                    number += 1
                distance[i], via[i] = reach, e
                if cycle_edge[i] >= 0:
                    last, between, meets, double = i, NONE, NONE, 2 * reach
                    continue
                if 2 * (reach + dual[i]) < double:
                    last, between, meets, double = i, NONE, NONE, 2 * (reach + dual[i])
                size = push(keys, labels, size, reach, i)
    for at in range(number):
        label = reached[at]
        if 2 * distance[label] < double:
            if label < nodes:
                dual[label] -= double // 2 - distance[label]
            else:
                dual[label - nodes] += double // 2 - distance[label]
        distance[label] = UNREACHED
    return last, between, meets
