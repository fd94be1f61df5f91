"""Changes of the matching along a walk up the trees, through blossoms.

Its invariant: the walk alternates and its edges are tight, so the matching stays complementary to the duals.
"""

from numba import njit

from isopolity.matching.adapters.solving.blossoms import NONE, Shrunken, base, end_within, rebase, top
from isopolity.matching.adapters.solving.forest import OUTER, Forest, across


@njit(cache=True)
def lead_up(s: Shrunken, t: Forest, part: int, edge: int, vertex: int, flips: list[int]) -> None:
    """Change the matching from a part, entered by `edge` at `vertex`, up to its root, which then lacks one less."""
    edge_chosen = s.chosen[edge] if edge != NONE else 0
    while True:
        above = t.entry[part]
        if above == NONE:
            s.missing[base(s, part)] -= 1
        if part >= len(s.missing):
            if t.side[part] == OUTER:
                rebase(s, part, edge, vertex, edge_chosen, flips)
            else:
                rebase(s, part, above, end_within(s, above, part), s.chosen[above], flips)
        if above == NONE:
            return
        flips.append(above)
        part = across(s, part, above)
        edge, vertex, edge_chosen = above, end_within(s, above, part), s.chosen[above]


@njit(cache=True)
def flip(s: Shrunken, flips: list[int]) -> None:
    """Choose what was not chosen and the other way round."""
    for edge in flips:
        s.chosen[edge] = 1 - s.chosen[edge]


@njit(cache=True)
def connect(s: Shrunken, t: Forest, edge: int) -> None:
    """Change the matching along a tight edge between two branches, from root to root."""
    flips = [edge]
    for end in (s.a[edge], s.b[edge]):
        lead_up(s, t, top(s, end), edge, end, flips)
    flip(s, flips)


@njit(cache=True)
def fill(s: Shrunken, t: Forest, edge: int, target: int) -> None:
    """Change the matching from a root to a free part that lacks an edge."""
    flips = [edge]
    s.missing[base(s, target)] -= 1
    if target >= len(s.missing):
        rebase(s, target, edge, end_within(s, edge, target), s.chosen[edge], flips)
    part = across(s, target, edge)
    lead_up(s, t, part, edge, end_within(s, edge, part), flips)
    flip(s, flips)


@njit(cache=True)
def give_way(s: Shrunken, t: Forest, vertex: int) -> None:
    """Let an outer vertex whose dual is 0 lack the edge that its root lacks."""
    flips = [NONE]
    flips.pop()
    s.missing[vertex] += 1
    lead_up(s, t, top(s, vertex), NONE, vertex, flips)
    flip(s, flips)
