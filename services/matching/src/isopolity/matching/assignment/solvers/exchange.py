"""One exchange in a matching: an alternating walk, found by a shortest-path search while the duals stay fixed.

Invariant: a walk is applied only if it brings the value of the matching closer to the bound of the duals; nodes and
edges that may allow another exchange afterwards are queued.
"""

from typing import NamedTuple

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.search_arrays import fill_slot, free_slot, has_free_slot, pop, push
from isopolity.matching.compiled import borrowing, compiled

UNREACHED = 2**62
_LONGEST = 200
"""The greatest number of edges in a walk that is applied."""


class IntegralMatching(NamedTuple):
    """A matching that is being improved, with the labels of a search and the queue of tasks."""

    start: Integers
    other: Integers
    edge: Integers
    entry_slack: Integers
    """(2m,): `slack` by entry of the Adjacency."""
    a: Integers
    b: Integers
    slack: Integers
    """(m,): the excess of the duals of both ends over the weight, in the unit of the duals."""
    dual: Integers
    chosen: Integers
    """(m,): 1 if the edge is chosen, else 0."""
    slot_start: Integers
    """(n + 1,): see Slots."""
    slots_used: Integers
    slots: Integers
    distance: Integers
    """(2n,): the least cost at which node i gets one edge too few (label i) or one too many (label n + i)."""
    via: Integers
    """(2n,): by label, the last edge of the walk with that cost; -1 at its source."""
    reached: Integers
    heap_keys: Integers
    heap_labels: Integers
    path: Integers
    tasks: Integers
    """(1 + n + m,): the number of queued tasks, then the tasks: i for a node with a free slot, n + e for an edge."""
    is_queued: Integers
    """(n + m,): whether a task is queued."""


