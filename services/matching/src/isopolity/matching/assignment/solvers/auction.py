"""A start for large or bipartite problems: an auction with a fixed ε, after which few searches for walks remain.

In a bipartite problem the nodes of one side bid for those of the other. In any other problem every node both bids and
receives bids, as on the double cover of the graph, which has two copies of each edge and of each node, one of which
bids; the result is averaged over the copies. Invariant: afterwards the slack is >= 0 on unchosen edges and <= 0 on
chosen ones; nodes with free slots and a dual above 0 are left to the shortest walks.
"""

from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers, Integers8
from isopolity.matching.assignment.solvers.fractional_matching import NONE, FractionalMatching
from isopolity.matching.assignment.solvers.search_arrays import fill_slot, free_slot, has_free_slot
from isopolity.matching.compiled import borrowing, compiled

EPSILON_PARTS: Final = 32
"""ε is twice the heaviest weight divided by this; a bidder keeps ε less than its next best entry gains (Bertsekas)."""


@compiled
def bipartition(nodes: int, a: Integers, b: Integers) -> Integers:
    """(n,): the side of each node, 0 or 1, 0 for the first node of each component; empty if the graph is not bipartite.

    A union-find forest, in which each node knows by parity whether it is on the side of its parent.
    """
    above = np.arange(nodes)
    parity = np.zeros(nodes, np.int64)
    for e in range(len(a)):
        one, turn = _root(above, parity, a[e])
        two, other_turn = _root(above, parity, b[e])
        if one != two:
            above[max(one, two)] = min(one, two)
            parity[max(one, two)] = 1 ^ turn ^ other_turn
        elif turn == other_turn:
            return np.empty(0, np.int64)
    for node in range(nodes):
        _, parity[node] = _root(above, parity, node)
        above[node] = node
    return parity


@borrowing
def _root(above: Integers, parity: Integers, node: int) -> tuple[int, int]:
    """The root of a node, and whether the node is on its side (0) or not (1); halves the path on the way."""
    turn = 0
    while above[node] != node:
        parity[node] ^= parity[above[node]]
        above[node] = above[above[node]]
        turn ^= parity[node]
        node = above[node]
    return node, turn


@compiled
def start_by_auction(matching: FractionalMatching, side: Integers, epsilon: int) -> None:
    """Let nodes of side 0 bid for those of side 1, or all for all if `side` is empty; set duals and choose edges."""
    nodes = len(matching.dual)
    bidders = np.flatnonzero(side == 0) if len(side) else np.arange(nodes)
    price, profit = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    bought = np.zeros(len(matching.other), np.int8)
    _bid(matching, bidders, price, bought, epsilon)
    times = np.zeros(len(matching.halves), np.int8)
    for i in bidders:
        for entry in range(matching.start[i], matching.start[i + 1]):
            if bought[entry]:
                times[matching.edge[entry]] += 1
            else:
                profit[i] = max(profit[i], matching.entry_weight[entry] - price[matching.other[entry]])
    copies = 1 if len(side) else 2
    matching.dual[:] = (profit + price + copies - 1) // copies
    matching.slots_used[:] = 0
    for sold in range(copies, -1, -1):
        for e in range(len(times)):
            if times[e] == sold and matching.weight[e] >= matching.dual[matching.a[e]] + matching.dual[matching.b[e]]:
                _choose(matching, e)


@borrowing
def _choose(matching: FractionalMatching, e: int) -> None:
    """Choose an edge worth no less than the duals of its ends; if an end has no free slot, raise its dual instead."""
    a, b = matching.a[e], matching.b[e]
    if has_free_slot(matching, a) and has_free_slot(matching, b):
        matching.halves[e] = 2
        fill_slot(matching, a, e)
        fill_slot(matching, b, e)
        return
    full, at = (b, matching.slot_start[b]) if has_free_slot(matching, a) else (a, matching.slot_start[a])
    matching.dual[full] += matching.weight[e] - matching.dual[a] - matching.dual[b]
    while at < matching.slot_start[full] + matching.slots_used[full]:
        held = matching.slots[at]
        if matching.weight[held] < matching.dual[matching.a[held]] + matching.dual[matching.b[held]]:
            matching.halves[held] = 0
            free_slot(matching, matching.a[held], held)
            free_slot(matching, matching.b[held], held)
        else:
            at += 1


@compiled
def _bid(matching: FractionalMatching, bidders: Integers, price: Integers, bought: Integers8, epsilon: int) -> None:
    """Let each bidder bid for its best entries until it has as many as its capacity, or no entry has a gain.

    A bid is accepted if the node has a free slot or the least bid in its slots is lower, which is then dropped. The
    price of a full node is the least of the bids for it. Until this returns, `slots` holds entries, not edges.
    """
    slot_start, slots_used, slots = matching.slot_start, matching.slots_used, matching.slots
    entry_weight = matching.entry_weight
    level = np.zeros(len(price), np.int64)
    queue, waiting = bidders.copy(), len(bidders)
    free = slot_start[1:] - slot_start[:-1]
    while waiting > 0:
        waiting -= 1
        i = queue[waiting]
        while free[i] > 0:
            best, level[i] = _best_two(matching.start, matching.other, entry_weight, bought, price, i)
            if best < 0:
                break
            level[i] -= epsilon
            j = matching.other[best]
            slot, worst, loser = slot_start[j] + slots_used[j], entry_weight[best] - level[i], NONE
            if slot < slot_start[j + 1]:
                slots_used[j] += 1
            else:
                slot = NONE
                for at in range(slot_start[j], slot_start[j + 1]):
                    bid = entry_weight[slots[at]] - level[_bidder(matching, slots[at])]
                    if bid < worst:
                        worst, slot = bid, at
                price[j] = max(price[j], worst)
                if slot < 0:
                    continue
                loser = _bidder(matching, slots[slot])
                bought[slots[slot]] = 0
            slots[slot] = best
            bought[best] = 1
            free[i] -= 1
            if loser >= 0:
                if free[loser] == 0:
                    queue[waiting] = loser
                    waiting += 1
                free[loser] += 1


@borrowing
def _bidder(matching: FractionalMatching, entry: int) -> int:
    """The node to which the entry belongs."""
    return int(matching.a[matching.edge[entry]] + matching.b[matching.edge[entry]] - matching.other[entry])


@borrowing
def _best_two(
    start: Integers, other: Integers, entry_weight: Integers, bought: Integers8, price: Integers, i: int
) -> tuple[int, int]:
    """The entry with the greatest gain (NONE if no gain is above 0), and the second greatest gain."""
    best, first, second = NONE, 0, 0
    for entry in range(start[i], start[i + 1]):
        if entry_weight[entry] <= second:
            break
        if not bought[entry]:
            gain = entry_weight[entry] - price[other[entry]]
            if gain > first:
                best, first, second = entry, gain, first
            elif gain > second:
                second = gain
    return best, second
