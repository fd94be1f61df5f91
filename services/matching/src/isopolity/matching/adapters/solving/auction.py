"""A start for problems of two sides, where shortest walks alone would be long: an auction in steps.

Its invariant: right nodes with a price are full, and when it is over slack is >= 0 on what is not chosen and <= 0 on
what is; whom the steps leave short, shortest walks settle.
"""

from typing import Final

import numpy as np

from isopolity.matching.adapters.compiled import borrowing, compiled
from isopolity.matching.adapters.solving.fractional import NONE, Fractional
from isopolity.matching.adapters.solving.places import hold
from isopolity.matching.domain.profiles import Integers

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
    """Nodes of side 0 bid for those of side 1; then duals are set and what is chosen at a loss is let go."""
    nodes = len(side)
    price = np.zeros(nodes, np.int64)
    _bid(now, side, price, step)
    for i in range(nodes):
        now.dual[i] = price[i]
        if side[i] == 0:
            for entry in range(now.start[i], now.start[i + 1]):
                if now.twice[now.edge[entry]] == 0:
                    now.dual[i] = max(now.dual[i], now.heavy[entry] - price[now.other[entry]])
    now.taken[:] = 0
    for e in range(len(now.twice)):
        if now.twice[e]:
            if now.weight[e] >= now.dual[now.a[e]] + now.dual[now.b[e]]:
                hold(now, now.a[e], e)
                hold(now, now.b[e], e)
            else:
                now.twice[e] = 0


@compiled
def _bid(now: Fractional, side: Integers, price: Integers, step: int) -> None:
    """Each node of side 0 bids for its best entries until it has enough or nothing is worth it.

    A bid is taken where there is room or the least bid held is less, which is dropped; the least bid of all that want a
    full node is its price.
    """
    edge, weight, twice, places, taken, held = now.edge, now.weight, now.twice, now.places, now.taken, now.held
    level = np.zeros(len(side), np.int64)
    queue = np.flatnonzero(side == 0)
    free = places[1:] - places[:-1]
    waiting = len(queue)
    while waiting > 0:
        waiting -= 1
        i = queue[waiting]
        while free[i] > 0:
            best, level[i] = _best_two(now.start, now.other, edge, now.heavy, twice, price, i)
            if best < 0:
                break
            level[i] -= step
            e, j = edge[best], now.other[best]
            slot, worst, loser = places[j] + taken[j], now.heavy[best] - level[i], NONE
            if slot < places[j + 1]:
                taken[j] += 1
            else:
                slot = NONE
                for at in range(places[j], places[j + 1]):
                    bid = weight[held[at]] - level[now.a[held[at]] + now.b[held[at]] - j]
                    if bid < worst:
                        worst, slot = bid, at
                price[j] = max(price[j], worst)
                if slot < 0:
                    continue
                loser = now.a[held[slot]] + now.b[held[slot]] - j
                twice[held[slot]] = 0
            held[slot] = e
            twice[e] = 2
            free[i] -= 1
            if loser >= 0:
                if free[loser] == 0:
                    queue[waiting] = loser
                    waiting += 1
                free[loser] += 1


@borrowing
def _best_two(
    start: Integers, other: Integers, edge: Integers, heavy: Integers, twice: Integers, price: Integers, i: int
) -> tuple[int, int]:
    """The entry that is worth most, -1 if none is worth anything, and what the next best is worth."""
    best, first, second = NONE, 0, 0
    for entry in range(start[i], start[i + 1]):
        if heavy[entry] <= second:
            break
        if twice[edge[entry]] == 0:
            gain = heavy[entry] - price[other[entry]]
            if gain > first:
                best, first, second = entry, gain, first
            elif gain > second:
                second = gain
    return best, second
