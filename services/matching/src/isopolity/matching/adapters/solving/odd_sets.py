"""The odd sets of a shrunken graph, as the certificate wants them: few enough to be written down.

Its invariant: what is left out is paid for, so that the dual stays feasible and its bound holds.
"""

from typing import Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.solving.blossoms import NONE, Shrunken, gathered, is_cut
from isopolity.matching.domain.assignment import Dual, OddSet
from isopolity.matching.domain.profiles import Integers

MOST_MEMBERS: Final = 1_000_000
"""So many nodes all odd sets may have together."""


def dual_of(s: Shrunken, scale: int, members: int = MOST_MEMBERS) -> Dual:
    """The dual of a shrunken graph; odd sets beyond `members` nodes are left out, those first that pay least a node.

    An odd set is replaced by half its value on each of its nodes. As its capacities and edges add up to an odd number,
    that costs half its value.
    """
    node = s.node.copy()
    blossoms = np.flatnonzero(s.cut)
    ranked = blossoms[np.argsort(-s.cut[blossoms] / s.size[blossoms], kind="stable")]
    kept = np.cumsum(s.size[ranked]) <= members
    for blossom in ranked[~kept].tolist():
        node[s.leaves[: gathered(s, blossom)]] += s.cut[blossom] // 2
    return Dual(scale=scale, node=node, odd_sets=[odd_set(s, blossom) for blossom in np.sort(ranked[kept]).tolist()])


def odd_set(s: Shrunken, blossom: int) -> OddSet:
    """A blossom's vertices, and the edges out of it that count."""
    nodes = np.sort(s.leaves[: gathered(s, blossom)])
    edges = np.sort(_leaving(s, blossom, nodes))
    return OddSet(nodes=nodes.tolist(), edges=edges.tolist(), value=int(s.cut[blossom]))


@njit(cache=True)
def _leaving(s: Shrunken, blossom: int, nodes: Integers) -> Integers:
    found = [NONE]
    for node in nodes:
        for i in range(s.start[node], s.start[node + 1]):
            edge = s.around[i]
            if is_cut(s, blossom, edge):
                other = s.a[edge] + s.b[edge] - node
                at = np.searchsorted(nodes, other)
                if at == len(nodes) or nodes[at] != other:
                    found.append(edge)
    return np.array(found[1:], np.int64)
