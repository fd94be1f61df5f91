"""The odd sets of a blossom graph in the form of the certificate, limited in number.

Invariant: the value of an omitted odd set is added to its nodes, so that the dual stays feasible and its bound holds.
"""

from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Dual, OddSet
from isopolity.matching.assignment.solvers.blossom_graph import NONE, BlossomGraph, gather_leaves
from isopolity.matching.compiled import borrowing, compiled

MOST_MEMBERS: Final = 1_000_000
"""The greatest number of nodes in all odd sets together."""


def dual_of(graph: BlossomGraph, scale: int, members: int = MOST_MEMBERS) -> Dual:
    """The dual of a blossom graph in units of 1 / `scale` of a weight, with at most `members` nodes in all odd sets.

    Beyond that, odd sets with the least value per node are left out: each of their nodes gets half the value instead.
    As the sum of a set's capacities and edges is odd, that raises the bound by half of the set's value.
    """
    value, size = graph.parts["dual"], graph.parts["size"]
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
