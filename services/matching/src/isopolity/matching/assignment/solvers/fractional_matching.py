"""The state of a fractional b-matching: edges that are chosen wholly, and odd cycles with half-chosen edges.

Invariant: no node uses more slots than it has, where a half cycle counts as one; no two half cycles share a node.
"""

from typing import NamedTuple

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.search_arrays import fill_slot, free_slot
from isopolity.matching.compiled import borrowing, compiled

UNREACHED = 2**62
"""The distance of a label that a search has not reached."""
NONE = -1


class FractionalMatching(NamedTuple):
    """A fractional b-matching, and the labels of a search for walks.

    Label i means that node i gets one edge too few, label n + i that it gets one too many.
    """

    start: Integers
    other: Integers
    edge: Integers
    """The arrays of the Adjacency, as are `other` and `edge`."""
    a: Integers
    b: Integers
    weight: Integers
    """(m,): twice the weight, the unit of the duals."""
    entry_weight: Integers
    """(2m,): `weight` by entry of the Adjacency."""
    dual: Integers
    """(n,): the capacity of each node."""
    halves: Integers
    """(m,): the number of chosen halves of the edge: 0, 1 or 2."""
    slot_start: Integers
    """(n + 1,): see Slots; only wholly chosen edges are in slots."""
    slots_used: Integers
    slots: Integers
    cycle_edge: Integers
    """(n,): an edge of the node's half cycle, or NONE."""
    other_cycle_edge: Integers
    """(n,): the other edge of that cycle at the node, or NONE."""
    distance: Integers
    """(2n,): by label, the length of the shortest walk found."""
    via: Integers
    """(2n,): by label, the last edge of that walk; NONE at its source."""
    reached: Integers
    """The labels with a distance, in the order in which they were reached."""
    heap_keys: Integers
    heap_labels: Integers
    path: Integers
    """Room for the edges of one walk."""
    mark: Integers
    """(2n,): 0 except while two walks are compared."""


@compiled
def empty_matching(
    start: Integers, other: Integers, edge: Integers, a: Integers, b: Integers, weight: Integers, capacity: Integers
) -> FractionalMatching:
    """A matching without chosen edges, in which every node's dual pays for half of its heaviest edge.

    `weight` is that of the problem, not doubled.
    """
    nodes, edges = len(capacity), len(a)
    slot_start = np.zeros(nodes + 1, np.int64)
    dual = np.zeros(nodes, np.int64)
    for i in range(nodes):
        slot_start[i + 1] = slot_start[i] + max(0, min(capacity[i], start[i + 1] - start[i]))
        if start[i + 1] > start[i]:
            dual[i] = weight[edge[start[i]]]
    return FractionalMatching(
        start,
        other,
        edge,
        a,
        b,
        2 * weight,
        2 * weight[edge],
        dual,
        np.zeros(edges, np.int64),
        slot_start,
        np.zeros(nodes, np.int64),
        np.empty(slot_start[nodes], np.int64),
        np.full(nodes, NONE, np.int64),
        np.full(nodes, NONE, np.int64),
        np.full(2 * nodes, UNREACHED, np.int64),
        np.full(2 * nodes, NONE, np.int64),
        np.empty(2 * nodes, np.int64),
        np.empty(4 * edges + 2, np.int64),
        np.empty(4 * edges + 2, np.int64),
        np.empty(2 * nodes + 2, np.int64),
        np.zeros(2 * nodes, np.int64),
    )


@borrowing
def apply_walk(matching: FractionalMatching, last: int) -> None:
    """Choose and drop edges in turns along the walk that ends at the label `last`."""
    nodes = len(matching.dual)
    length = _trace(matching, last, NONE, 0)
    _drop(matching, length)
    if matching.cycle_edge[last % nodes] >= 0:
        _make_whole(matching, last % nodes, 0 if last >= nodes else 2)
    _choose(matching, length)


