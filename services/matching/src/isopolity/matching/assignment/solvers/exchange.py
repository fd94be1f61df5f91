"""A round under change: one exchange along an alternating walk, found by a shortest-path search under fixed duals.

Its invariant: a walk is taken only when the round falls less short of the duals' bound by it; what that then makes
worth trying is put on the list.
"""

from typing import NamedTuple

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.search_arrays import has_room, hold, let_go, pop, push
from isopolity.matching.compiled import borrowing, compiled

_FAR = 2**62
_LONGEST = 200
"""Edges of the longest walk that is taken."""


class Changing(NamedTuple):
    """A round under change, with the labels of a search and the list of what is to be tried."""

    start: Integers
    other: Integers
    edge: Integers
    near: Integers
    """(2m,) the slack of the entry's edge."""
    a: Integers
    b: Integers
    slack: Integers
    """(m,) what both ends' duals exceed the weight by, in the unit of the duals."""
    dual: Integers
    chosen: Integers
    """(m,) 1 or 0"""
    places: Integers
    """(n + 1,) where each node's places begin in `held`, which has the edges chosen at it."""
    taken: Integers
    held: Integers
    far: Integers
    """(2n,) the least cost by which node i comes to be an edge short, and n + i to have one too many."""
    came: Integers
    """(2n,) by which edge"""
    seen: Integers
    keys: Integers
    heap: Integers
    path: Integers
    todo: Integers
    """(1 + n + m,) how many, and which: node i with a free place, or n + e for a chosen edge with slack."""
    waits: Integers
    """(n + m,)"""


@compiled
def opened(
    start: Integers,
    other: Integers,
    edge: Integers,
    a: Integers,
    b: Integers,
    slack: Integers,
    room: Integers,
    dual: Integers,
    chosen: Integers,
) -> Changing:
    """A round with these edges chosen; free places and chosen edges with slack are on the list."""
    nodes, edges = len(room), len(slack)
    places = np.zeros(nodes + 1, np.int64)
    for i in range(nodes):
        places[i + 1] = places[i] + min(room[i], start[i + 1] - start[i])
    now = Changing(
        start,
        other,
        edge,
        slack[edge],
        a,
        b,
        slack,
        dual,
        chosen,
        places,
        np.zeros(nodes, np.int64),
        np.empty(places[nodes], np.int64),
        np.full(2 * nodes, _FAR, np.int64),
        np.full(2 * nodes, -1, np.int64),
        np.empty(2 * nodes, np.int64),
        np.empty(8 * edges + 2 * nodes, np.int64),
        np.empty(8 * edges + 2 * nodes, np.int64),
        np.empty(_LONGEST, np.int64),
        np.zeros(1 + nodes + edges, np.int64),
        np.zeros(nodes + edges, np.int64),
    )
    for e in range(edges):
        if chosen[e]:
            hold(now, a[e], e)
            hold(now, b[e], e)
            if slack[e] > 0:
                _put(now, nodes + e)
    for i in range(nodes):
        try_node(now, i)
    return now


@borrowing
def _put(now: Changing, task: int) -> None:
    if not now.waits[task]:
        now.waits[task] = 1
        now.todo[0] += 1
        now.todo[now.todo[0]] = task


@borrowing
def try_node(now: Changing, node: int) -> None:
    """Put a node on the list if a free place of it costs something."""
    if now.dual[node] > 0 and has_room(now, node):
        _put(now, node)


@borrowing
def _try_edge(now: Changing, e: int) -> None:
    if now.chosen[e] and now.slack[e] > 0:
        _put(now, len(now.taken) + e)


@borrowing
def flip(now: Changing, one: int, other: int, e: int) -> None:
    """Choose an edge between these two, or drop it."""
    if now.chosen[e]:
        now.chosen[e] = 0
        let_go(now, one, e)
        let_go(now, other, e)
    else:
        now.chosen[e] = 1
        hold(now, one, e)
        hold(now, other, e)


