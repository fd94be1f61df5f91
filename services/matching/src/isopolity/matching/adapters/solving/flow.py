"""The exact solver of two-sided problems: a maximum-weight flow from left to right nodes, with the duals that prove it.

Its invariant, from the first bid to the last path: with left duals u >= 0 and right duals v >= 0, an arc that is used
has weight - u - v >= 0, one that is not has <= 0, and v > 0 only where the right node is full. When every left node is
full too or has u = 0, that is optimality.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.heap import pop, push
from isopolity.matching.domain.assignment import Report
from isopolity.matching.domain.profiles import Integers

_FAR = 2**62
_AT_A_TIME = 5_000
"""Left nodes between two reports."""
_BIDS = 40
"""Bids of a left node at most, since prices that rise by nothing rise for ever."""


class _Flow(NamedTuple):
    """A flow under way, and the labels of a search; arcs are numbered as they come, right node j is lefts + j."""

    start: Integers
    right: Integers
    weight: Integers
    left: Integers
    """The left end of each arc."""
    free: Integers
    """What each left node has left to send; 0 once nothing is worth it."""
    used: Integers
    u: Integers
    v: Integers
    holds: Integers
    """(rights + 1,) where each right node's places begin in `holder`, which has the arcs used."""
    held: Integers
    holder: Integers
    far: Integers
    came: Integers
    seen: Integers
    keys: Integers
    nodes: Integers


def best_flow(
    start: Integers, right: Integers, weight: Integers, left_room: Integers, right_room: Integers, report: Report
) -> tuple[Integers, Integers, Integers]:
    """(used, u, v): which arcs carry flow (1 or 0), and integer duals of the left and the right nodes.

    Left node i has the arcs start[i] … start[i+1]-1, the heaviest first, to `right`; each carries one unit at most.
    Auction without rounds first (Jonker and Volgenant 1987), then shortest augmenting paths.
    """
    now = _opened(start, right, weight, left_room, right_room)
    _bid(now)
    lefts = len(left_room)
    for first in range(0, lefts, _AT_A_TIME):
        report("bound", first / lefts)
        _augment(now, first, min(first + _AT_A_TIME, lefts))
    now.u[left_room >= np.diff(start)] = 0
    return now.used, now.u, now.v


@njit(cache=True)
def _opened(start: Integers, right: Integers, weight: Integers, left_room: Integers, right_room: Integers) -> _Flow:
    lefts, rights = len(left_room), len(right_room)
    left = np.empty(len(right), np.int64)
    u = np.zeros(lefts, np.int64)
    free = np.empty(lefts, np.int64)
    for i in range(lefts):
        free[i] = min(left_room[i], start[i + 1] - start[i])
        left[start[i] : start[i + 1]] = i
        if start[i + 1] > start[i]:
            u[i] = weight[start[i]]
    holds = np.zeros(rights + 1, np.int64)
    for arc in range(len(right)):
        holds[right[arc] + 1] += 1
    for j in range(rights):
        holds[j + 1] = holds[j] + min(right_room[j], holds[j + 1])
    return _Flow(
        start,
        right,
        weight,
        left,
        free,
        np.zeros(len(right), np.int64),
        u,
        np.zeros(rights, np.int64),
        holds,
        np.zeros(rights, np.int64),
        np.empty(holds[rights], np.int64),
        np.full(lefts + rights, _FAR, np.int64),
        np.empty(lefts + rights, np.int64),
        np.empty(lefts + rights, np.int64),
        np.empty(len(right) + lefts + 1, np.int64),
        np.empty(len(right) + lefts + 1, np.int64),
    )


@njit(cache=True)
def _bid(now: _Flow) -> None:
    """Each left node bids for its best arcs, up to where they are no better than the next best.

    A bid is taken where the right node has room or holds one that bids less, which is dropped; the least bid of all
    that want a full right node is its price.
    """
    left, right, weight, free, used, u, v = now.left, now.right, now.weight, now.free, now.used, now.u, now.v
    holds, held, holder = now.holds, now.held, now.holder
    queue = np.arange(len(free))
    bids = np.zeros(len(free), np.int64)
    count = len(free)
    while count > 0:
        count -= 1
        i = queue[count]
        while free[i] > 0 and bids[i] < _BIDS:
            bids[i] += 1
            best, u[i] = _best_two(now.start, right, weight, used, v, i)
            if best < 0:
                free[i] = 0
                break
            j = right[best]
            slot, worst, loser = holds[j] + held[j], weight[best] - u[i], -1
            if slot < holds[j + 1]:
                held[j] += 1
            else:
                slot = -1
                for at in range(holds[j], holds[j + 1]):
                    bid = weight[holder[at]] - u[left[holder[at]]]
                    if bid < worst:
                        worst, slot = bid, at
                v[j] = max(v[j], worst)
                if slot < 0:
                    continue
                loser = left[holder[slot]]
                used[holder[slot]] = 0
            holder[slot] = best
            used[best] = 1
            free[i] -= 1
            if loser >= 0:
                if free[loser] == 0:
                    queue[count] = loser
                    count += 1
                free[loser] += 1


