"""The odd sets of a shrunken graph, as the certificate wants them: few enough to be written down.

Its invariant: what is left out is paid for, so that the dual stays feasible and its bound holds.
"""

from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Dual, OddSet
from isopolity.matching.assignment.solvers.blossom_graph import NONE, Shrunken, gathered
from isopolity.matching.compiled import borrowing, compiled

MOST_MEMBERS: Final = 1_000_000
"""So many nodes all odd sets may have together."""


def dual_of(s: Shrunken, scale: int, members: int = MOST_MEMBERS) -> Dual:
    """The dual of a shrunken graph; odd sets beyond `members` nodes are left out, those first that pay least a node.

    An odd set is replaced by half its value on each of its nodes. As its capacities and edges add up to an odd number,
    that costs half its value.
    """
    cut, size = s.parts["cut"], s.parts["size"]
    blossoms = np.flatnonzero(cut)
    ranked = blossoms[np.argsort(-cut[blossoms] / size[blossoms], kind="stable")]
    kept = np.cumsum(size[ranked]) <= members
    _spread(s, ranked[~kept])
    blossoms = np.sort(ranked[kept])
    nodes, edges, ends = _written(s, blossoms, size[blossoms].sum())
    values = cut[blossoms].tolist()
    return Dual(scale=scale, node=s.vertices["node"].copy(), odd_sets=_odd_sets(nodes, edges, ends, values))


def _odd_sets(nodes: Integers, edges: Integers, ends: Integers, values: list[int]) -> list[OddSet]:
    starts = np.vstack([np.zeros(2, np.int64), ends[:-1]])
    inside, leaving = nodes.tolist(), edges.tolist()
    return [
        OddSet(nodes=inside[start:end], edges=leaving[first:last], value=value)
        for (start, first), (end, last), value in zip(starts.tolist(), ends.tolist(), values, strict=False)
    ]


@borrowing
def _spread(s: Shrunken, blossoms: Integers) -> None:
    """Give these odd sets up in favour of their nodes."""
    for blossom in blossoms:
        for i in range(gathered(s, blossom)):
            s.vertices[s.vertices[i].leaf].node += s.parts[blossom].cut // 2


@compiled
def _chosen_around(s: Shrunken) -> tuple[Integers, Integers]:
    """(start, edges): node i has the chosen edges[start[i] : start[i + 1]]."""
    start = np.zeros(len(s.vertices) + 1, np.int64)
    edges = np.empty(len(s.around), np.int64)
    size = 0
    for node in range(len(s.vertices)):
        for i in range(s.vertices[node].start, s.vertices[node].stop):
            if s.edges[s.around[i]].chosen == 1:
                edges[size] = s.around[i]
                size += 1
        start[node + 1] = size
    return start, edges


@compiled
def _written(s: Shrunken, blossoms: Integers, size: int) -> tuple[Integers, Integers, Integers]:
    """The nodes of these odd sets, `size` in all, and their edges, one set after the other, and where each ends."""
    start, around = _chosen_around(s)
    nodes, edges = np.empty(size, np.int64), [NONE]
    ends = np.zeros((len(blossoms), 2), np.int64)
    inside = np.full(len(s.vertices), NONE, np.int64)
    end = 0
    for number in range(len(blossoms)):
        mine = nodes[end : end + gathered(s, blossoms[number])]
        end += len(mine)
        for i in range(len(mine)):
            mine[i] = s.vertices[i].leaf
            inside[mine[i]] = number
        mine.sort()
        stem: int = s.parts[blossoms[number]].stem
        if stem != NONE and s.edges[stem].chosen == 0:
            edges.append(stem)
        for node in mine:
            for i in range(start[node], start[node + 1]):
                edge: int = around[i]
                if edge != stem and inside[s.edges[edge].a + s.edges[edge].b - node] != number:
                    edges.append(edge)
        ends[number, 0], ends[number, 1] = end, len(edges) - 1
    return nodes, np.array(edges[1:]), ends
