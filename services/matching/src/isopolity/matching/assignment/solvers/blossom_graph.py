"""The graph of a round in which each blossom is shrunk to one node, blossoms within blossoms included.

Nodes of this graph are called parts: a vertex 0 … n-1, or a blossom n … 2n-1. A blossom is a ring of parts joined by
tight edges; from its base, edges along the ring alternate between chosen and not chosen, except at the base itself. All
vertices of a blossom are full but the base, which either has a deficiency of one edge or has the blossom's `stem`, the
edge that alternates with the two ring edges at the base. Let W be the blossom's vertices and F the chosen edges that
leave W, with the stem added if it is not chosen and removed if it is: then W and F are an odd set whose cut holds with
equality (Edmonds and Johnson 1970; in these terms Huang and Pettie, “Approximate generalized matching”, 2017). With all
capacities 1 these are Edmonds' blossoms.

Invariant: the state is in few arrays of records, because each array argument costs a compiled function time.

Its odd sets are written in the form of the certificate, limited in number. Invariant: the value of an omitted odd set
is added to its nodes, so that the dual stays feasible and its bound holds.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Dual, OddSet, RoundProblem
from isopolity.matching.assignment.solvers.search_arrays import Adjacency
from isopolity.matching.compiled import borrowing, compiled

Records = NDArray[Any]
NONE: Final = -1
UNUSED_BLOSSOMS, SPARE_GROUPS, WORK, CLOCK, LAST_MARK, REACHED_PARTS, LAST_TREE = 0, 1, 2, 3, 4, 5, 6
"""Positions in `counters`: the numbers of unused blossom numbers and of spare groups, and the work done, in edges and
vertices looked at; of a search: its clock, the last mark, the number of parts in `reached`, the last tree's number."""


def _record(*fields: str) -> np.dtype[Any]:
    """Records whose fields are attributes, also for Python; so no field has a name that numpy gives, such as `size`."""
    return np.dtype((np.record, [(field, np.int64) for field in fields]))


EDGE: Final = _record("a", "b", "weight", "chosen", "may_be_stem")
"""One edge: its ends `a` and `b`, its even `weight` in the units of the duals, and two flags, 0 or 1: whether it is
chosen, and whether it has ever been the stem of a blossom, so that it may be one now."""
VERTEX: Final = _record(
    "start", "stop", "deficiency", "dual", "group", "outermost", "limit", "tree", "spare_group", "leaf"
)
"""One vertex. Its edges are around[start:stop]; `deficiency` is how many more edges it could take; `dual` is kept
during a search as it was when the clock stood at 0; `group` is one number for all vertices of an outermost part.
Other fields share the array: by group, the `outermost` part; by root of a tree, the `limit`, the time by which the tree
must end, and the number of the `tree`; a stack of spare groups; and a list of the vertices (leaves) of one part."""
PART: Final = _record(
    *("parent", "base_part", "next_part", "previous_part", "next_edge", "stem", "dual", "count"),
    *("role", "tree_edge", "root", "mark", "due", "tree"),
    *("unused_blossom", "stack"),
)
"""One part. `parent` is the blossom that it is in; `next_part` and `previous_part` are its neighbours in that
blossom's ring, `next_edge` joins it to the next. A blossom has a `base_part` in its ring, a `stem` (or NONE), an even
`dual`, kept like those of vertices, and a `count` of vertices. During a search: its `role`, the `tree_edge` by which it
was reached, the `root` of its tree, and the last `mark` of a search for a common ancestor; while it is free, the time
by which some tree reaches it as inner (`due`) and the number of that `tree`.
Other fields share the array: a stack of unused blossom numbers, and a stack for walks through nested parts."""


