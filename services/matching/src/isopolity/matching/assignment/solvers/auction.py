"""A start where shortest walks alone would be long: an auction in steps, between two sides or of all with all.

In a problem without sides every node bids and is bid for, as on the double cover of the graph: two copies of each node,
of which one bids, and of each edge; what comes out is averaged over the copies. Its invariant: when it is over slack is
>= 0 on what is not chosen and <= 0 on what is; whom the steps leave short, shortest walks settle.
"""

from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers, Integers8
from isopolity.matching.assignment.solvers.fractional_matching import NONE, Fractional
from isopolity.matching.assignment.solvers.search_arrays import has_room, hold, let_go
from isopolity.matching.compiled import borrowing, compiled

STEPS: Final = 32
"""A bid is higher by this part of the heaviest weight than makes it no better than the next best (Bertsekas 1988)."""


@compiled
def sides(nodes: int, a: Integers, b: Integers) -> Integers:
    """0 or 1 by node, 0 for the first of each component; empty where an edge has both ends on one side.

    A forest of nodes, each of which knows by parity on which side of the one above it is.
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
    """The root above a node and on which side of it the node is; halves the way for the next time."""
    turn = 0
    while above[node] != node:
        parity[node] ^= parity[above[node]]
        above[node] = above[above[node]]
        turn ^= parity[node]
        node = above[node]
    return node, turn


@compiled
def start_by_auction(now: Fractional, side: Integers, step: int) -> None:
    """Nodes of side 0 bid for those of side 1, all for all where `side` is empty; then duals and edges are set."""
    nodes = len(now.dual)
    bidders = np.flatnonzero(side == 0) if len(side) else np.arange(nodes)
    price, profit = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    bought = np.zeros(len(now.other), np.int8)
    _bid(now, bidders, price, bought, step)
    times = np.zeros(len(now.twice), np.int8)
    for i in bidders:
        for entry in range(now.start[i], now.start[i + 1]):
            if bought[entry]:
                times[now.edge[entry]] += 1
            else:
                profit[i] = max(profit[i], now.heavy[entry] - price[now.other[entry]])
    copies = 1 if len(side) else 2
    now.dual[:] = (profit + price + copies - 1) // copies
    now.taken[:] = 0
    for sold in range(copies, -1, -1):
        for e in range(len(times)):
            if times[e] == sold and now.weight[e] >= now.dual[now.a[e]] + now.dual[now.b[e]]:
                _close(now, e)


@borrowing
def _close(now: Fractional, e: int) -> None:
    """Choose an edge that is worth no less than its ends' duals; where there is no room, raise the dual of one end."""
    a, b = now.a[e], now.b[e]
    if has_room(now, a) and has_room(now, b):
        now.twice[e] = 2
        hold(now, a, e)
        hold(now, b, e)
        return
    full, at = (b, now.places[b]) if has_room(now, a) else (a, now.places[a])
    now.dual[full] += now.weight[e] - now.dual[a] - now.dual[b]
    while at < now.places[full] + now.taken[full]:
        held = now.held[at]
        if now.weight[held] < now.dual[now.a[held]] + now.dual[now.b[held]]:
            now.twice[held] = 0
            let_go(now, now.a[held], held)
            let_go(now, now.b[held], held)
        else:
            at += 1


@compiled
def _bid(now: Fractional, bidders: Integers, price: Integers, bought: Integers8, step: int) -> None:
    """Each bidder bids for its best entries until it has bought enough or nothing is worth it.

    A bid is taken where there is room or the least bid held is less, which is dropped; the least bid of all that want a
    full node is its price. `held` has entries meanwhile.
    """
    places, taken, held, heavy = now.places, now.taken, now.held, now.heavy
    level = np.zeros(len(price), np.int64)
    queue, waiting = bidders.copy(), len(bidders)
    free = places[1:] - places[:-1]
    while waiting > 0:
        waiting -= 1
        i = queue[waiting]
        while free[i] > 0:
            best, level[i] = _best_two(now.start, now.other, heavy, bought, price, i)
            if best < 0:
                break
            level[i] -= step
            j = now.other[best]
            slot, worst, loser = places[j] + taken[j], heavy[best] - level[i], NONE
            if slot < places[j + 1]:
                taken[j] += 1
            else:
                slot = NONE
                for at in range(places[j], places[j + 1]):
                    bid = heavy[held[at]] - level[_owner(now, held[at])]
                    if bid < worst:
                        worst, slot = bid, at
                price[j] = max(price[j], worst)
                if slot < 0:
                    continue
                loser = _owner(now, held[slot])
                bought[held[slot]] = 0
            held[slot] = best
            bought[best] = 1
            free[i] -= 1
            if loser >= 0:
                if free[loser] == 0:
                    queue[waiting] = loser
                    waiting += 1
                free[loser] += 1


@borrowing
def _owner(now: Fractional, entry: int) -> int:
    """The node among whose entries it stands."""
    return int(now.a[now.edge[entry]] + now.b[now.edge[entry]] - now.other[entry])


@borrowing
def _best_two(
    start: Integers, other: Integers, heavy: Integers, bought: Integers8, price: Integers, i: int
) -> tuple[int, int]:
    """The entry that is worth most, -1 if none is worth anything, and what the next best is worth."""
    best, first, second = NONE, 0, 0
    for entry in range(start[i], start[i + 1]):
        if heavy[entry] <= second:
            break
        if not bought[entry]:
            gain = heavy[entry] - price[other[entry]]
            if gain > first:
                best, first, second = entry, gain, first
            elif gain > second:
                second = gain
    return best, second