@compiled
def integral_matching(
    start: Integers,
    other: Integers,
    edge: Integers,
    a: Integers,
    b: Integers,
    slack: Integers,
    capacity: Integers,
    dual: Integers,
    chosen: Integers,
) -> IntegralMatching:
    """A matching with these edges chosen; nodes with a free slot and chosen edges with slack are queued."""
    nodes, edges = len(capacity), len(slack)
    slot_start = np.zeros(nodes + 1, np.int64)
    for i in range(nodes):
        slot_start[i + 1] = slot_start[i] + min(capacity[i], start[i + 1] - start[i])
    matching = IntegralMatching(
        start,
        other,
        edge,
        slack[edge],
        a,
        b,
        slack,
        dual,
        chosen,
        slot_start,
        np.zeros(nodes, np.int64),
        np.empty(slot_start[nodes], np.int64),
        np.full(2 * nodes, UNREACHED, np.int64),
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
            fill_slot(matching, a[e], e)
            fill_slot(matching, b[e], e)
            if slack[e] > 0:
                _queue_task(matching, nodes + e)
    for i in range(nodes):
        queue_node(matching, i)
    return matching


@borrowing
def _queue_task(matching: IntegralMatching, task: int) -> None:
    if not matching.is_queued[task]:
        matching.is_queued[task] = 1
        matching.tasks[0] += 1
        matching.tasks[matching.tasks[0]] = task


@borrowing
def queue_node(matching: IntegralMatching, node: int) -> None:
    """Queue a node if it has a free slot and its dual is above 0."""
    if matching.dual[node] > 0 and has_free_slot(matching, node):
        _queue_task(matching, node)


@borrowing
def _queue_edge(matching: IntegralMatching, e: int) -> None:
    if matching.chosen[e] and matching.slack[e] > 0:
        _queue_task(matching, len(matching.slots_used) + e)


@borrowing
def flip(matching: IntegralMatching, one: int, other: int, e: int) -> None:
    """Drop an edge between these two nodes if it is chosen, else choose it."""
    if matching.chosen[e]:
        matching.chosen[e] = 0
        free_slot(matching, one, e)
        free_slot(matching, other, e)
    else:
        matching.chosen[e] = 1
        fill_slot(matching, one, e)
        fill_slot(matching, other, e)


@borrowing
def exchange(matching: IntegralMatching, source: int, limit: int, end_gain: int, effort: int) -> bool:
    """Fill a free slot of `source` by the best walk, if its cost is below `limit`; return whether there was one.

    A walk adds an edge at its source, drops an edge at the other end of that, and so on, until an edge fits into a free
    slot or is dropped without another one. `end_gain` is the greatest gain of a walk at its other end; `effort` is the
    greatest number of labels that the search looks at.
    """
    nodes = len(matching.slots_used)
    end = _search(matching, source, limit, end_gain, effort)
    if end < 0:
        return False
    label, length = end, 0
    while label != source or matching.via[label] >= 0:
        e = matching.via[label]
        matching.path[length] = e
        length += 1
        node = label % nodes
        label = matching.a[e] + matching.b[e] - node + (nodes if label < nodes else 0)
        if length == _LONGEST:
            return False
    for step in range(length):
        for later in range(step + 1, length):
            if matching.path[step] == matching.path[later]:
                return False
    # drop first, so that no node ever exceeds its capacity
    for step in range(length):
        e = matching.path[step]
        if matching.chosen[e]:
            flip(matching, matching.a[e], matching.b[e], e)
            matching.path[step] = -1
    for step in range(length):
        e = matching.path[step]
        if e >= 0:
            flip(matching, matching.a[e], matching.b[e], e)
            _queue_edge(matching, e)
    queue_node(matching, end % nodes)
    queue_node(matching, source)
    return True


@borrowing
def _search(matching: IntegralMatching, source: int, limit: int, end_gain: int, effort: int) -> int:
    """The label at the end of the best walk from `source`; -1 if no walk costs less than `limit`."""
    start, other, edge, entry_slack = matching.start, matching.other, matching.edge, matching.entry_slack
    a, b, slack, dual, chosen = matching.a, matching.b, matching.slack, matching.dual, matching.chosen
    slot_start, slots_used, slots = matching.slot_start, matching.slots_used, matching.slots
    distance, via, reached = matching.distance, matching.via, matching.reached
    keys, labels = matching.heap_keys, matching.heap_labels
    nodes = len(slots_used)
    distance[source], via[source], reached[0] = -dual[source], -1, source
    count, end, best = 1, -1, limit
    size = push(keys, labels, 0, distance[source], source)
    # a label is pushed again when its cost falls, so the heap itself may be full
    while 0 < size < len(keys) - nodes and keys[0] - end_gain < best and effort > 0:
        effort -= 1
        d, label = keys[0], labels[0]
        size = pop(keys, labels, size)
        if d > distance[label]:
            continue
        if label < nodes:
            for entry in range(start[label], start[label + 1]):
                e, node, reach = edge[entry], other[entry], d + entry_slack[entry]
                if reach - end_gain >= best or reach >= distance[nodes + node] or chosen[e]:
                    continue
                back = nodes + label
                if distance[back] < UNREACHED and via[back] == e and _is_walked(a, b, via, back, label):
                    continue
                if distance[nodes + node] == UNREACHED:
                    reached[count] = nodes + node
                    count += 1
                distance[nodes + node], via[nodes + node] = reach, e
                # the slot that the walk fills is not free for its other end
                if slot_start[node] + slots_used[node] + (node == source) < slot_start[node + 1]:
                    if reach - dual[node] < best:
                        end, best = nodes + node, reach - dual[node]
                else:
                    size = push(keys, labels, size, reach, nodes + node)
        else:
            back = label - nodes
            for at in range(slot_start[back], slot_start[back] + slots_used[back]):
                e = slots[at]
                node = a[e] + b[e] - back
                reach = d - slack[e]
                if reach >= distance[node]:
                    continue
                if distance[back] < UNREACHED and via[back] == e and _is_walked(a, b, via, back, label):
                    continue
                if distance[node] == UNREACHED:
                    reached[count] = node
                    count += 1
                distance[node], via[node] = reach, e
                if reach + dual[node] < best:
                    end, best = node, reach + dual[node]
                size = push(keys, labels, size, reach, node)
    for at in range(count):
        distance[reached[at]] = UNREACHED
    return end


@borrowing
def _is_walked(a: Integers, b: Integers, via: Integers, back: int, label: int) -> bool:
    """Whether the walk to `label` has passed the label `back`, and so contains the edge that leads there."""
    nodes = len(via) // 2
    for _ in range(_LONGEST):
        if label == back:
            return True
        e = via[label]
        if e < 0:
            return False
        label = a[e] + b[e] - label % nodes + (nodes if label < nodes else 0)
    return True