@njit(cache=True)
def _best_two(
    start: Integers, right: Integers, weight: Integers, used: Integers, v: Integers, i: int
) -> tuple[int, int]:
    """The best unused arc of a left node, -1 if none is worth anything, and what the next best is worth."""
    best, first, second = -1, 0, 0
    for arc in range(start[i], start[i + 1]):
        if weight[arc] <= second:
            break
        if used[arc] == 0:
            gain = weight[arc] - v[right[arc]]
            if gain > first:
                best, first, second = arc, gain, first
            elif gain > second:
                second = gain
    return best, second


@njit(cache=True)
def _augment(now: _Flow, begin: int, end: int) -> None:
    """Send what these left nodes have left along shortest paths, each to a right or a left node where it ends."""
    for i in range(begin, end):
        while now.free[i] > 0 and now.u[i] > 0:
            now.free[i] -= 1
            _send(now, _nearest_end(now, i))


@njit(cache=True)
def _nearest_end(now: _Flow, source: int) -> int:
    """Dijkstra on reduced weights: to a right node with room, or a left node that had better send less.

    Moves the duals, so that the path becomes tight.
    """
    start, left, right, weight, used, u, v = now.start, now.left, now.right, now.weight, now.used, now.u, now.v
    holds, held, holder = now.holds, now.held, now.holder
    far, came, seen, keys, nodes = now.far, now.came, now.seen, now.keys, now.nodes
    lefts = len(u)
    far[source], came[source], seen[0] = 0, -1, source
    count, end, least = 1, source, u[source]
    size = push(keys, nodes, 0, 0, source)
    while size > 0 and keys[0] < least:
        d, node = keys[0], nodes[0]
        size = pop(keys, nodes, size)
        if d > far[node]:
            continue
        if node < lefts:
            for arc in range(start[node], start[node + 1]):
                reach = d + u[node] - weight[arc]
                if reach >= least:
                    break
                j = right[arc]
                reach += v[j]
                if used[arc] or reach >= least or reach >= far[lefts + j]:
                    continue
                if far[lefts + j] == _FAR:
                    seen[count] = lefts + j
                    count += 1
                far[lefts + j], came[lefts + j] = reach, arc
                if holds[j] + held[j] < holds[j + 1]:
                    end, least = lefts + j, reach
                else:
                    size = push(keys, nodes, size, reach, lefts + j)
        else:
            j = node - lefts
            for at in range(holds[j], holds[j] + held[j]):
                arc = holder[at]
                i = left[arc]
                reach = d + weight[arc] - u[i] - v[j]
                if reach >= least or reach >= far[i]:
                    continue
                if far[i] == _FAR:
                    seen[count] = i
                    count += 1
                far[i], came[i] = reach, at
                if reach + u[i] < least:
                    end, least = i, reach + u[i]
                size = push(keys, nodes, size, reach, i)
    for at in range(count):
        node = seen[at]
        if far[node] < least:
            if node < lefts:
                u[node] -= least - far[node]
            else:
                v[node - lefts] += least - far[node]
        far[node] = _FAR
    return end


@njit(cache=True)
def _send(now: _Flow, end: int) -> None:
    """Use and free the arcs along the path by which the search came to `end`; left nodes know a place."""
    lefts, node, slot = len(now.free), end, -1
    if end >= lefts:
        slot = now.holds[end - lefts] + now.held[end - lefts]
        now.held[end - lefts] += 1
    while True:
        if node < lefts:
            slot = now.came[node]
            if slot < 0:
                return
            now.used[now.holder[slot]] = 0
            node = lefts + now.right[now.holder[slot]]
        arc = now.came[node]
        now.holder[slot] = arc
        now.used[arc] = 1
        node = now.left[arc]
