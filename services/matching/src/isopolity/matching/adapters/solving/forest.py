"""Trees of alternating edges in the shrunken graph, all under one clock.

While the clock runs, duals of vertices in outer parts fall and in inner parts rise, by 1 a tick; cuts do the opposite
by 2. Out-edges of a part are those that the next step of an alternating walk can use: of an outer vertex what is not
chosen, of an inner vertex what is; of an outer blossom all but the stem, of an inner one the stem alone. An edge comes
closer to being tight by 1 for each side that it goes out of, and departs by 1 for each other side that is in a tree.

Its invariant: the queue has an event no later than anything that must happen before its tree ends.
"""

from heapq import heappush
from typing import NamedTuple

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.blossoms import (
    NONE,
    WORK,
    Shrunken,
    gathered,
    inner_cuts,
    is_cut,
    top,
)
from isopolity.matching.domain.profiles import Integers

OUTER, FREE, INNER = -1, 0, 1
TICKS = 32
"""An event is a number: its time, shifted by so many bits, plus where: an edge, m + a part, m + 2n + a vertex."""


class Forest(NamedTuple):
    """The trees; (2n,) by part."""

    side: Integers
    entry: Integers
    """The edge by which the part was reached; NONE at a root."""
    root: Integers
    """The vertex at the root of the part's tree."""
    mark: Integers
    """When the part was last passed in looking for where two branches meet."""
    limit: Integers
    """(n,) by root, when its tree must end, because an outer vertex of it has the dual 0."""
    clock: Integers
    """[now, last mark, how many parts were reached]"""
    reached: Integers
    """(8n,) the parts that were given a side."""


NOW, MARK, REACHED = 0, 1, 2


def forest(vertices: int) -> Forest:
    """No trees."""
    return Forest(
        side=np.zeros(2 * vertices, np.int64),
        entry=np.full(2 * vertices, NONE, np.int64),
        root=np.full(2 * vertices, NONE, np.int64),
        mark=np.zeros(2 * vertices, np.int64),
        limit=np.zeros(vertices, np.int64),
        clock=np.zeros(3, np.int64),
        reached=np.empty(8 * vertices, np.int64),
    )


@njit(cache=True)
def goes_out(s: Shrunken, t: Forest, part: int, edge: int) -> bool:
    """Whether the edge is an out-edge of the part."""
    side = t.side[part]
    if side == FREE:
        return False
    if part < len(s.missing):
        return bool((s.chosen[edge] == 1) == (side == INNER))
    return bool((edge == s.stem[part]) == (side == INNER))


@njit(cache=True)
def side_at(s: Shrunken, part: int, edge: int) -> int:
    """The side of a part that is reached by this edge."""
    if part < len(s.missing):
        return OUTER if s.chosen[edge] == 1 else INNER
    return OUTER if edge == s.stem[part] else INNER


@njit(cache=True)
def across(s: Shrunken, part: int, edge: int) -> int:
    """The outermost part at the other end of an edge of the part."""
    one = top(s, s.a[edge])
    return top(s, s.b[edge]) if one == part else one


@njit(cache=True)
def distance(s: Shrunken, t: Forest, edge: int) -> int:
    """How far the edge is from being tight now."""
    total: int = 0
    now = t.clock[NOW]
    for end in (s.a[edge], s.b[edge]):
        part = top(s, end)
        side = t.side[part]
        total += s.node[end] + side * now
        if part >= len(s.missing) and is_cut(s, part, edge):
            total += s.cut[part] - 2 * side * now
    total += inner_cuts(s, edge) - s.weight[edge]
    return -total if s.chosen[edge] == 1 else total


@njit(cache=True)
def announce(s: Shrunken, t: Forest, queue: list[int], edge: int) -> None:
    """Put the edge's event into the queue, if it comes to be tight before the search must end."""
    s.tally[WORK] += 1
    one, two = top(s, s.a[edge]), top(s, s.b[edge])
    if one == two:
        return
    out_one, out_two = goes_out(s, t, one, edge), goes_out(s, t, two, edge)
    if out_one and out_two:
        due = t.clock[NOW] + distance(s, t, edge) // 2
        limit = min(t.limit[t.root[one]], t.limit[t.root[two]])
    elif (out_one and t.side[two] == FREE) or (out_two and t.side[one] == FREE):
        due = t.clock[NOW] + distance(s, t, edge)
        limit = t.limit[t.root[one if out_one else two]]
    else:
        return
    if due <= limit:
        heappush(queue, (due << TICKS) | edge)


@njit(cache=True)
def announce_all(s: Shrunken, t: Forest, queue: list[int], part: int) -> None:
    """Announce the edges of a part's vertices."""
    if part >= len(s.missing) and t.side[part] == INNER:
        announce(s, t, queue, s.stem[part])
        return
    for i in range(gathered(s, part)):
        vertex = s.leaves[i]
        for j in range(s.start[vertex], s.start[vertex + 1]):
            announce(s, t, queue, s.around[j])


@njit(cache=True)
def fall(s: Shrunken, t: Forest, queue: list[int], vertex: int, root: int) -> None:
    """Note when the dual of a vertex that has become outer gets to 0, if that is what ends the tree."""
    if s.node[vertex] < t.limit[root]:
        t.limit[root] = s.node[vertex]
        heappush(queue, (s.node[vertex] << TICKS) | (len(s.a) + 2 * len(s.missing) + vertex))


@njit(cache=True)
def join(s: Shrunken, t: Forest, queue: list[int], part: int, entry: int, side: int, root: int) -> None:
    """Give a free part its side in a tree; its edges are still to be announced."""
    now = t.clock[NOW]
    t.side[part] = side
    t.entry[part] = entry
    t.root[part] = root
    t.reached[t.clock[REACHED]] = part
    t.clock[REACHED] += 1
    for i in range(gathered(s, part)):
        vertex = s.leaves[i]
        s.node[vertex] -= side * now
        if side == OUTER:
            fall(s, t, queue, vertex, root)
    if part >= len(s.missing):
        s.cut[part] += 2 * side * now
        if side == INNER and s.cut[part] // 2 <= t.limit[root]:
            heappush(queue, ((s.cut[part] // 2) << TICKS) | (len(s.a) + part))


@njit(cache=True)
def leave(s: Shrunken, t: Forest, part: int) -> None:
    """Settle the duals of an outermost part and take its side away."""
    moved = t.side[part] * t.clock[NOW]
    for i in range(gathered(s, part)):
        s.node[s.leaves[i]] += moved
    if part >= len(s.missing):
        s.cut[part] -= 2 * moved
    t.side[part] = FREE
