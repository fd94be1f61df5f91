"""The search for vertices that lack an edge: primal-dual trees of alternating edges, one from each, under one clock.

While the clock runs, duals of vertices in outer parts fall and in inner parts rise, by 1 a tick; cuts do the opposite by
2. Out-edges of a part are those that the next step of an alternating walk can use: of an outer vertex what is not chosen,
of an inner vertex what is; of an outer blossom all but the stem, of an inner one the stem alone. An edge comes closer to
being tight by 1 for each side that it goes out of, and departs by 1 for each other side that is in the tree.

Its invariant: at every tick the duals are feasible and complementary to what is chosen, but for vertices that lack edges
and have a dual above 0; each of these is the root of a tree, and a tree ends when a lack is settled.
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
TICKS = 32
"""An event is a number: its time, shifted by so many bits, plus what happens: an edge, m + a part, m + 2n + a vertex."""


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
def distance(s: Shrunken, t: Forest, edge: int) -> int:
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
def announce(s: Shrunken, t: Forest, queue: list[int], edge: int) -> None:
    """Put the edge's event into the queue, if it comes to be tight before the search must end."""
    s.count[1] += 1
    one, two = s.top[s.a[edge]], s.top[s.b[edge]]
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
def meeting(s: Shrunken, t: Forest, one: int, two: int) -> int:
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
def contract(s: Shrunken, t: Forest, queue: list[int], edge: int, top: int) -> None:
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
                fall(s, t, queue, s.leaves[i], t.root[top])
        if each >= vertices:
            s.cut[each] -= 2 * t.side[each] * now
        t.side[each] = FREE
    blossom = shrink(s, np.array(ring), np.array(links), t.entry[top])
    t.side[blossom] = OUTER
    t.entry[blossom] = t.entry[top]
    t.root[blossom] = t.root[top]
    t.reached[t.clock[REACHED]] = blossom
    t.clock[REACHED] += 1
    s.cut[blossom] = -2 * now
    for i in range(len(ring)):
        if ring[i] < vertices or sides[i] == INNER:
            announce_all(s, t, queue, ring[i])


@njit(cache=True)
def dissolve(s: Shrunken, t: Forest, queue: list[int], blossom: int) -> None:
    """Give an inner blossom up whose cut is down to 0; the tree then leads through some of its parts."""
    entry, root = t.entry[blossom], t.root[blossom]
    at = end_within(s, entry, blossom)
    part, old = part_at(s, at, blossom), s.first[blossom]
    leave(s, t, blossom)
    if part == old and goes_round(s, part, s.chosen[entry]):
        s.stem[blossom] = entry
        join(s, t, queue, blossom, entry, OUTER, root)
        announce_all(s, t, queue, blossom)
        return
    forward = part != old and goes_forward(s, part, s.chosen[entry])
    expand(s, blossom)
    each = part
    while True:
        join(s, t, queue, each, entry, side_at(s, each, entry), root)
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
def lead_up(s: Shrunken, t: Forest, part: int, edge: int, vertex: int, flips: list[int]) -> None:
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
def connect(s: Shrunken, t: Forest, edge: int) -> None:
    """Change the matching along a tight edge between two branches, from root to root."""
    flips = [edge]
    for end in (s.a[edge], s.b[edge]):
        lead_up(s, t, s.top[end], edge, end, flips)
    flip(s, flips)


@njit(cache=True)
def fill(s: Shrunken, t: Forest, edge: int, target: int) -> None:
    """Change the matching from a root to a free part that lacks an edge."""
    flips = [edge]
    s.missing[base(s, target)] -= 1
    if target >= len(s.missing):
        rebase(s, target, edge, end_within(s, edge, target), s.chosen[edge], flips)
    part = across(s, target, edge)
    lead_up(s, t, part, edge, end_within(s, edge, part), flips)
    flip(s, flips)


@njit(cache=True)
def give_way(s: Shrunken, t: Forest, vertex: int) -> None:
    """Let an outer vertex whose dual is 0 lack the edge that its root lacks."""
    flips = [NONE]
    flips.pop()
    s.missing[vertex] += 1
    lead_up(s, t, s.top[vertex], NONE, vertex, flips)
    flip(s, flips)