@borrowing
def leave_cycle(matching: FractionalMatching, last: int, between: int, meets: int) -> None:
    """Choose by half the odd cycle of two walks and the edge between their ends; apply the walk from the source to it.

    `last` and `meets` are the labels at the ends of the edge `between`.
    """
    a, b, halves = matching.a, matching.b, matching.halves
    label = last
    while True:
        matching.mark[label] = 1
        if matching.via[label] < 0:
            break
        label = _predecessor(matching, label)
    fork = meets
    while not matching.mark[fork]:
        fork = _predecessor(matching, fork)
    label = last
    while True:
        matching.mark[label] = 0
        if matching.via[label] < 0:
            break
        label = _predecessor(matching, label)
    length = _trace(matching, last, fork, 0)
    length = _trace(matching, meets, fork, length)
    matching.path[length] = between
    length += 1
    for step in range(length):
        e = matching.path[step]
        if halves[e] == 2:
            free_slot(matching, a[e], e)
            free_slot(matching, b[e], e)
        halves[e] = 1
        for node in (a[e], b[e]):
            if matching.cycle_edge[node] < 0:
                matching.cycle_edge[node] = e
            else:
                matching.other_cycle_edge[node] = e
    length = _trace(matching, fork, NONE, 0)
    _drop(matching, length)
    _choose(matching, length)


@borrowing
def _predecessor(matching: FractionalMatching, label: int) -> int:
    """The label from which `label` was reached."""
    nodes, e = len(matching.dual), matching.via[label]
    if label < nodes:
        return int(nodes + matching.a[e] + matching.b[e] - label)
    return int(matching.a[e] + matching.b[e] - (label - nodes))


@borrowing
def _trace(matching: FractionalMatching, label: int, until: int, length: int) -> int:
    """Append the edges from `label` back to the label `until`, or to the source, to `path`; returns the new length."""
    while label != until and matching.via[label] >= 0:
        matching.path[length] = matching.via[label]
        length += 1
        label = _predecessor(matching, label)
    return length


@borrowing
def _drop(matching: FractionalMatching, length: int) -> None:
    """Drop the edges along `path` that are chosen wholly; the edges that remain in `path` are to be chosen."""
    for step in range(length):
        e = matching.path[step]
        if matching.halves[e] == 2:
            matching.halves[e] = 0
            free_slot(matching, matching.a[e], e)
            free_slot(matching, matching.b[e], e)
            matching.path[step] = NONE


@borrowing
def _choose(matching: FractionalMatching, length: int) -> None:
    for step in range(length):
        e = matching.path[step]
        if e >= 0:
            matching.halves[e] = 2
            fill_slot(matching, matching.a[e], e)
            fill_slot(matching, matching.b[e], e)


@borrowing
def _make_whole(matching: FractionalMatching, node: int, value: int) -> None:
    """Turn the half cycle of `node` into whole edges, alternating; both edges at `node` get `value` halves."""
    at, e = node, matching.cycle_edge[node]
    while True:
        matching.halves[e] = value
        if value:
            fill_slot(matching, matching.a[e], e)
            fill_slot(matching, matching.b[e], e)
        value = 2 - value
        at = matching.a[e] + matching.b[e] - at
        following = matching.other_cycle_edge[at] if matching.cycle_edge[at] == e else matching.cycle_edge[at]
        matching.cycle_edge[at], matching.other_cycle_edge[at] = NONE, NONE
        if at == node:
            break
        e = following


@compiled
def half_cycles(matching: FractionalMatching) -> tuple[Integers, Integers]:
    """(cycle start, cycle edges): cycle c is edges[start[c] : start[c + 1]], in order around it."""
    nodes = len(matching.dual)
    size = 0
    for node in range(nodes):
        size += matching.cycle_edge[node] >= 0
    starts, edges = np.zeros(size // 3 + 1, np.int64), np.empty(size, np.int64)
    done = np.zeros(nodes, np.int64)
    cycles, size = 0, 0
    for root in range(nodes):
        if matching.cycle_edge[root] < 0 or done[root]:
            continue
        at, e = root, matching.cycle_edge[root]
        while True:
            edges[size] = e
            size += 1
            done[at] = 1
            at = matching.a[e] + matching.b[e] - at
            if at == root:
                break
            e = matching.other_cycle_edge[at] if matching.cycle_edge[at] == e else matching.cycle_edge[at]
        cycles += 1
        starts[cycles] = size
    return starts[: cycles + 1].copy(), edges