class BlossomGraph(NamedTuple):
    """The edges, vertices and parts, with the choice, the duals, and the trees of a search."""

    edges: Records
    """(m,) of EDGE: one record for each edge."""
    vertices: Records
    """(n,) of VERTEX: one record for each vertex."""
    parts: Records
    """(2n,) of PART: one record for each vertex as a part, then one for each blossom."""
    around: Integers
    """(2m,): the edges of each vertex, vertex after vertex."""
    reached: Integers
    """(8n,): the parts that have had a role in this search."""
    counters: Integers


def blossom_graph(problem: RoundProblem, around: Adjacency, scale: int) -> BlossomGraph:
    """A graph without blossoms and chosen edges; all duals are 0, in units of 1 / `scale` of a weight.

    `problem` must be without rules.
    """
    n, m = len(problem.capacity), len(problem.a)
    edges, vertices, parts = np.zeros(m, EDGE), np.zeros(n, VERTEX), np.full(2 * n, NONE, PART)
    edges["a"], edges["b"], edges["weight"] = problem.a, problem.b, scale * problem.weight
    vertices["start"], vertices["stop"] = around.start[:-1], around.start[1:]
    vertices["deficiency"] = problem.capacity
    vertices["group"] = vertices["outermost"] = np.arange(n)
    parts["count"] = 1
    parts["dual"] = parts["role"] = parts["mark"] = 0
    parts["unused_blossom"][:n] = np.arange(2 * n - 1, n - 1, -1)
    return BlossomGraph(
        edges=edges,
        vertices=vertices,
        parts=parts,
        around=around.edge,
        reached=np.empty(8 * n, np.int64),
        counters=np.array([n, 0, 0, 0, 0, 0, 0], np.int64),
    )


@borrowing
def outermost_part(graph: BlossomGraph, vertex: int) -> int:
    """The outermost part that contains the vertex."""
    part: int = graph.vertices[graph.vertices[vertex].group].outermost
    return part


@borrowing
def base_vertex(graph: BlossomGraph, part: int) -> int:
    """The vertex at the base of a part; a vertex is its own base."""
    while part >= len(graph.vertices):
        part = graph.parts[part].base_part
    return part


@borrowing
def end_inside(graph: BlossomGraph, edge: int, part: int) -> int:
    """The end of the edge that lies in the part."""
    each = graph.edges[edge].a
    while each != NONE and each != part:
        each = graph.parts[each].parent
    end: int = graph.edges[edge].a if each == part else graph.edges[edge].b
    return end


@borrowing
def gather_leaves(graph: BlossomGraph, part: int) -> int:
    """Put the vertices of the part into the `leaf` fields 0, 1, …; return their number."""
    vertices = len(graph.vertices)
    size = 0
    depth = 1
    graph.parts[0].stack = part
    while depth > 0:
        depth -= 1
        each = graph.parts[depth].stack
        if each < vertices:
            graph.vertices[size].leaf = each
            size += 1
            continue
        child = graph.parts[each].base_part
        while True:
            graph.parts[depth].stack = child
            depth += 1
            child = graph.parts[child].next_part
            if child == graph.parts[each].base_part:
                break
    graph.counters[WORK] += size
    return size


@borrowing
def is_in_cut(graph: BlossomGraph, blossom: int, edge: int) -> bool:
    """Whether an edge that leaves the blossom belongs to the cut of its odd set (to F)."""
    return bool((graph.edges[edge].chosen == 1) != (edge == graph.parts[blossom].stem))


@borrowing
def inner_cut_duals(graph: BlossomGraph, edge: int) -> int:
    """The sum of the duals of those blossoms inside the edge's two outermost parts whose cuts contain the edge."""
    if graph.edges[edge].chosen == 0 and graph.edges[edge].may_be_stem == 0:
        return 0
    paid = 0
    for end in (graph.edges[edge].a, graph.edges[edge].b):
        part = graph.parts[end].parent
        while part != NONE and graph.parts[part].parent != NONE:
            if is_in_cut(graph, part, edge):
                paid += graph.parts[part].dual
            part = graph.parts[part].parent
    return paid


