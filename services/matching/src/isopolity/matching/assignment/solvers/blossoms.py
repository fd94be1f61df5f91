"""Blossoms: making and expanding them, and keeping them valid when the matching changes along an augmenting walk.

Invariant: after each change every blossom is valid, its ring is tight, and each walk alternates along tight edges, so
that the matching stays complementary to the duals.
"""

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.alternating_trees import OUTER, part_across
from isopolity.matching.assignment.solvers.blossom_graph import (
    NONE,
    SPARE_GROUPS,
    UNUSED_BLOSSOMS,
    WORK,
    BlossomGraph,
    base_vertex,
    end_inside,
    gather_leaves,
    outermost_part,
)
from isopolity.matching.compiled import borrowing, compiled


@borrowing
def shrink(graph: BlossomGraph, ring: Integers, links: Integers, stem: int) -> int:
    """Make a blossom of outermost parts, the base first; return its number.

    links[i] joins ring[i] and the next part of the ring; `stem` may be NONE.
    """
    graph.counters[UNUSED_BLOSSOMS] -= 1
    blossom: int = graph.parts[graph.counters[UNUSED_BLOSSOMS]].unused_blossom
    graph.parts[blossom].parent = NONE
    graph.parts[blossom].base_part = ring[0]
    graph.parts[blossom].dual = 0
    graph.parts[blossom].count = 0
    for i in range(len(ring)):
        part, following = ring[i], ring[(i + 1) % len(ring)]
        graph.parts[part].parent = blossom
        graph.parts[part].next_part = following
        graph.parts[following].previous_part = part
        graph.parts[part].next_edge = links[i]
        graph.parts[blossom].count += graph.parts[part].count
    set_stem(graph, blossom, stem)
    kept = largest_part(graph, ring[0])
    group = graph.vertices[base_vertex(graph, kept)].group
    for part in ring:
        if part != kept:
            graph.vertices[graph.counters[SPARE_GROUPS]].spare_group = graph.vertices[base_vertex(graph, part)].group
            graph.counters[SPARE_GROUPS] += 1
            move_to_group(graph, part, group)
    graph.vertices[group].outermost = blossom
    return blossom


@borrowing
def expand(graph: BlossomGraph, blossom: int) -> None:
    """Remove an outermost blossom; the parts of its ring become outermost."""
    kept = largest_part(graph, graph.parts[blossom].base_part)
    graph.vertices[graph.vertices[base_vertex(graph, kept)].group].outermost = kept
    part = kept
    while True:
        graph.parts[part].parent = NONE
        if part != kept:
            graph.counters[SPARE_GROUPS] -= 1
            group = graph.vertices[graph.counters[SPARE_GROUPS]].spare_group
            move_to_group(graph, part, group)
            graph.vertices[group].outermost = part
        part = graph.parts[part].next_part
        if part == kept:
            break
    graph.parts[graph.counters[UNUSED_BLOSSOMS]].unused_blossom = blossom
    graph.counters[UNUSED_BLOSSOMS] += 1


@borrowing
def largest_part(graph: BlossomGraph, first: int) -> int:
    """The part with the most vertices in the ring of `first`."""
    best, part = first, graph.parts[first].next_part
    while part != first:
        if graph.parts[part].count > graph.parts[best].count:
            best = part
        part = graph.parts[part].next_part
    return best


@borrowing
def move_to_group(graph: BlossomGraph, part: int, group: int) -> None:
    """Put a part's vertices into a group."""
    for i in range(gather_leaves(graph, part)):
        graph.vertices[graph.vertices[i].leaf].group = group


@borrowing
def set_stem(graph: BlossomGraph, blossom: int, edge: int) -> None:
    """Make an edge, or NONE, the blossom's stem."""
    graph.parts[blossom].stem = edge
    if edge != NONE:
        graph.edges[edge].may_be_stem = 1


@borrowing
def ring_part(graph: BlossomGraph, vertex: int, blossom: int) -> int:
    """The part of the blossom's ring that contains the vertex."""
    part: int = vertex
    while graph.parts[part].parent != blossom:
        part = graph.parts[part].parent
    return part


@borrowing
def goes_forward(graph: BlossomGraph, part: int, entry_chosen: int) -> bool:
    """Whether an alternating walk that enters the ring at a part other than the base leaves it by `next_edge`."""
    if part >= len(graph.vertices):
        return bool(graph.parts[part].next_edge == graph.parts[part].stem)
    return bool(graph.edges[graph.parts[part].next_edge].chosen != entry_chosen)


