"""The exact solver of two-sided problems: a maximum-weight flow from left to right nodes, with the duals that prove it.

Its invariant, from the first bid to the last path: with left duals u >= 0 and right duals v >= 0, an arc that is used
has weight - u - v >= 0, one that is not has <= 0, and v > 0 only where the right node is full. When every left node is
full too or has u = 0, that is optimality.
"""

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.heap import pop, push
from isopolity.matching.domain.profiles import Integers

_FAR = 2**62


@njit(cache=True)
def best_flow(
    start: Integers, right: Integers, weight: Integers, left_room: Integers, right_room: Integers
) -> tuple[Integers, Integers, Integers]:
    """(used, u, v): which arcs carry flow (1 or 0), and integer duals of the left and the right nodes.

    Left node i has the arcs start[i] … start[i+1]-1, the heaviest first, to `right`; each carries one unit at most.
    Auction without rounds first (Jonker and Volgenant 1987), then shortest augmenting paths.
    """
    lefts, rights = len(left_room), len(right_room)
    used = np.zeros(len(right), np.int64)
    left = np.empty(len(right), np.int64)
    u = np.zeros(lefts, np.int64)
    v = np.zeros(rights, np.int64)
    free = np.empty(lefts, np.int64)
    for i in range(lefts):
        free[i] = min(left_room[i], start[i + 1] - start[i])
        for arc in range(start[i], start[i + 1]):
            left[arc] = i
        if start[i + 1] > start[i]:
            u[i] = weight[start[i]]
    holds = np.zeros(rights + 1, np.int64)
    for arc in range(len(right)):
        holds[right[arc] + 1] += 1
    for j in range(rights):
        holds[j + 1] = holds[j] + min(right_room[j], holds[j + 1])
    held = np.zeros(rights, np.int64)
    holder = np.empty(holds[rights], np.int64)
    _bid(start, right, weight, left, free, used, u, v, holds, held, holder)
    _augment(start, right, weight, left, free, used, u, v, holds, held, holder)
    for i in range(lefts):
        if left_room[i] >= start[i + 1] - start[i]:
            u[i] = 0
    return used, u, v


@njit(cache=True)
def _bid(
    start: Integers,
    right: Integers,
    weight: Integers,
    left: Integers,
    free: Integers,
    used: Integers,
    u: Integers,
    v: Integers,
    holds: Integers,
    held: Integers,
    holder: Integers,
) -> None:
    """Each left node with room bids for its best arc, up to what makes it no better than the next best."""
    lefts = len(free)
    queue = np.arange(lefts)
    bids = np.zeros(lefts, np.int64)
    count = lefts
    while count > 0:
        count -= 1
        i = queue[count]
        while free[i] > 0 and bids[i] < 40:
            bids[i] += 1
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
            if best < 0:
                u[i] = 0
                free[i] = 0
                break
            u[i] = second
            j = right[best]
            if holds[j] + held[j] < holds[j + 1]:
                holder[holds[j] + held[j]] = best
                held[j] += 1
                used[best] = 1
                free[i] -= 1
                continue
            if holds[j] == holds[j + 1]:
                v[j] = max(v[j], weight[best] - second)
                continue
            worst, slot = weight[best] - second, -1
            for at in range(holds[j], holds[j + 1]):
                bid = weight[holder[at]] - u[left[holder[at]]]
                if bid < worst:
                    worst, slot = bid, at
            v[j] = worst
            if slot >= 0:
                out = holder[slot]
                used[out] = 0
                holder[slot] = best
                used[best] = 1
                free[i] -= 1
                loser = left[out]
                if free[loser] == 0:
                    queue[count] = loser
                    count += 1
                free[loser] += 1


@njit(cache=True)
def _augment(
    start: Integers,
    right: Integers,
    weight: Integers,
    left: Integers,
    free: Integers,
    used: Integers,
    u: Integers,
    v: Integers,
    holds: Integers,
    held: Integers,
    holder: Integers,
) -> None:
    """Send what is left along shortest paths (Dijkstra on reduced weights), to a right or a left node that ends it."""
    lefts, rights = len(free), len(v)
    far = np.full(lefts + rights, _FAR, np.int64)
    came = np.empty(lefts + rights, np.int64)
    seen = np.empty(lefts + rights, np.int64)
    keys = np.empty(len(right) + lefts + 1, np.int64)
    nodes = np.empty(len(right) + lefts + 1, np.int64)
    for i in range(lefts):
        while free[i] > 0 and u[i] > 0:
            free[i] -= 1
            far[i] = 0
            came[i] = -1
            seen[0] = i
            count = 1
            end, least = i, u[i]
            size = push(keys, nodes, 0, 0, i)
            while size > 0 and keys[0] < least:
                d, node = keys[0], nodes[0]
                size = pop(keys, nodes, size)
                if d > far[node]:
                    continue
                if node < lefts:
                    for arc in range(start[node], start[node + 1]):
                        if d + u[node] - weight[arc] >= least:
                            break
                        if used[arc]:
                            continue
                        j = right[arc]
                        reach = d + u[node] + v[j] - weight[arc]
                        if reach >= least or reach >= far[lefts + j]:
                            continue
                        if far[lefts + j] == _FAR:
                            seen[count] = lefts + j
                            count += 1
                        far[lefts + j] = reach
                        came[lefts + j] = arc
                        if held[j] < holds[j + 1] - holds[j]:
                            end, least = lefts + j, reach
                        else:
                            size = push(keys, nodes, size, reach, lefts + j)
                else:
                    j = node - lefts
                    for at in range(holds[j], holds[j] + held[j]):
                        arc = holder[at]
                        k = left[arc]
                        reach = d + weight[arc] - u[k] - v[j]
                        if reach >= least or reach >= far[k]:
                            continue
                        if far[k] == _FAR:
                            seen[count] = k
                            count += 1
                        far[k] = reach
                        came[k] = at
                        if reach + u[k] < least:
                            end, least = k, reach + u[k]
                        size = push(keys, nodes, size, reach, k)
            for at in range(count):
                node = seen[at]
                if far[node] < least:
                    if node < lefts:
                        u[node] -= least - far[node]
                    else:
                        v[node - lefts] += least - far[node]
                far[node] = _FAR
            node, slot = end, -1
            if node >= lefts:
                slot = holds[node - lefts] + held[node - lefts]
                held[node - lefts] += 1
            else:
                if came[node] < 0:
                    continue
                slot = came[node]
                used[holder[slot]] = 0
                node = lefts + right[holder[slot]]
            while True:
                arc = came[node]
                holder[slot] = arc
                used[arc] = 1
                node = left[arc]
                if came[node] < 0:
                    break
                slot = came[node]
                used[holder[slot]] = 0
                node = lefts + right[holder[slot]]
