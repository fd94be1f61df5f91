"""Trees of alternating edges in the blossom graph; the trees of all roots grow under one clock.

While the clock runs, the duals of vertices in outer parts fall by 1 a tick and those in inner parts rise by 1; duals of
blossoms change by 2 in the opposite direction. Out-edges of a part are the edges by which an alternating walk can leave
it: for an outer vertex the unchosen edges, for an inner vertex the chosen ones; for an outer blossom all edges but the
stem, for an inner blossom the stem alone. The slack of an edge falls by 1 a tick for each of its two parts of which it
is an out-edge, and rises by 1 for each other part that is in a tree.

Invariant: the queue has an event no later than anything that must happen before its tree ends.
"""

from heapq import heappush

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.blossom_graph import (
    CLOCK,
    NONE,
    REACHED_PARTS,
    WORK,
    BlossomGraph,
    gather_leaves,
    inner_cut_duals,
    is_in_cut,
    outermost_part,
)
from isopolity.matching.compiled import borrowing, compiled

OUTER, FREE, INNER = -1, 0, 1
Queue = list[tuple[int, int]]
"""A heap of events: their time, then what happens: an edge, m + a part, or m + 2n + a vertex."""


@borrowing
def is_out_edge(graph: BlossomGraph, part: int, edge: int) -> bool:
    """Whether the edge is an out-edge of the part."""
    role = graph.parts[part].role
    if role == FREE:
        return False
    if part < len(graph.vertices):
        return bool((graph.edges[edge].chosen == 1) == (role == INNER))
    return bool((edge == graph.parts[part].stem) == (role == INNER))


@borrowing
def role_if_reached(graph: BlossomGraph, part: int, edge: int) -> int:
    """The role that a free part gets if a tree reaches it by this edge."""
    if part < len(graph.vertices):
        return OUTER if graph.edges[edge].chosen == 1 else INNER
    return OUTER if edge == graph.parts[part].stem else INNER


@borrowing
def part_across(graph: BlossomGraph, part: int, edge: int) -> int:
    """The outermost part at the other end of an edge of `part`."""
    one = outermost_part(graph, graph.edges[edge].a)
    return outermost_part(graph, graph.edges[edge].b) if one == part else one


@borrowing
def slack(graph: BlossomGraph, edge: int) -> int:
    """The distance of the edge from being tight at the current time, >= 0."""
    total: int = 0
    now = graph.counters[CLOCK]
    for end in (graph.edges[edge].a, graph.edges[edge].b):
        part = outermost_part(graph, end)
        role = graph.parts[part].role
        total += graph.vertices[end].dual + role * now
        if part >= len(graph.vertices) and is_in_cut(graph, part, edge):
            total += graph.parts[part].dual - 2 * role * now
    total += inner_cut_duals(graph, edge) - graph.edges[edge].weight
    return -total if graph.edges[edge].chosen == 1 else total


@compiled
def schedule_edges(graph: BlossomGraph, queue: Queue, edges: Integers) -> None:
    """Put an event into the queue for each edge that becomes tight before the trees at its ends must end."""
    now = graph.counters[CLOCK]
    graph.counters[WORK] += len(edges)
    for edge in edges:
        one, two = outermost_part(graph, graph.edges[edge].a), outermost_part(graph, graph.edges[edge].b)
        if one == two:
            continue
        out_one, out_two = is_out_edge(graph, one, edge), is_out_edge(graph, two, edge)
        if out_one and out_two:
            due = now + slack(graph, edge) // 2
            limit = min(graph.vertices[graph.parts[one].root].limit, graph.vertices[graph.parts[two].root].limit)
        elif (out_one and graph.parts[two].role == FREE) or (out_two and graph.parts[one].role == FREE):
            due = now + slack(graph, edge)
            root = graph.parts[one if out_one else two].root
            limit = graph.vertices[root].limit
            free = two if out_one else one
            is_inner = due <= limit and role_if_reached(graph, free, edge) == INNER
            if is_inner and not _is_earliest(graph, free, root, due):
                continue
        else:
            continue
        if due <= limit:
            heappush(queue, (due, edge))


@borrowing
def _is_earliest(graph: BlossomGraph, part: int, root: int, due: int) -> bool:
    """Note that a tree will reach a free part as inner at `due`; false if an event at least as early is known.

    Once the part is inner, other edges that would reach it are not its out-edges, and when it becomes outer or free,
        all its edges are scheduled again. So an event later than the known one would have no effect.
    """
    tree = graph.vertices[root].tree
    if graph.parts[part].tree == tree and graph.parts[part].due <= due:
        return False
    graph.parts[part].tree = tree
    graph.parts[part].due = due
    return True


@compiled
def schedule_part(graph: BlossomGraph, queue: Queue, part: int) -> None:
    """Schedule the edges of a part's vertices; for an inner blossom, its stem alone."""
    if part >= len(graph.vertices) and graph.parts[part].role == INNER:
        schedule_edges(graph, queue, np.array([graph.parts[part].stem]))
        return
    for i in range(gather_leaves(graph, part)):
        vertex = graph.vertices[i].leaf
        schedule_edges(graph, queue, graph.around[graph.vertices[vertex].start : graph.vertices[vertex].stop])


@compiled
def schedule_zero_dual(graph: BlossomGraph, queue: Queue, vertex: int, root: int) -> None:
    """Schedule the moment when the dual of an outer vertex becomes 0, if that is before the limit of its tree.

    That moment becomes the limit.
    """
    if graph.vertices[vertex].dual < graph.vertices[root].limit:
        graph.vertices[root].limit = graph.vertices[vertex].dual
        what = len(graph.edges) + 2 * len(graph.vertices) + vertex
        heappush(queue, (graph.vertices[vertex].dual, what))


@compiled
def add_to_tree(graph: BlossomGraph, queue: Queue, part: int, tree_edge: int, role: int, root: int) -> None:
    """Give a free part its role in a tree; the caller schedules its edges afterwards."""
    now = graph.counters[CLOCK]
    graph.parts[part].role = role
    graph.parts[part].tree_edge = tree_edge
    graph.parts[part].root = root
    graph.parts[part].tree = NONE
    graph.reached[graph.counters[REACHED_PARTS]] = part
    graph.counters[REACHED_PARTS] += 1
    for i in range(gather_leaves(graph, part)):
        vertex = graph.vertices[i].leaf
        graph.vertices[vertex].dual -= role * now
        if role == OUTER:
            schedule_zero_dual(graph, queue, vertex, root)
    if part >= len(graph.vertices):
        graph.parts[part].dual += 2 * role * now
        if role == INNER and graph.parts[part].dual // 2 <= graph.vertices[root].limit:
            heappush(queue, (graph.parts[part].dual // 2, len(graph.edges) + part))


@borrowing
def remove_from_tree(graph: BlossomGraph, part: int) -> None:
    """Bring the duals of an outermost part up to the current time and take its role away."""
    moved = graph.parts[part].role * graph.counters[CLOCK]
    for i in range(gather_leaves(graph, part)):
        graph.vertices[graph.vertices[i].leaf].dual += moved
    if part >= len(graph.vertices):
        graph.parts[part].dual -= 2 * moved
    graph.parts[part].role = FREE
