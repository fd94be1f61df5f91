"""The search for what vertices lack: Edmonds' primal-dual method for simple b-matching, one tree from each lack.

Its invariant: at every tick the duals are feasible and complementary to what is chosen, but for vertices that lack
edges and have a dual above 0; each of these is the root of a tree, and a tree ends when a lack is settled.
"""

from heapq import heappop

import numpy as np

from isopolity.matching.assignment.solvers.alternating_trees import (
    FREE,
    INNER,
    OUTER,
    TICKS,
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
from isopolity.matching.assignment.solvers.blossom_graph import (
    MARK,
    NONE,
    NOW,
    REACHED,
    TREES,
    WORK,
    Shrunken,
    end_within,
    gathered,
    top,
)
from isopolity.matching.assignment.solvers.blossoms import (
    connect,
    expand,
    fill,
    give_way,
    goes_forward,
    goes_round,
    part_at,
    set_stem,
    shrink,
)
from isopolity.matching.compiled import borrowing, compiled


@borrowing
def meeting(s: Shrunken, one: int, two: int) -> int:
    """The first part that is above both in the tree, or NONE if they are under different roots."""
    s.tally[MARK] += 1
    mark = s.tally[MARK]
    while one != NONE or two != NONE:
        if one != NONE:
            if s.parts[one].mark == mark:
                return one
            s.parts[one].mark = mark
            one = across(s, one, s.parts[one].entry) if s.parts[one].entry != NONE else NONE
        one, two = two, one
    return NONE


@compiled
def contract(s: Shrunken, queue: list[int], edge: int, above: int) -> None:
    """Shrink the ring of the two branches from `above` to the ends of a tight edge, and the edge."""
    vertices, now = len(s.vertices), s.tally[NOW]
    ring, links = [above], [edge]
    links.pop()
    part = top(s, s.edges[edge].a)
    while part != above:
        ring.append(part)
        links.append(s.parts[part].entry)
        part = across(s, part, s.parts[part].entry)
    ring[1:] = ring[1:][::-1]
    links.reverse()
    links.append(edge)
    part = top(s, s.edges[edge].b)
    while part != above:
        ring.append(part)
        links.append(s.parts[part].entry)
        part = across(s, part, s.parts[part].entry)
    sides = [s.parts[each].side for each in ring]
    for each in ring:
        if s.parts[each].side == INNER:
            for i in range(gathered(s, each)):
                s.vertices[s.vertices[i].leaf].node += 2 * now
                fall(s, queue, s.vertices[i].leaf, s.parts[above].root)
        if each >= vertices:
            s.parts[each].cut -= 2 * s.parts[each].side * now
        s.parts[each].side = FREE
    blossom = shrink(s, np.array(ring), np.array(links), s.parts[above].entry)
    s.parts[blossom].side = OUTER
    s.parts[blossom].entry = s.parts[above].entry
    s.parts[blossom].root = s.parts[above].root
    s.reached[s.tally[REACHED]] = blossom
    s.tally[REACHED] += 1
    s.parts[blossom].cut = -2 * now
    for i in range(len(ring)):
        if ring[i] < vertices or sides[i] == INNER:
            announce_all(s, queue, ring[i])


@compiled
def dissolve(s: Shrunken, queue: list[int], blossom: int) -> None:
    """Give an inner blossom up whose cut is down to 0; the tree then leads through some of its parts."""
    entry, root = s.parts[blossom].entry, s.parts[blossom].root
    at = end_within(s, entry, blossom)
    part, old = part_at(s, at, blossom), s.parts[blossom].first
    leave(s, blossom)
    if part == old and goes_round(s, part, s.edges[entry].chosen):
        set_stem(s, blossom, entry)
        join(s, queue, blossom, entry, OUTER, root)
        announce_all(s, queue, blossom)
        return
    forward = part != old and goes_forward(s, part, s.edges[entry].chosen)
    expand(s, blossom)
    each = part
    while True:
        join(s, queue, each, entry, side_at(s, each, entry), root)
        if each == old:
            break
        entry = s.parts[each].link if forward else s.parts[s.parts[each].before].link
        each = s.parts[each].after if forward else s.parts[each].before
    each = old
    while True:
        announce_all(s, queue, each)
        each = s.parts[each].after
        if each == old:
            break


@compiled
def plant(s: Shrunken, queue: list[int], vertex: int) -> None:
    """Make a vertex the root of a tree, if it lacks an edge and has a dual above 0."""
    if s.vertices[vertex].missing > 0 and s.vertices[vertex].node > 0:
        s.tally[TREES] += 1
        s.vertices[vertex].tree = s.tally[TREES]
        s.vertices[vertex].limit = s.vertices[vertex].node + s.tally[NOW] + 1
        join(s, queue, top(s, vertex), NONE, OUTER, vertex)
        announce_all(s, queue, top(s, vertex))


@compiled
def end(s: Shrunken, queue: list[int], one: int, two: int) -> None:
    """End the trees of two roots, or all if they are NONE: settle duals, give blossoms up that pay for nothing."""
    kept, freed = 0, [NONE]
    for i in range(s.tally[REACHED]):
        part = s.reached[i]
        if s.parts[part].side == FREE:
            continue
        if one == NONE or s.parts[part].root == one or s.parts[part].root == two:
            leave(s, part)
            freed.append(part)
        else:
            s.reached[kept] = part
            kept += 1
    s.tally[REACHED] = kept
    for part in freed[1:]:
        if part >= len(s.vertices) and s.parts[part].cut == 0:
            expand(s, part)
    for part in freed[1:]:
        if one != NONE:
            announce_all(s, queue, part)


@compiled
def replant(s: Shrunken, queue: list[int], root: int, other: int) -> None:
    """End two trees that have settled a lack; a root that lacks more begins anew."""
    end(s, queue, root, other)
    plant(s, queue, root)
    if other != root:
        plant(s, queue, other)


@compiled
def reach(s: Shrunken, queue: list[int], edge: int, part: int) -> bool:
    """Lead a tree over a tight edge to a free part; true if that settles a lack."""
    side = side_at(s, part, edge)
    lacks = s.vertices[part].missing > 0 if part < len(s.vertices) else s.parts[part].stem == NONE
    if lacks and side == INNER:
        fill(s, edge, part)
        return True
    join(s, queue, part, edge, side, s.parts[across(s, part, edge)].root)
    announce_all(s, queue, part)
    return False


@compiled
def advance(s: Shrunken, queue: list[int], edge: int) -> None:
    """Use an edge whose time has come."""
    one, two = top(s, s.edges[edge].a), top(s, s.edges[edge].b)
    out_one, out_two = goes_out(s, one, edge), goes_out(s, two, edge)
    if one == two or not (out_one or out_two):
        return
    if distance(s, edge) > 0:
        announce(s, queue, np.array([edge]))
        return
    if out_one and out_two:
        above = meeting(s, one, two)
        if above != NONE and (
            above >= len(s.vertices) or s.parts[above].entry != NONE or s.vertices[above].missing == 1
        ):
            contract(s, queue, edge, above)
            return
        root, other = s.parts[one].root, s.parts[two].root
        connect(s, edge)
    else:
        out, free = (one, two) if out_one else (two, one)
        root, other = s.parts[out].root, s.parts[out].root
        if s.parts[free].side != FREE or not reach(s, queue, edge, free):
            return
    replant(s, queue, root, other)


@compiled
def settle_all(s: Shrunken, work: int) -> int:
    """Settle lacks until there is none or the work done exceeds `work`; returns how many vertices still lack."""
    edges, parts = len(s.edges), 2 * len(s.vertices)
    s.tally[NOW] = 0
    queue = [0]
    queue.pop()
    for vertex in range(len(s.vertices)):
        plant(s, queue, vertex)
    while len(queue) > 0 and s.tally[WORK] <= work:
        event = heappop(queue)
        s.tally[NOW] = event >> TICKS
        what = event & ((1 << TICKS) - 1)
        if what < edges:
            advance(s, queue, what)
        elif what < edges + parts:
            part = what - edges
            if s.parts[part].side == INNER and s.parts[part].cut == 2 * s.tally[NOW]:
                dissolve(s, queue, part)
        else:
            vertex = what - edges - parts
            if s.parts[top(s, vertex)].side == OUTER and s.vertices[vertex].node == s.tally[NOW]:
                root = s.parts[top(s, vertex)].root
                give_way(s, vertex)
                replant(s, queue, root, root)
    end(s, queue, NONE, NONE)
    lacking = 0
    for vertex in range(len(s.vertices)):
        if s.vertices[vertex].missing > 0 and s.vertices[vertex].node > 0:
            lacking += 1
    return lacking