@njit(cache=True)
def plant(s: Shrunken, t: Forest, queue: list[int], vertex: int) -> None:
    """Make a vertex the root of a tree, if it lacks an edge and has a dual above 0."""
    if s.missing[vertex] > 0 and s.node[vertex] > 0:
        t.limit[vertex] = s.node[vertex] + t.clock[NOW] + 1
        join(s, t, queue, s.top[vertex], NONE, OUTER, vertex)
        announce_all(s, t, queue, s.top[vertex])


@njit(cache=True)
def end(s: Shrunken, t: Forest, queue: list[int], one: int, two: int) -> None:
    """End the trees of two roots, or all if they are NONE: settle duals, give blossoms up that pay for nothing."""
    kept, freed = 0, [NONE]
    for i in range(t.clock[REACHED]):
        part = t.reached[i]
        if t.side[part] == FREE:
            continue
        if one == NONE or t.root[part] == one or t.root[part] == two:
            leave(s, t, part)
            freed.append(part)
        else:
            t.reached[kept] = part
            kept += 1
    t.clock[REACHED] = kept
    for part in freed[1:]:
        if one != NONE:
            announce_all(s, t, queue, part)
        if part >= len(s.missing) and s.cut[part] == 0:
            expand(s, part)


@njit(cache=True)
def reach(s: Shrunken, t: Forest, queue: list[int], edge: int, part: int) -> bool:
    """Lead a tree over a tight edge to a free part; true if that settles a lack."""
    side = side_at(s, part, edge)
    lacks = s.missing[part] > 0 if part < len(s.missing) else s.stem[part] == NONE
    if lacks and side == INNER:
        fill(s, t, edge, part)
        return True
    join(s, t, queue, part, edge, side, t.root[across(s, part, edge)])
    announce_all(s, t, queue, part)
    return False


@njit(cache=True)
def advance(s: Shrunken, t: Forest, queue: list[int], edge: int) -> None:
    """Use an edge whose time has come."""
    one, two = s.top[s.a[edge]], s.top[s.b[edge]]
    out_one, out_two = goes_out(s, t, one, edge), goes_out(s, t, two, edge)
    if one == two or not (out_one or out_two):
        return
    if distance(s, t, edge) > 0:
        announce(s, t, queue, edge)
        return
    if out_one and out_two:
        above = meeting(s, t, one, two)
        if above != NONE and (above >= len(s.missing) or t.entry[above] != NONE or s.missing[above] == 1):
            contract(s, t, queue, edge, above)
            return
        root, other = t.root[one], t.root[two]
        connect(s, t, edge)
    else:
        out, free = (one, two) if out_one else (two, one)
        root, other = t.root[out], t.root[out]
        if t.side[free] != FREE or not reach(s, t, queue, edge, free):
            return
    replant(s, t, queue, root, other)


@njit(cache=True)
def replant(s: Shrunken, t: Forest, queue: list[int], root: int, other: int) -> None:
    """End two trees that have settled a lack; a root that lacks more begins anew."""
    end(s, t, queue, root, other)
    plant(s, t, queue, root)
    if other != root:
        plant(s, t, queue, other)


@njit(cache=True)
def settle_all(s: Shrunken, t: Forest, work: int) -> int:
    """Settle lacks until there is none or the work done exceeds `work`; returns how many vertices are left that lack."""
    edges, parts = len(s.a), 2 * len(s.missing)
    t.clock[NOW] = 0
    queue = [0]
    queue.pop()
    for vertex in range(len(s.missing)):
        plant(s, t, queue, vertex)
    while len(queue) > 0 and s.count[1] <= work:
        event = heappop(queue)
        t.clock[NOW] = event >> TICKS
        what = event & ((1 << TICKS) - 1)
        if what < edges:
            advance(s, t, queue, what)
        elif what < edges + parts:
            part = what - edges
            if t.side[part] == INNER and s.cut[part] == 2 * t.clock[NOW]:
                dissolve(s, t, queue, part)
        else:
            vertex = what - edges - parts
            if t.side[s.top[vertex]] == OUTER and s.node[vertex] == t.clock[NOW]:
                root = t.root[s.top[vertex]]
                give_way(s, t, vertex)
                replant(s, t, queue, root, root)
    end(s, t, queue, NONE, NONE)
    return int(((s.missing > 0) & (s.node > 0)).sum())
