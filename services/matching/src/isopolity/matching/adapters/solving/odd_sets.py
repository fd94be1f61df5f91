"""The odd sets of a shrunken graph, as the certificate wants them: few enough to be written down.

Its invariant: what is left out is paid for, so that the dual stays feasible and its bound holds.
"""

from typing import Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.shrunken import NONE, Shrunken, gathered, is_cut
from isopolity.matching.domain.assignment import Dual, OddSet
from isopolity.matching.domain.profiles import Integers

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
    nodes, edges, ends = _written(s, blossoms)
    values = cut[blossoms].tolist()
    return Dual(scale=scale, node=s.vertices["node"].copy(), odd_sets=_odd_sets(nodes, edges, ends, values))


def _odd_sets(nodes: Integers, edges: Integers, ends: Integers, values: list[int]) -> list[OddSet]:
    starts = np.vstack([np.zeros(2, np.int64), ends[:-1]])
    inside, leaving = nodes.tolist(), edges.tolist()
    return [
        OddSet(nodes=inside[start:end], edges=leaving[first:last], value=value)
        for (start, first), (end, last), value in zip(starts.tolist(), ends.tolist(), values, strict=False)
    ]


@njit(cache=True)
def _spread(s: Shrunken, blossoms: Integers) -> None:
    """Give these odd sets up in favour of their nodes."""
    for blossom in blossoms:
        for i in range(gathered(s, blossom)):
            s.vertices[s.vertices[i].leaf].node += s.parts[blossom].cut // 2


@njit(cache=True)
def _written(s: Shrunken, blossoms: Integers) -> tuple[Integers, Integers, Integers]:
    """The nodes of these odd sets and their edges, one set after the other, and where each ends in both."""
    nodes, edges = [NONE], [NONE]
    ends = np.zeros((len(blossoms), 2), np.int64)
    inside = np.full(len(s.vertices), NONE, np.int64)
    for number in range(len(blossoms)):
        size = gathered(s, blossoms[number])
        mine = np.empty(size, np.int64)
        for i in range(size):
            mine[i] = s.vertices[i].leaf
            inside[mine[i]] = number
        mine.sort()
        for i in range(size):
            node: int = mine[i]
            nodes.append(node)
            for edge in s.around[s.vertices[node].start : s.vertices[node].stop]:
                other = s.edges[edge].a + s.edges[edge].b - node
                if inside[other] != number and is_cut(s, blossoms[number], edge):
                    edges.append(edge)
        ends[number, 0], ends[number, 1] = len(nodes) - 1, len(edges) - 1
    return np.array(nodes[1:]), np.array(edges[1:]), ends
