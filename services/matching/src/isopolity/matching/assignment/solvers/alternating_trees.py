"""Trees of alternating edges in the shrunken graph, all under one clock.

While the clock runs, duals of vertices in outer parts fall and in inner parts rise, by 1 a tick; cuts do the opposite
by 2. Out-edges of a part are those that the next step of an alternating walk can use: of an outer vertex what is not
chosen, of an inner vertex what is; of an outer blossom all but the stem, of an inner one the stem alone. An edge comes
closer to being tight by 1 for each side that it goes out of, and departs by 1 for each other side that is in a tree.

Its invariant: the queue has an event no later than anything that must happen before its tree ends.
"""

from heapq import heappush

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.blossom_graph import (
    NONE,
    NOW,
    REACHED,
    WORK,
    Shrunken,
    gathered,
    inner_cuts,
    is_cut,
    top,
)
from isopolity.matching.compiled import borrowing, compiled

OUTER, FREE, INNER = -1, 0, 1
TICKS = 32
"""An event is a number: its time, shifted by so many bits, plus where: an edge, m + a part, m + 2n + a vertex."""


@borrowing
def goes_out(s: Shrunken, part: int, edge: int) -> bool:
    """Whether the edge is an out-edge of the part."""
    side = s.parts[part].side
    if side == FREE:
        return False
    if part < len(s.vertices):
        return bool((s.edges[edge].chosen == 1) == (side == INNER))
    return bool((edge == s.parts[part].stem) == (side == INNER))


@borrowing
def side_at(s: Shrunken, part: int, edge: int) -> int:
    """The side of a part that is reached by this edge."""
    if part < len(s.vertices):
        return OUTER if s.edges[edge].chosen == 1 else INNER
    return OUTER if edge == s.parts[part].stem else INNER


@borrowing
def across(s: Shrunken, part: int, edge: int) -> int:
    """The outermost part at the other end of an edge of the part."""
    one = top(s, s.edges[edge].a)
    return top(s, s.edges[edge].b) if one == part else one


@borrowing
def distance(s: Shrunken, edge: int) -> int:
    """How far the edge is from being tight now."""
    total: int = 0
    now = s.tally[NOW]
    for end in (s.edges[edge].a, s.edges[edge].b):
        part = top(s, end)
        side = s.parts[part].side
        total += s.vertices[end].node + side * now
        if part >= len(s.vertices) and is_cut(s, part, edge):
            total += s.parts[part].cut - 2 * side * now
    total += inner_cuts(s, edge) - s.edges[edge].weight
    return -total if s.edges[edge].chosen == 1 else total


@compiled
def announce(s: Shrunken, queue: list[int], edges: Integers) -> None:
    """Put the edges' events into the queue, of those that come to be tight before their trees must end."""
    now = s.tally[NOW]
    s.tally[WORK] += len(edges)
    for edge in edges:
        one, two = top(s, s.edges[edge].a), top(s, s.edges[edge].b)
        if one == two:
            continue
        out_one, out_two = goes_out(s, one, edge), goes_out(s, two, edge)
        if out_one and out_two:
            due = now + distance(s, edge) // 2
            limit = min(s.vertices[s.parts[one].root].limit, s.vertices[s.parts[two].root].limit)
        elif (out_one and s.parts[two].side == FREE) or (out_two and s.parts[one].side == FREE):
            due = now + distance(s, edge)
            root = s.parts[one if out_one else two].root
            limit = s.vertices[root].limit
            free = two if out_one else one
            if due <= limit and side_at(s, free, edge) == INNER and not _is_first(s, free, root, due):
                continue
        else:
            continue
        if due <= limit:
            heappush(queue, (due << TICKS) | edge)


@borrowing
def _is_first(s: Shrunken, part: int, root: int, due: int) -> bool:
    """Note when a tree will reach a free part as inner; false if the queue has an event by which it does so before.

    Once the part is inner, no edge that would have reached it too is an out-edge of it; and when it becomes outer or
    free, all its edges are announced. So such an event could only be passed over.
    """
    tree = s.vertices[root].tree
    if s.parts[part].tree == tree and s.parts[part].due <= due:
        return False
    s.parts[part].tree = tree
    s.parts[part].due = due
    return True


@compiled
def announce_all(s: Shrunken, queue: list[int], part: int) -> None:
    """Announce the edges of a part's vertices."""
    if part >= len(s.vertices) and s.parts[part].side == INNER:
        announce(s, queue, np.array([s.parts[part].stem]))
        return
    for i in range(gathered(s, part)):
        vertex = s.vertices[i].leaf
        announce(s, queue, s.around[s.vertices[vertex].start : s.vertices[vertex].stop])


@compiled
def fall(s: Shrunken, queue: list[int], vertex: int, root: int) -> None:
    """Note when the dual of a vertex that has become outer gets to 0, if that is what ends the tree."""
    if s.vertices[vertex].node < s.vertices[root].limit:
        s.vertices[root].limit = s.vertices[vertex].node
        heappush(queue, (s.vertices[vertex].node << TICKS) | (len(s.edges) + 2 * len(s.vertices) + vertex))


@compiled
def join(s: Shrunken, queue: list[int], part: int, entry: int, side: int, root: int) -> None:
    """Give a free part its side in a tree; its edges are still to be announced."""
    now = s.tally[NOW]
    s.parts[part].side = side
    s.parts[part].entry = entry
    s.parts[part].root = root
    s.parts[part].tree = NONE
    s.reached[s.tally[REACHED]] = part
    s.tally[REACHED] += 1
    for i in range(gathered(s, part)):
        vertex = s.vertices[i].leaf
        s.vertices[vertex].node -= side * now
        if side == OUTER:
            fall(s, queue, vertex, root)
    if part >= len(s.vertices):
        s.parts[part].cut += 2 * side * now
        if side == INNER and s.parts[part].cut // 2 <= s.vertices[root].limit:
            heappush(queue, ((s.parts[part].cut // 2) << TICKS) | (len(s.edges) + part))


@borrowing
def leave(s: Shrunken, part: int) -> None:
    """Settle the duals of an outermost part and take its side away."""
    moved = s.parts[part].side * s.tally[NOW]
    for i in range(gathered(s, part)):
        s.vertices[s.vertices[i].leaf].node += moved
    if part >= len(s.vertices):
        s.parts[part].cut -= 2 * moved
    s.parts[part].side = FREE
