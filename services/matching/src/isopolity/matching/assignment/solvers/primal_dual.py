"""Edmonds' primal-dual search for simple b-matching, with one alternating tree for each deficient vertex.

A vertex is deficient if it could take more edges although its dual is above 0. Invariant: at every tick the duals are
feasible and complementary to what is chosen, except at deficient vertices; each of these is the root of a tree, and a
tree ends when the deficiency of its root falls.
"""

from heapq import heappop

import numpy as np

from isopolity.matching.assignment.solvers.alternating_trees import (
    FREE,
    INNER,
    OUTER,
    Queue,
    add_to_tree,
    is_out_edge,
    part_across,
    remove_from_tree,
    role_if_reached,
    schedule_edges,
    schedule_part,
    schedule_zero_dual,
    slack,
)
from isopolity.matching.assignment.solvers.blossom_graph import (
    CLOCK,
    LAST_MARK,
    LAST_TREE,
    NONE,
    REACHED_PARTS,
    WORK,
    BlossomGraph,
    end_inside,
    gather_leaves,
    outermost_part,
)
from isopolity.matching.assignment.solvers.blossoms import (
    augment_between_roots,
    augment_to_free_part,
    expand,
    goes_forward,
    goes_round,
    move_deficiency,
    ring_part,
    set_stem,
    shrink,
)
from isopolity.matching.compiled import borrowing, compiled


@borrowing
def common_ancestor(graph: BlossomGraph, one: int, two: int) -> int:
    """The first part that is above both in a tree, or NONE if they have different roots."""
    graph.counters[LAST_MARK] += 1
    mark = graph.counters[LAST_MARK]
    while one != NONE or two != NONE:
        if one != NONE:
            if graph.parts[one].mark == mark:
                return one
            graph.parts[one].mark = mark
            one = part_across(graph, one, graph.parts[one].tree_edge) if graph.parts[one].tree_edge != NONE else NONE
        one, two = two, one
    return NONE


@compiled
def form_blossom(graph: BlossomGraph, queue: Queue, edge: int, above: int) -> None:
    """Shrink the ring of a tight edge and the two branches from its ends up to `above`."""
    vertices, now = len(graph.vertices), graph.counters[CLOCK]
    ring, links = [above], [edge]
    links.pop()
    part = outermost_part(graph, graph.edges[edge].a)
    while part != above:
        ring.append(part)
        links.append(graph.parts[part].tree_edge)
        part = part_across(graph, part, graph.parts[part].tree_edge)
    ring[1:] = ring[1:][::-1]
    links.reverse()
    links.append(edge)
    part = outermost_part(graph, graph.edges[edge].b)
    while part != above:
        ring.append(part)
        links.append(graph.parts[part].tree_edge)
        part = part_across(graph, part, graph.parts[part].tree_edge)
    roles = [graph.parts[each].role for each in ring]
    for each in ring:
        if graph.parts[each].role == INNER:
            for i in range(gather_leaves(graph, each)):
                graph.vertices[graph.vertices[i].leaf].dual += 2 * now
                schedule_zero_dual(graph, queue, graph.vertices[i].leaf, graph.parts[above].root)
        if each >= vertices:
            graph.parts[each].dual -= 2 * graph.parts[each].role * now
        graph.parts[each].role = FREE
    blossom = shrink(graph, np.array(ring), np.array(links), graph.parts[above].tree_edge)
    graph.parts[blossom].role = OUTER
    graph.parts[blossom].tree_edge = graph.parts[above].tree_edge
    graph.parts[blossom].root = graph.parts[above].root
    graph.reached[graph.counters[REACHED_PARTS]] = blossom
    graph.counters[REACHED_PARTS] += 1
    graph.parts[blossom].dual = -2 * now
    for i in range(len(ring)):
        if ring[i] < vertices or roles[i] == INNER:
            schedule_part(graph, queue, ring[i])


@compiled
def expand_inner_blossom(graph: BlossomGraph, queue: Queue, blossom: int) -> None:
    """Expand an inner blossom whose dual has fallen to 0; the tree then leads through some of its parts."""
    tree_edge, root = graph.parts[blossom].tree_edge, graph.parts[blossom].root
    at = end_inside(graph, tree_edge, blossom)
    part, old = ring_part(graph, at, blossom), graph.parts[blossom].base_part
    remove_from_tree(graph, blossom)
    if part == old and goes_round(graph, part, graph.edges[tree_edge].chosen):
        set_stem(graph, blossom, tree_edge)
        add_to_tree(graph, queue, blossom, tree_edge, OUTER, root)
        schedule_part(graph, queue, blossom)
        return
    forward = part != old and goes_forward(graph, part, graph.edges[tree_edge].chosen)
    expand(graph, blossom)
    each = part
    while True:
        add_to_tree(graph, queue, each, tree_edge, role_if_reached(graph, each, tree_edge), root)
        if each == old:
            break
        tree_edge = graph.parts[each].next_edge if forward else graph.parts[graph.parts[each].previous_part].next_edge
        each = graph.parts[each].next_part if forward else graph.parts[each].previous_part
    each = old
    while True:
        schedule_part(graph, queue, each)
        each = graph.parts[each].next_part
        if each == old:
            break