MOST_MEMBERS: Final = 1_000_000
"""The greatest number of nodes in all odd sets together."""


def dual_of(graph: BlossomGraph, scale: int, members: int = MOST_MEMBERS) -> Dual:
    """The dual of a blossom graph in units of 1 / `scale` of a weight, with at most `members` nodes in all odd sets.

    Beyond that, odd sets with the least value per node are left out: each of their nodes gets half the value instead.
    As the sum of a set's capacities and edges is odd, that raises the bound by half of the set's value.
    """
    value, size = graph.parts["dual"], graph.parts["count"]
    blossoms = np.flatnonzero(value)
    ranked = blossoms[np.argsort(-value[blossoms] / size[blossoms], kind="stable")]
    kept = np.cumsum(size[ranked]) <= members
    _spread(graph, ranked[~kept])
    blossoms = np.sort(ranked[kept])
    nodes, edges, ends = _written(graph, blossoms, size[blossoms].sum())
    values = value[blossoms].tolist()
    return Dual(scale=scale, node=graph.vertices["dual"].copy(), odd_sets=_odd_sets(nodes, edges, ends, values))


def _odd_sets(nodes: Integers, edges: Integers, ends: Integers, values: list[int]) -> list[OddSet]:
    starts = np.vstack([np.zeros(2, np.int64), ends[:-1]])
    inside, leaving = nodes.tolist(), edges.tolist()
    return [
        OddSet(nodes=inside[start:end], edges=leaving[first:last], value=value)
        for (start, first), (end, last), value in zip(starts.tolist(), ends.tolist(), values, strict=False)
    ]


@borrowing
def _spread(graph: BlossomGraph, blossoms: Integers) -> None:
    """Add half of the dual of these blossoms to the dual of each of their vertices."""
    for blossom in blossoms:
        for i in range(gather_leaves(graph, blossom)):
            graph.vertices[graph.vertices[i].leaf].dual += graph.parts[blossom].dual // 2


@compiled
def _chosen_around(graph: BlossomGraph) -> tuple[Integers, Integers]:
    """(start, edges): the chosen edges of node i are edges[start[i] : start[i + 1]]."""
    start = np.zeros(len(graph.vertices) + 1, np.int64)
    edges = np.empty(len(graph.around), np.int64)
    size = 0
    for node in range(len(graph.vertices)):
        for i in range(graph.vertices[node].start, graph.vertices[node].stop):
            if graph.edges[graph.around[i]].chosen == 1:
                edges[size] = graph.around[i]
                size += 1
        start[node + 1] = size
    return start, edges


@compiled
def _written(graph: BlossomGraph, blossoms: Integers, size: int) -> tuple[Integers, Integers, Integers]:
    """(nodes, edges, ends): the nodes of these odd sets, `size` in all, and their edges, one set after the other.

    ends[i] is where set i ends, in nodes and in edges.
    """
    start, around = _chosen_around(graph)
    nodes, edges = np.empty(size, np.int64), [NONE]
    ends = np.zeros((len(blossoms), 2), np.int64)
    inside = np.full(len(graph.vertices), NONE, np.int64)
    end = 0
    for number in range(len(blossoms)):
        mine = nodes[end : end + gather_leaves(graph, blossoms[number])]
        end += len(mine)
        for i in range(len(mine)):
            mine[i] = graph.vertices[i].leaf
            inside[mine[i]] = number
        mine.sort()
        stem: int = graph.parts[blossoms[number]].stem
        if stem != NONE and graph.edges[stem].chosen == 0:
            edges.append(stem)
        for node in mine:
            for i in range(start[node], start[node + 1]):
                edge: int = around[i]
                if edge != stem and inside[graph.edges[edge].a + graph.edges[edge].b - node] != number:
                    edges.append(edge)
        ends[number, 0], ends[number, 1] = end, len(edges) - 1
    return nodes, np.array(edges[1:]), ends
