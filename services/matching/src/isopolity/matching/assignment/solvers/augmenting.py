"""Changes of the matching along a walk up the trees, through blossoms.

Its invariant: the walk alternates and its edges are tight, so the matching stays complementary to the duals.
"""

from isopolity.matching.assignment.solvers.alternating_trees import OUTER, across
from isopolity.matching.assignment.solvers.blossom_graph import NONE, Shrunken, base, end_within, top
from isopolity.matching.assignment.solvers.blossoms import rebase
from isopolity.matching.compiled import compiled


@compiled
def lead_up(s: Shrunken, part: int, edge: int, vertex: int, flips: list[int]) -> None:
    """Change the matching from a part, entered by `edge` at `vertex`, up to its root, which then lacks one less."""
    edge_chosen = s.edges[edge].chosen if edge != NONE else 0
    while True:
        above = s.parts[part].entry
        if above == NONE:
            s.vertices[base(s, part)].missing -= 1
        if part >= len(s.vertices):
            if s.parts[part].side == OUTER:
                rebase(s, part, edge, vertex, edge_chosen, flips)
            else:
                rebase(s, part, above, end_within(s, above, part), s.edges[above].chosen, flips)
        if above == NONE:
            return
        flips.append(above)
        part = across(s, part, above)
        edge, vertex, edge_chosen = above, end_within(s, above, part), s.edges[above].chosen


@compiled
def flip(s: Shrunken, flips: list[int]) -> None:
    """Choose what was not chosen and the other way round."""
    for edge in flips:
        s.edges[edge].chosen = 1 - s.edges[edge].chosen


@compiled
def connect(s: Shrunken, edge: int) -> None:
    """Change the matching along a tight edge between two branches, from root to root."""
    flips = [edge]
    for end in (s.edges[edge].a, s.edges[edge].b):
        lead_up(s, top(s, end), edge, end, flips)
    flip(s, flips)


@compiled
def fill(s: Shrunken, edge: int, target: int) -> None:
    """Change the matching from a root to a free part that lacks an edge."""
    flips = [edge]
    s.vertices[base(s, target)].missing -= 1
    if target >= len(s.vertices):
        rebase(s, target, edge, end_within(s, edge, target), s.edges[edge].chosen, flips)
    part = across(s, target, edge)
    lead_up(s, part, edge, end_within(s, edge, part), flips)
    flip(s, flips)


@compiled
def give_way(s: Shrunken, vertex: int) -> None:
    """Let an outer vertex whose dual is 0 lack the edge that its root lacks."""
    flips = [NONE]
    flips.pop()
    s.vertices[vertex].missing += 1
    lead_up(s, top(s, vertex), NONE, vertex, flips)
    flip(s, flips)