@borrowing
def goes_round(graph: BlossomGraph, part: int, entry_chosen: int) -> bool:
    """Whether a walk that enters at the base must first go round the whole ring to alternate with the stem."""
    return bool(part < len(graph.vertices) and graph.edges[graph.parts[part].next_edge].chosen != entry_chosen)


@compiled
def rebase(graph: BlossomGraph, blossom: int, edge: int, vertex: int, edge_chosen: int, flips: list[int]) -> None:
    """Lead a change of the matching through a blossom: in by `edge` at `vertex`, out by the stem or ending at the base.

    The edge becomes the stem and the vertex the base. Edges to be flipped inside are appended to `flips`; the caller
    flips them, the edge itself and the old stem before any other change. `edge` is NONE and `edge_chosen` 0 if the
    vertex gets the deficiency of the base.
    """
    vertices = len(graph.vertices)
    tasks = [(blossom, edge, vertex, edge_chosen)]
    while len(tasks) > 0:
        inside, entry, at, entry_chosen = tasks.pop()
        part, old = ring_part(graph, at, inside), graph.parts[inside].base_part
        forward, walking = True, True
        if part == old:
            walking = goes_round(graph, part, entry_chosen)
        else:
            forward = goes_forward(graph, part, entry_chosen)
        if part >= vertices:
            tasks.append((part, entry, at, entry_chosen))
        each = part
        while walking:
            step = graph.parts[each].next_edge if forward else graph.parts[graph.parts[each].previous_part].next_edge
            flips.append(step)
            each = graph.parts[each].next_part if forward else graph.parts[each].previous_part
            walking = each != old
            if each >= vertices:
                way_in = step
                if walking and step == graph.parts[each].stem:
                    way_in = (
                        graph.parts[each].next_edge
                        if forward
                        else graph.parts[graph.parts[each].previous_part].next_edge
                    )
                tasks.append((each, way_in, end_inside(graph, way_in, each), graph.edges[way_in].chosen))
        graph.parts[inside].base_part = part
        set_stem(graph, inside, entry)
    graph.counters[WORK] += len(flips)


@compiled
def augment_to_root(graph: BlossomGraph, part: int, edge: int, vertex: int, flips: list[int]) -> None:
    """Change the matching from a part, entered by `edge` at `vertex`, up to its root, whose deficiency falls by one."""
    edge_chosen = graph.edges[edge].chosen if edge != NONE else 0
    while True:
        above = graph.parts[part].tree_edge
        if above == NONE:
            graph.vertices[base_vertex(graph, part)].deficiency -= 1
        if part >= len(graph.vertices):
            if graph.parts[part].role == OUTER:
                rebase(graph, part, edge, vertex, edge_chosen, flips)
            else:
                rebase(graph, part, above, end_inside(graph, above, part), graph.edges[above].chosen, flips)
        if above == NONE:
            return
        flips.append(above)
        part = part_across(graph, part, above)
        edge, vertex, edge_chosen = above, end_inside(graph, above, part), graph.edges[above].chosen


@compiled
def flip_edges(graph: BlossomGraph, flips: list[int]) -> None:
    """Choose the edges that are not chosen, and drop those that are."""
    for edge in flips:
        graph.edges[edge].chosen = 1 - graph.edges[edge].chosen


@compiled
def augment_between_roots(graph: BlossomGraph, edge: int) -> None:
    """Change the matching along a tight edge between two branches, from root to root."""
    flips = [edge]
    for end in (graph.edges[edge].a, graph.edges[edge].b):
        augment_to_root(graph, outermost_part(graph, end), edge, end, flips)
    flip_edges(graph, flips)


@compiled
def augment_to_free_part(graph: BlossomGraph, edge: int, target: int) -> None:
    """Change the matching from a root to a free part with a deficiency."""
    flips = [edge]
    graph.vertices[base_vertex(graph, target)].deficiency -= 1
    if target >= len(graph.vertices):
        rebase(graph, target, edge, end_inside(graph, edge, target), graph.edges[edge].chosen, flips)
    part = part_across(graph, target, edge)
    augment_to_root(graph, part, edge, end_inside(graph, edge, part), flips)
    flip_edges(graph, flips)


@compiled
def move_deficiency(graph: BlossomGraph, vertex: int) -> None:
    """Move one unit of deficiency from the root of an outer vertex to that vertex, whose dual is 0."""
    flips = [NONE]
    flips.pop()
    graph.vertices[vertex].deficiency += 1
    augment_to_root(graph, outermost_part(graph, vertex), NONE, vertex, flips)
    flip_edges(graph, flips)
