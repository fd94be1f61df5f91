"""The search for a vertex that lacks an edge: a primal-dual tree of alternating edges with a clock.

While the clock runs, duals of vertices in outer parts fall and in inner parts rise, by 1 a tick; cuts do the opposite by
2. Out-edges of a part are those that the next step of an alternating walk can use: of an outer vertex what is not chosen,
of an inner vertex what is; of an outer blossom all but the stem, of an inner one the stem alone. An edge comes closer to
being tight by 1 for each side that it goes out of, and departs by 1 for each other side that is in the tree.

Its invariant: at every tick the duals are feasible and complementary to what is chosen, but for vertices that lack edges
and have a dual above 0; each search settles one such lack.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.blossoms import (
    NONE,
    Shrunken,
    base,
    end_within,
    expand,
    gathered,
    goes_forward,
    goes_round,
    part_at,
    rebase,
    shrink,
    slack,
)
from isopolity.matching.domain.profiles import Integers

OUTER, FREE, INNER = -1, 0, 1
NEVER = 1 << 31
"""Later than any event: a dual never exceeds twice the greatest weight."""


class Tree(NamedTuple):
    """What a search knows of parts (2n,); all of it is cleared when the search ends."""

    side: Integers
    entry: Integers
    """The edge by which the part was reached; NONE at a root."""
    mark: Integers
    """When the part was last passed in looking for where two branches meet."""
    clock: Integers
    """[now, when the first dual of an outer vertex gets to 0, that vertex, last mark, parts reached]"""
    reached: Integers
    """(4n,) the parts that were given a side."""


NOW, LIMIT, AT_LIMIT, MARK, REACHED = 0, 1, 2, 3, 4


def tree(vertices: int) -> Tree:
    """An empty tree."""
    return Tree(
        side=np.zeros(2 * vertices, np.int64),
        entry=np.full(2 * vertices, NONE, np.int64),
        mark=np.zeros(2 * vertices, np.int64),
        clock=np.zeros(5, np.int64),
        reached=np.empty(4 * vertices + 4, np.int64),
    )


@njit(cache=True)
def goes_out(s: Shrunken, t: Tree, part: int, edge: int) -> bool:
    """Whether the edge is an out-edge of the part."""
    side = t.side[part]
    if side == FREE:
        return False
    if part < len(s.missing):
        return bool((s.chosen[edge] == 1) == (side == INNER))
    return bool((edge == s.stem[part]) == (side == INNER))


@njit(cache=True)
def distance(s: Shrunken, t: Tree, edge: int) -> int:
    """How far the edge is from being tight now."""
    total = 0
    now = t.clock[NOW]
    for end in (s.a[edge], s.b[edge]):
        part = s.top[end]
        side = t.side[part]
        total += s.node[end] + side * now
        if part >= len(s.missing) and (s.chosen[edge] == 1) != (edge == s.stem[part]):
            total += s.cut[part] - 2 * side * now
    total += slack(s, edge, 0, 0)
    return -total if s.chosen[edge] == 1 else total


@njit(cache=True)
def announce(s: Shrunken, t: Tree, queue: list[int], edge: int) -> None:
    """Put the edge's event into the queue, if it comes to be tight before the search must end."""
    s.count[1] += 1
    one, two = s.top[s.a[edge]], s.top[s.b[edge]]
    if one == two:
        return
    out_one, out_two = goes_out(s, t, one, edge), goes_out(s, t, two, edge)
    if out_one and out_two:
        due = t.clock[NOW] + distance(s, t, edge) // 2
    elif (out_one and t.side[two] == FREE) or (out_two and t.side[one] == FREE):
        due = t.clock[NOW] + distance(s, t, edge)
    else:
        return
    if due < t.clock[LIMIT]:
        heappush(queue, (due << 32) | edge)


@njit(cache=True)
def announce_all(s: Shrunken, t: Tree, queue: list[int], part: int) -> None:
    """Announce the edges of a part's vertices."""
    if part >= len(s.missing) and t.side[part] == INNER:
        announce(s, t, queue, s.stem[part])
        return
    for i in range(gathered(s, part)):
        vertex = s.leaves[i]
        for j in range(s.start[vertex], s.start[vertex + 1]):
            announce(s, t, queue, s.around[j])


@njit(cache=True)
def fall(s: Shrunken, t: Tree, vertex: int) -> None:
    """Note when the dual of a vertex that has become outer gets to 0."""
    if s.node[vertex] < t.clock[LIMIT]:
        t.clock[LIMIT] = s.node[vertex]
        t.clock[AT_LIMIT] = vertex


