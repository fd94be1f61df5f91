"""A fractional b-matching under way: what is chosen wholly, and odd cycles of which half of each edge is.

Its invariant: no node holds more than it has places for, a half cycle counts as one; no two half cycles share a node.
"""

from typing import NamedTuple

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.search_arrays import hold, let_go
from isopolity.matching.compiled import borrowing, compiled

FAR = 2**62
"""The label of what a search has not reached."""
NONE = -1


class Fractional(NamedTuple):
    """A fractional b-matching under way, and the labels of a search.

    Label i says that node i comes to be an edge short, n + i that it has one too many.
    """

    start: Integers
    other: Integers
    edge: Integers
    a: Integers
    b: Integers
    weight: Integers
    """(m,) twice the weight."""
    heavy: Integers
    """The same by entry."""
    dual: Integers
    twice: Integers
    """(m,) 2 where the edge is chosen, 1 where half of it is, else 0."""
    places: Integers
    """(n + 1,) where each node's places begin in `held`, which has the edges chosen wholly."""
    taken: Integers
    """How many of them."""
    held: Integers
    one: Integers
    """(n,) an edge of the node's half cycle, or -1."""
    two: Integers
    """The other one."""
    far: Integers
    came: Integers
    seen: Integers
    keys: Integers
    heap: Integers
    path: Integers
    mark: Integers
    """(2n,) 0 but while two walks are compared."""


@compiled
def opened(
    start: Integers, other: Integers, edge: Integers, a: Integers, b: Integers, weight: Integers, room: Integers
) -> Fractional:
    """Nothing chosen yet; every node's dual pays for half of its heaviest edge. `weight` is the problem's own."""
    nodes, edges = len(room), len(a)
    places = np.zeros(nodes + 1, np.int64)
    dual = np.zeros(nodes, np.int64)
    for i in range(nodes):
        places[i + 1] = places[i] + max(0, min(room[i], start[i + 1] - start[i]))
        if start[i + 1] > start[i]:
            dual[i] = weight[edge[start[i]]]
    return Fractional(
        start,
        other,
        edge,
        a,
        b,
        2 * weight,
        2 * weight[edge],
        dual,
        np.zeros(edges, np.int64),
        places,
        np.zeros(nodes, np.int64),
        np.empty(places[nodes], np.int64),
        np.full(nodes, NONE, np.int64),
        np.full(nodes, NONE, np.int64),
        np.full(2 * nodes, FAR, np.int64),
        np.full(2 * nodes, NONE, np.int64),
        np.empty(2 * nodes, np.int64),
        np.empty(4 * edges + 2, np.int64),
        np.empty(4 * edges + 2, np.int64),
        np.empty(2 * nodes + 2, np.int64),
        np.zeros(2 * nodes, np.int64),
    )


@borrowing
def walk(now: Fractional, last: int) -> None:
    """Choose and drop in turns along the walk that ends at the label `last`."""
    nodes = len(now.dual)
    length = _trace(now, last, NONE, 0)
    _drop(now, length)
    if now.one[last % nodes] >= 0:
        _make_whole(now, last % nodes, 0 if last >= nodes else 2)
    _choose(now, length)


@borrowing
def leave_cycle(now: Fractional, last: int, between: int, meets: int) -> None:
    """Choose halves along the odd cycle that two walks and the edge between them close, and walk the stem."""
    a, b, twice = now.a, now.b, now.twice
    label = last
    while True:
        now.mark[label] = 1
        if now.came[label] < 0:
            break
        label = _before(now, label)
    fork = meets
    while not now.mark[fork]:
        fork = _before(now, fork)
    label = last
    while True:
        now.mark[label] = 0
        if now.came[label] < 0:
            break
        label = _before(now, label)
    length = _trace(now, last, fork, 0)
    length = _trace(now, meets, fork, length)
    now.path[length] = between
    length += 1
    for step in range(length):
        e = now.path[step]
        if twice[e] == 2:
            let_go(now, a[e], e)
            let_go(now, b[e], e)
        twice[e] = 1
        for node in (a[e], b[e]):
            if now.one[node] < 0:
                now.one[node] = e
            else:
                now.two[node] = e
    length = _trace(now, fork, NONE, 0)
    _drop(now, length)
    _choose(now, length)


@borrowing
def _before(now: Fractional, label: int) -> int:
    """The label from which this one was reached."""
    nodes, e = len(now.dual), now.came[label]
    if label < nodes:
        return int(nodes + now.a[e] + now.b[e] - label)
    return int(now.a[e] + now.b[e] - (label - nodes))


@borrowing
def _trace(now: Fractional, label: int, until: int, length: int) -> int:
    """Put the edges from a label back to another, or to the source, into `path`; returns the new length."""
    while label != until and now.came[label] >= 0:
        now.path[length] = now.came[label]
        length += 1
        label = _before(now, label)
    return length


@borrowing
def _drop(now: Fractional, length: int) -> None:
    """Drop what is chosen along `path`, and leave what is to be chosen there."""
    for step in range(length):
        e = now.path[step]
        if now.twice[e] == 2:
            now.twice[e] = 0
            let_go(now, now.a[e], e)
            let_go(now, now.b[e], e)
            now.path[step] = NONE


@borrowing
def _choose(now: Fractional, length: int) -> None:
    for step in range(length):
        e = now.path[step]
        if e >= 0:
            now.twice[e] = 2
            hold(now, now.a[e], e)
            hold(now, now.b[e], e)


@borrowing
def _make_whole(now: Fractional, node: int, value: int) -> None:
    """Turn the half cycle of `node` into whole edges, alternating from this value at both of its own."""
    at, e = node, now.one[node]
    while True:
        now.twice[e] = value
        if value:
            hold(now, now.a[e], e)
            hold(now, now.b[e], e)
        value = 2 - value
        at = now.a[e] + now.b[e] - at
        following = now.two[at] if now.one[at] == e else now.one[at]
        now.one[at], now.two[at] = NONE, NONE
        if at == node:
            break
        e = following


@compiled
def half_cycles(now: Fractional) -> tuple[Integers, Integers]:
    """(cycle start, cycle edges): cycle c is edges[start[c] : start[c + 1]], in order around it."""
    nodes = len(now.dual)
    size = 0
    for node in range(nodes):
        size += now.one[node] >= 0
    starts, edges = np.zeros(size // 3 + 1, np.int64), np.empty(size, np.int64)
    done = np.zeros(nodes, np.int64)
    cycles, size = 0, 0
    for root in range(nodes):
        if now.one[root] < 0 or done[root]:
            continue
        at, e = root, now.one[root]
        while True:
            edges[size] = e
            size += 1
            done[at] = 1
            at = now.a[e] + now.b[e] - at
            if at == root:
                break
            e = now.two[at] if now.one[at] == e else now.one[at]
        cycles += 1
        starts[cycles] = size
    return starts[: cycles + 1].copy(), edges
