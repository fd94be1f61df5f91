"""The graph of a round in which blossoms are shrunk to one node each, nested in one another.

A node of it is a *part*: a vertex 0 … n-1, or a blossom n … 2n-1. A blossom is a ring of parts joined by tight edges;
from its base, edges along the ring alternate between chosen and not, except at the base itself. All vertices in it are
full but the base, which either lacks one edge or has the blossom's `stem`, the edge that alternates with the two at the
base. With F = the chosen edges that leave W, the blossom's vertices, and the stem added if it is not chosen, else taken
away, W and F are an odd set whose cut holds with equality (Edmonds and Johnson 1970; in these terms Huang and Pettie,
“Approximate generalized matching”, 2017). With all capacities 1 these are Edmonds' blossoms.

Its invariant: what is kept is few arrays of records, as compiled functions pay for every array that they are given.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.assignment.solvers.adjacency import Adjacency
from isopolity.matching.compiled import borrowing

Records = NDArray[Any]
NONE: Final = -1
BLOSSOMS, GROUPS, WORK, NOW, MARK, REACHED, TREES = 0, 1, 2, 3, 4, 5, 6
"""Places in `tally`: unused numbers of blossoms, spare groups, work done; of a search: the clock, the last mark, how
many parts were reached, and the last tree's number."""


def _record(*fields: str) -> np.dtype[Any]:
    return np.dtype([(field, np.int64) for field in fields])


EDGE: Final = _record("a", "b", "weight", "chosen", "stemmed")
"""The ends; the weight in the units of the duals, even; 1 if it is chosen; 1 if it may be the stem of a blossom."""
VERTEX: Final = _record("start", "stop", "missing", "node", "group", "owner", "limit", "tree", "spare", "leaf")
"""Its edges are around[start:stop]; how many more it could take; its dual, which during a search is kept as it was when
the clock stood at 0; its group, the same for all vertices of an outermost part. By group: that part. By root: when its
tree must end, and the tree's number. Then a stack of spare groups, and room for the vertices of a part."""
PART: Final = _record(
    *("parent", "first", "after", "before", "link", "stem", "cut", "size"),
    *("side", "entry", "root", "mark", "due", "tree"),
    *("unused", "stack"),
)
"""The blossom that it is in; its base, of the parts of its ring; its neighbours in the ring that it is in, and the edge
to the one after it; its stem; its dual, even, kept like those of vertices; how many vertices it has. In a search: its
side, the edge by which it was reached, its tree's root, and when it was last passed in looking for where two branches
meet; while it is free, by when some tree reaches it as inner, and that tree's number. Then a stack of numbers that no
blossom has, and room for walks through nested parts."""


class Shrunken(NamedTuple):
    """The graph, what is chosen, the blossoms, the duals, and the trees of a search."""

    edges: Records
    """(m,) EDGE"""
    vertices: Records
    """(n,) VERTEX"""
    parts: Records
    """(2n,) PART"""
    around: Integers
    """(2m,) edges by vertex."""
    reached: Integers
    """(8n,) parts that got a side in a search."""
    tally: Integers


def shrunken(problem: RoundProblem, around: Adjacency, scale: int) -> Shrunken:
    """A problem without rules, nothing chosen, no blossoms and all duals 0; duals in units of 1 / scale of a weight."""
    n, m = len(problem.capacity), len(problem.a)
    edges, vertices, parts = np.zeros(m, EDGE), np.zeros(n, VERTEX), np.full(2 * n, NONE, PART)
    edges["a"], edges["b"], edges["weight"] = problem.a, problem.b, scale * problem.weight
    vertices["start"], vertices["stop"] = around.start[:-1], around.start[1:]
    vertices["missing"] = problem.capacity
    vertices["group"] = vertices["owner"] = np.arange(n)
    parts["size"] = 1
    parts["cut"] = parts["side"] = parts["mark"] = 0
    parts["unused"][:n] = np.arange(2 * n - 1, n - 1, -1)
    return Shrunken(
        edges=edges,
        vertices=vertices,
        parts=parts,
        around=around.edge,
        reached=np.empty(8 * n, np.int64),
        tally=np.array([n, 0, 0, 0, 0, 0, 0], np.int64),
    )


@borrowing
def top(s: Shrunken, vertex: int) -> int:
    """The outermost part that has the vertex."""
    part: int = s.vertices[s.vertices[vertex].group].owner
    return part


@borrowing
def base(s: Shrunken, part: int) -> int:
    """The vertex at the base of a part."""
    while part >= len(s.vertices):
        part = s.parts[part].first
    return part


@borrowing
def end_within(s: Shrunken, edge: int, part: int) -> int:
    """The end of the edge that lies in the part."""
    each = s.edges[edge].a
    while each != NONE and each != part:
        each = s.parts[each].parent
    end: int = s.edges[edge].a if each == part else s.edges[edge].b
    return end


@borrowing
def gathered(s: Shrunken, part: int) -> int:
    """How many vertices the part has; they are put into `leaves`."""
    vertices = len(s.vertices)
    size = 0
    depth = 1
    s.parts[0].stack = part
    while depth > 0:
        depth -= 1
        each = s.parts[depth].stack
        if each < vertices:
            s.vertices[size].leaf = each
            size += 1
            continue
        child = s.parts[each].first
        while True:
            s.parts[depth].stack = child
            depth += 1
            child = s.parts[child].after
            if child == s.parts[each].first:
                break
    s.tally[WORK] += size
    return size


@borrowing
def is_cut(s: Shrunken, blossom: int, edge: int) -> bool:
    """Whether an edge that leaves the blossom counts in its odd set."""
    return bool((s.edges[edge].chosen == 1) != (edge == s.parts[blossom].stem))


@borrowing
def inner_cuts(s: Shrunken, edge: int) -> int:
    """The cuts that an edge between two outermost parts is in, without those of these parts themselves."""
    if s.edges[edge].chosen == 0 and s.edges[edge].stemmed == 0:
        return 0
    paid = 0
    for end in (s.edges[edge].a, s.edges[edge].b):
        part = s.parts[end].parent
        while part != NONE and s.parts[part].parent != NONE:
            if is_cut(s, part, edge):
                paid += s.parts[part].cut
            part = s.parts[part].parent
    return paid