@njit(cache=True)
def join(s: Shrunken, t: Tree, queue: list[int], part: int, entry: int, side: int) -> None:
    """Give a free part its side in the tree; its edges are still to be announced."""
    now = t.clock[NOW]
    t.side[part] = side
    t.entry[part] = entry
    t.reached[t.clock[REACHED]] = part
    t.clock[REACHED] += 1
    for i in range(gathered(s, part)):
        vertex = s.leaves[i]
        s.node[vertex] -= side * now
        if side == OUTER:
            fall(s, t, vertex)
    if part >= len(s.missing):
        s.cut[part] += 2 * side * now
        if side == INNER and s.cut[part] // 2 < t.clock[LIMIT]:
            heappush(queue, ((s.cut[part] // 2) << 32) | (len(s.a) + part))


@njit(cache=True)
def leave(s: Shrunken, t: Tree, part: int) -> None:
    """Settle the duals of an outermost part and take its side away."""
    moved = t.side[part] * t.clock[NOW]
    for i in range(gathered(s, part)):
        s.node[s.leaves[i]] += moved
    if part >= len(s.missing):
        s.cut[part] -= 2 * moved
    t.side[part] = FREE


@njit(cache=True)
def side_at(s: Shrunken, part: int, edge: int) -> int:
    """The side of a part that is reached by this edge."""
    if part < len(s.missing):
        return OUTER if s.chosen[edge] == 1 else INNER
    return OUTER if edge == s.stem[part] else INNER


@njit(cache=True)
def across(s: Shrunken, part: int, edge: int) -> int:
    """The outermost part at the other end of an edge of the part."""
    one = s.top[s.a[edge]]
    return s.top[s.b[edge]] if one == part else one


@njit(cache=True)
def meeting(s: Shrunken, t: Tree, one: int, two: int) -> int:
    """The first part that is above both in the tree, or NONE if they are under different roots."""
    t.clock[MARK] += 1
    mark = t.clock[MARK]
    while one != NONE or two != NONE:
        if one != NONE:
            if t.mark[one] == mark:
                return one
            t.mark[one] = mark
            one = across(s, one, t.entry[one]) if t.entry[one] != NONE else NONE
        one, two = two, one
    return NONE


@njit(cache=True)
def contract(s: Shrunken, t: Tree, queue: list[int], edge: int, top: int) -> None:
    """Shrink the ring of the two branches from `top` to the ends of a tight edge, and the edge."""
    vertices, now = len(s.missing), t.clock[NOW]
    ring, links = [top], [edge]
    links.pop()
    part = s.top[s.a[edge]]
    while part != top:
        ring.append(part)
        links.append(t.entry[part])
        part = across(s, part, t.entry[part])
    ring[1:] = ring[1:][::-1]
    links.reverse()
    links.append(edge)
    part = s.top[s.b[edge]]
    while part != top:
        ring.append(part)
        links.append(t.entry[part])
        part = across(s, part, t.entry[part])
    sides = [t.side[each] for each in ring]
    for each in ring:
        if t.side[each] == INNER:
            for i in range(gathered(s, each)):
                s.node[s.leaves[i]] += 2 * now
                fall(s, t, s.leaves[i])
        if each >= vertices:
            s.cut[each] -= 2 * t.side[each] * now
        t.side[each] = FREE
    blossom = shrink(s, np.array(ring), np.array(links), t.entry[top])
    t.side[blossom] = OUTER
    t.entry[blossom] = t.entry[top]
    t.reached[t.clock[REACHED]] = blossom
    t.clock[REACHED] += 1
    s.cut[blossom] = -2 * now
    for i in range(len(ring)):
        if ring[i] < vertices or sides[i] == INNER:
            announce_all(s, t, queue, ring[i])


@njit(cache=True)
def dissolve(s: Shrunken, t: Tree, queue: list[int], blossom: int) -> None:
    """Give an inner blossom up whose cut is down to 0; the tree then leads through some of its parts."""
    entry = t.entry[blossom]
    at = end_within(s, entry, blossom)
    part, old = part_at(s, at, blossom), s.first[blossom]
    leave(s, t, blossom)
    if part == old and goes_round(s, part, s.chosen[entry]):
        s.stem[blossom] = entry
        join(s, t, queue, blossom, entry, OUTER)
        announce_all(s, t, queue, blossom)
        return
    forward = part != old and goes_forward(s, part, s.chosen[entry])
    expand(s, blossom)
    each = part
    while True:
        join(s, t, queue, each, entry, side_at(s, each, entry))
        if each == old:
            break
        entry = s.link[each] if forward else s.link[s.before[each]]
        each = s.after[each] if forward else s.before[each]
    each = old
    while True:
        announce_all(s, t, queue, each)
        each = s.after[each]
        if each == old:
            break


@njit(cache=True)
def lead_up(s: Shrunken, t: Tree, part: int, edge: int, vertex: int, flips: list[int]) -> None:
    """Change the matching from a part, entered by `edge` at `vertex`, up to its root, which then lacks one edge less."""
    edge_chosen = s.chosen[edge] if edge != NONE else 0
    while True:
        above = t.entry[part]
        if above == NONE:
            s.missing[base(s, part)] -= 1
        if part >= len(s.missing):
            if t.side[part] == OUTER:
                rebase(s, part, edge, vertex, edge_chosen, flips)
            else:
                rebase(s, part, above, end_within(s, above, part), s.chosen[above], flips)
        if above == NONE:
            return
        flips.append(above)
        part = across(s, part, above)
        edge, vertex, edge_chosen = above, end_within(s, above, part), s.chosen[above]


@njit(cache=True)
def flip(s: Shrunken, flips: list[int]) -> None:
    """Choose what was not chosen and the other way round."""
    for edge in flips:
        s.chosen[edge] = 1 - s.chosen[edge]


@njit(cache=True)
def connect(s: Shrunken, t: Tree, edge: int) -> None:
    """Change the matching along a tight edge between two branches, from root to root."""
    flips = [edge]
    for end in (s.a[edge], s.b[edge]):
        lead_up(s, t, s.top[end], edge, end, flips)
    flip(s, flips)


@njit(cache=True)
def fill(s: Shrunken, t: Tree, edge: int, target: int) -> None:
    """Change the matching from the root to a free part that lacks an edge."""
    flips = [edge]
    s.missing[base(s, target)] -= 1
    if target >= len(s.missing):
        rebase(s, target, edge, end_within(s, edge, target), s.chosen[edge], flips)
    part = across(s, target, edge)
    lead_up(s, t, part, edge, end_within(s, edge, part), flips)
    flip(s, flips)


@njit(cache=True)
def give_way(s: Shrunken, t: Tree, vertex: int) -> None:
    """Let an outer vertex whose dual is 0 lack the edge that its root lacks."""
    flips = [NONE]
    flips.pop()
    s.missing[vertex] += 1
    lead_up(s, t, s.top[vertex], NONE, vertex, flips)
    flip(s, flips)


@njit(cache=True)
def reach(s: Shrunken, t: Tree, queue: list[int], edge: int, part: int) -> bool:
    """Lead the tree over a tight edge to a free part; true if that settles the search."""
    side = side_at(s, part, edge)
    lacks = s.missing[base(s, part)] > 0 if part < len(s.missing) else s.stem[part] == NONE
    if lacks and side == INNER:
        fill(s, t, edge, part)
        return True
    # What lacks an edge and is reached by a chosen one is outer in its own right: the root of another tree.
    entry = NONE if lacks and s.node[part] > 0 else edge
    join(s, t, queue, part, entry, side)
    announce_all(s, t, queue, part)
    return False


@njit(cache=True)
def advance(s: Shrunken, t: Tree, queue: list[int], edge: int) -> bool:
    """Use an edge whose time has come; true if that settles the search."""
    one, two = s.top[s.a[edge]], s.top[s.b[edge]]
    if one == two:
        return False
    out_one, out_two = goes_out(s, t, one, edge), goes_out(s, t, two, edge)
    if not (out_one or out_two):
        return False
    if distance(s, t, edge) > 0:
        announce(s, t, queue, edge)
        return False
    if not (out_one and out_two):
        free = two if out_one else one
        return bool(t.side[free] == FREE) and reach(s, t, queue, edge, free)
    above = meeting(s, t, one, two)
    if above == NONE or (above < len(s.missing) and t.entry[above] == NONE and s.missing[above] > 1):
        connect(s, t, edge)
        return True
    contract(s, t, queue, edge, above)
    return False


@njit(cache=True)
def settle(s: Shrunken, t: Tree, root: int) -> None:
    """Settle one lack of `root`, or of a vertex met on the way."""
    t.clock[NOW], t.clock[LIMIT], t.clock[AT_LIMIT], t.clock[REACHED] = 0, NEVER, root, 0
    queue = [0]
    queue.pop()
    join(s, t, queue, s.top[root], NONE, OUTER)
    announce_all(s, t, queue, s.top[root])
    while True:
        if len(queue) == 0 or (queue[0] >> 32) >= t.clock[LIMIT]:
            t.clock[NOW] = t.clock[LIMIT]
            give_way(s, t, t.clock[AT_LIMIT])
            break
        event = heappop(queue)
        t.clock[NOW] = event >> 32
        what = event & (NEVER * 2 - 1)
        if what < len(s.a):
            if advance(s, t, queue, what):
                break
        else:
            part = what - len(s.a)
            if t.side[part] == INNER and s.cut[part] == 2 * t.clock[NOW]:
                dissolve(s, t, queue, part)
    clear(s, t)


@njit(cache=True)
def clear(s: Shrunken, t: Tree) -> None:
    """End a search: settle all duals, and give blossoms up that pay for nothing."""
    for i in range(t.clock[REACHED]):
        part = t.reached[i]
        if t.side[part] != FREE:
            leave(s, t, part)
            if part >= len(s.missing) and s.cut[part] == 0:
                expand(s, part)


@njit(cache=True)
def settle_all(s: Shrunken, t: Tree, vertex: int, work: int) -> int:
    """Settle every lack from `vertex` on, until the work done exceeds `work`; returns the vertex to go on with."""
    while vertex < len(s.missing):
        if s.missing[vertex] == 0 or s.node[vertex] == 0:
            vertex += 1
        elif s.count[1] > work:
            break
        else:
            settle(s, t, vertex)
    return vertex