@borrowing
def exchange(now: Changing, source: int, beat: int, prize: int, effort: int) -> bool:
    """Fill a free place of `source` by the best walk, if it costs less than `beat`; returns whether there was one.

    `prize` is what the walk can win at its other end at most. A walk adds an edge at its source, drops one where that
    ends, and so on, until an edge fits into a free place or one is dropped for good.
    """
    nodes = len(now.taken)
    end = _search(now, source, beat, prize, effort)
    if end < 0:
        return False
    state, length = end, 0
    while state != source or now.came[state] >= 0:
        e = now.came[state]
        now.path[length] = e
        length += 1
        node = state % nodes
        state = now.a[e] + now.b[e] - node + (nodes if state < nodes else 0)
        if length == _LONGEST:
            return False
    for step in range(length):
        for later in range(step + 1, length):
            if now.path[step] == now.path[later]:
                return False
    # drop first, so that no node ever holds too many
    for step in range(length):
        e = now.path[step]
        if now.chosen[e]:
            flip(now, now.a[e], now.b[e], e)
            now.path[step] = -1
    for step in range(length):
        e = now.path[step]
        if e >= 0:
            flip(now, now.a[e], now.b[e], e)
            _try_edge(now, e)
    try_node(now, end % nodes)
    try_node(now, source)
    return True


@borrowing
def _search(now: Changing, source: int, beat: int, prize: int, effort: int) -> int:
    """The label that ends the best walk from `source`, or -1 where none costs less than `beat`."""
    start, other, edge, near, a, b, slack = now.start, now.other, now.edge, now.near, now.a, now.b, now.slack
    dual, chosen, places, taken, held = now.dual, now.chosen, now.places, now.taken, now.held
    far, came, seen, keys, heap = now.far, now.came, now.seen, now.keys, now.heap
    nodes = len(taken)
    far[source], came[source], seen[0] = -dual[source], -1, source
    count, end, best = 1, -1, beat
    size = push(keys, heap, 0, far[source], source)
    # a label that gets better is put in again, so the heap has an end of its own
    while 0 < size < len(keys) - nodes and keys[0] - prize < best and effort > 0:
        effort -= 1
        d, label = keys[0], heap[0]
        size = pop(keys, heap, size)
        if d > far[label]:
            continue
        if label < nodes:
            for entry in range(start[label], start[label + 1]):
                e, node, reach = edge[entry], other[entry], d + near[entry]
                if reach - prize >= best or reach >= far[nodes + node] or chosen[e]:
                    continue
                back = nodes + label
                if far[back] < _FAR and came[back] == e and _is_walked(a, b, came, back, label):
                    continue
                if far[nodes + node] == _FAR:
                    seen[count] = nodes + node
                    count += 1
                far[nodes + node], came[nodes + node] = reach, e
                # the place to be filled is no end
                if places[node] + taken[node] + (node == source) < places[node + 1]:
                    if reach - dual[node] < best:
                        end, best = nodes + node, reach - dual[node]
                else:
                    size = push(keys, heap, size, reach, nodes + node)
        else:
            back = label - nodes
            for at in range(places[back], places[back] + taken[back]):
                e = held[at]
                node = a[e] + b[e] - back
                reach = d - slack[e]
                if reach >= far[node]:
                    continue
                if far[back] < _FAR and came[back] == e and _is_walked(a, b, came, back, label):
                    continue
                if far[node] == _FAR:
                    seen[count] = node
                    count += 1
                far[node], came[node] = reach, e
                if reach + dual[node] < best:
                    end, best = node, reach + dual[node]
                size = push(keys, heap, size, reach, node)
    for at in range(count):
        far[seen[at]] = _FAR
    return end


@borrowing
def _is_walked(a: Integers, b: Integers, came: Integers, back: int, label: int) -> bool:
    """Whether the walk to `label` has passed the label `back`, and so has taken the edge by which it came there."""
    nodes = len(came) // 2
    for _ in range(_LONGEST):
        if label == back:
            return True
        e = came[label]
        if e < 0:
            return False
        label = a[e] + b[e] - label % nodes + (nodes if label < nodes else 0)
    return True