@compiled
def start_tree(graph: BlossomGraph, queue: Queue, vertex: int) -> None:
    """Make a vertex the root of a tree if it is deficient."""
    if graph.vertices[vertex].deficiency > 0 and graph.vertices[vertex].dual > 0:
        graph.counters[LAST_TREE] += 1
        graph.vertices[vertex].tree = graph.counters[LAST_TREE]
        graph.vertices[vertex].limit = graph.vertices[vertex].dual + graph.counters[CLOCK] + 1
        add_to_tree(graph, queue, outermost_part(graph, vertex), NONE, OUTER, vertex)
        schedule_part(graph, queue, outermost_part(graph, vertex))


@compiled
def end_trees(graph: BlossomGraph, queue: Queue, one: int, two: int) -> None:
    """End the trees of two roots, or all trees if they are NONE; blossoms whose dual is 0 are expanded."""
    kept, freed = 0, [NONE]
    for i in range(graph.counters[REACHED_PARTS]):
        part = graph.reached[i]
        if graph.parts[part].role == FREE:
            continue
        if one == NONE or graph.parts[part].root == one or graph.parts[part].root == two:
            remove_from_tree(graph, part)
            freed.append(part)
        else:
            graph.reached[kept] = part
            kept += 1
    graph.counters[REACHED_PARTS] = kept
    for part in freed[1:]:
        if part >= len(graph.vertices) and graph.parts[part].dual == 0:
            expand(graph, part)
    for part in freed[1:]:
        if one != NONE:
            schedule_part(graph, queue, part)


@compiled
def restart_trees(graph: BlossomGraph, queue: Queue, root: int, other: int) -> None:
    """End the trees of two roots after their deficiency fell; a root that is still deficient starts a new one."""
    end_trees(graph, queue, root, other)
    start_tree(graph, queue, root)
    if other != root:
        start_tree(graph, queue, other)


@compiled
def grow_tree(graph: BlossomGraph, queue: Queue, edge: int, part: int) -> bool:
    """Extend a tree over a tight edge to a free part; true if the part had a deficiency and was matched instead."""
    role = role_if_reached(graph, part, edge)
    is_deficient = graph.vertices[part].deficiency > 0 if part < len(graph.vertices) else graph.parts[part].stem == NONE
    if is_deficient and role == INNER:
        augment_to_free_part(graph, edge, part)
        return True
    add_to_tree(graph, queue, part, edge, role, graph.parts[part_across(graph, part, edge)].root)
    schedule_part(graph, queue, part)
    return False


@compiled
def process_edge(graph: BlossomGraph, queue: Queue, edge: int) -> None:
    """Use an edge whose event is due: grow a tree, form a blossom or augment; an edge not yet tight is rescheduled."""
    one, two = outermost_part(graph, graph.edges[edge].a), outermost_part(graph, graph.edges[edge].b)
    out_one, out_two = is_out_edge(graph, one, edge), is_out_edge(graph, two, edge)
    if one == two or not (out_one or out_two):
        return
    if slack(graph, edge) > 0:
        schedule_edges(graph, queue, np.array([edge]))
        return
    if out_one and out_two:
        above = common_ancestor(graph, one, two)
        if above != NONE and (
            above >= len(graph.vertices)
            or graph.parts[above].tree_edge != NONE
            or graph.vertices[above].deficiency == 1
        ):
            form_blossom(graph, queue, edge, above)
            return
        root, other = graph.parts[one].root, graph.parts[two].root
        augment_between_roots(graph, edge)
    else:
        out, free = (one, two) if out_one else (two, one)
        root, other = graph.parts[out].root, graph.parts[out].root
        if graph.parts[free].role != FREE or not grow_tree(graph, queue, edge, free):
            return
    restart_trees(graph, queue, root, other)


@compiled
def remove_deficiencies(graph: BlossomGraph, work: int) -> int:
    """Search until no vertex is deficient or the counter WORK exceeds `work`.

    Return the number of deficient vertices that remain.
    """
    edges, parts = len(graph.edges), 2 * len(graph.vertices)
    graph.counters[CLOCK] = 0
    queue = [(0, 0)]
    queue.pop()
    for vertex in range(len(graph.vertices)):
        start_tree(graph, queue, vertex)
    while len(queue) > 0 and graph.counters[WORK] <= work:
        graph.counters[CLOCK], what = heappop(queue)
        if what < edges:
            process_edge(graph, queue, what)
        elif what < edges + parts:
            part = what - edges
            if graph.parts[part].role == INNER and graph.parts[part].dual == 2 * graph.counters[CLOCK]:
                expand_inner_blossom(graph, queue, part)
        else:
            vertex = what - edges - parts
            part = outermost_part(graph, vertex)
            if graph.parts[part].role == OUTER and graph.vertices[vertex].dual == graph.counters[CLOCK]:
                root = graph.parts[part].root
                move_deficiency(graph, vertex)
                restart_trees(graph, queue, root, root)
    end_trees(graph, queue, NONE, NONE)
    deficient = 0
    for vertex in range(len(graph.vertices)):
        if graph.vertices[vertex].deficiency > 0 and graph.vertices[vertex].dual > 0:
            deficient += 1
    return deficient
