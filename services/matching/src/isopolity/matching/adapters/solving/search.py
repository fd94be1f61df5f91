"""The search for what vertices lack: Edmonds' primal-dual method for simple b-matching, one tree from each lack.

Its invariant: at every tick the duals are feasible and complementary to what is chosen, but for vertices that lack
edges and have a dual above 0; each of these is the root of a tree, and a tree ends when a lack is settled.
"""

from heapq import heappop

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.augmenting import connect, fill, give_way
from isopolity.matching.adapters.solving.blossoms import (
    NONE,
    WORK,
    Shrunken,
    end_within,
    expand,
    gathered,
    goes_forward,
    goes_round,
    part_at,
    set_stem,
    shrink,
    top,
)
from isopolity.matching.adapters.solving.forest import (
    FREE,
    INNER,
    MARK,
    NOW,
    OUTER,
    REACHED,
    TICKS,
    Forest,
    across,
    announce,
    announce_all,
    distance,
    fall,
    goes_out,
    join,
    leave,
    side_at,
)


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
def contract(s: Shrunken, t: Forest, queue: list[int], edge: int, above: int) -> None:
    """Shrink the ring of the two branches from `above` to the ends of a tight edge, and the edge."""
    vertices, now = len(s.missing), t.clock[NOW]
    ring, links = [above], [edge]
    links.pop()
    part = top(s, s.a[edge])
    while part != above:
        ring.append(part)
        links.append(t.entry[part])
        part = across(s, part, t.entry[part])
    ring[1:] = ring[1:][::-1]
    links.reverse()
    links.append(edge)
    part = top(s, s.b[edge])
    while part != above:
        ring.append(part)
        links.append(t.entry[part])
        part = across(s, part, t.entry[part])
    sides = [t.side[each] for each in ring]
    for each in ring:
        if t.side[each] == INNER:
            for i in range(gathered(s, each)):
                s.node[s.leaves[i]] += 2 * now
                fall(s, t, queue, s.leaves[i], t.root[above])
        if each >= vertices:
            s.cut[each] -= 2 * t.side[each] * now
        t.side[each] = FREE
    blossom = shrink(s, np.array(ring), np.array(links), t.entry[above])
    t.side[blossom] = OUTER
    t.entry[blossom] = t.entry[above]
    t.root[blossom] = t.root[above]
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
        set_stem(s, blossom, entry)
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
def plant(s: Shrunken, t: Forest, queue: list[int], vertex: int) -> None:
    """Make a vertex the root of a tree, if it lacks an edge and has a dual above 0."""
    if s.missing[vertex] > 0 and s.node[vertex] > 0:
        t.limit[vertex] = s.node[vertex] + t.clock[NOW] + 1
        join(s, t, queue, top(s, vertex), NONE, OUTER, vertex)
        announce_all(s, t, queue, top(s, vertex))


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
def replant(s: Shrunken, t: Forest, queue: list[int], root: int, other: int) -> None:
    """End two trees that have settled a lack; a root that lacks more begins anew."""
    end(s, t, queue, root, other)
    plant(s, t, queue, root)
    if other != root:
        plant(s, t, queue, other)


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
    one, two = top(s, s.a[edge]), top(s, s.b[edge])
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
def settle_all(s: Shrunken, t: Forest, work: int) -> int:
    """Settle lacks until there is none or the work done exceeds `work`; returns how many vertices still lack."""
    edges, parts = len(s.a), 2 * len(s.missing)
    t.clock[NOW] = 0
    queue = [0]
    queue.pop()
    for vertex in range(len(s.missing)):
        plant(s, t, queue, vertex)
    while len(queue) > 0 and s.tally[WORK] <= work:
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
            if t.side[top(s, vertex)] == OUTER and s.node[vertex] == t.clock[NOW]:
                root = t.root[top(s, vertex)]
                give_way(s, t, vertex)
                replant(s, t, queue, root, root)
    end(s, t, queue, NONE, NONE)
    return int(((s.missing > 0) & (s.node > 0)).sum())
