"""Blossoms: made, given up, and led through when the matching changes.

Its invariant: whatever is flipped, every blossom stays one, and its ring stays tight.
"""

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.alternating_trees import OUTER, across
from isopolity.matching.assignment.solvers.blossom_graph import (
    BLOSSOMS,
    GROUPS,
    NONE,
    WORK,
    Shrunken,
    base,
    end_within,
    gathered,
    top,
)
from isopolity.matching.compiled import borrowing, compiled


@borrowing
def shrink(s: Shrunken, ring: Integers, links: Integers, stem: int) -> int:
    """Make a blossom of outermost parts, the base first; links[i] joins ring[i] and the next."""
    s.tally[BLOSSOMS] -= 1
    blossom: int = s.parts[s.tally[BLOSSOMS]].unused
    s.parts[blossom].parent = NONE
    s.parts[blossom].first = ring[0]
    s.parts[blossom].cut = 0
    s.parts[blossom].size = 0
    for i in range(len(ring)):
        part, following = ring[i], ring[(i + 1) % len(ring)]
        s.parts[part].parent = blossom
        s.parts[part].after = following
        s.parts[following].before = part
        s.parts[part].link = links[i]
        s.parts[blossom].size += s.parts[part].size
    set_stem(s, blossom, stem)
    kept = largest(s, ring[0])
    group = s.vertices[base(s, kept)].group
    for part in ring:
        if part != kept:
            s.vertices[s.tally[GROUPS]].spare = s.vertices[base(s, part)].group
            s.tally[GROUPS] += 1
            regroup(s, part, group)
    s.vertices[group].owner = blossom
    return blossom


@borrowing
def expand(s: Shrunken, blossom: int) -> None:
    """Give an outermost blossom up; the parts of its ring become outermost."""
    kept = largest(s, s.parts[blossom].first)
    s.vertices[s.vertices[base(s, kept)].group].owner = kept
    part = kept
    while True:
        s.parts[part].parent = NONE
        if part != kept:
            s.tally[GROUPS] -= 1
            group = s.vertices[s.tally[GROUPS]].spare
            regroup(s, part, group)
            s.vertices[group].owner = part
        part = s.parts[part].after
        if part == kept:
            break
    s.parts[s.tally[BLOSSOMS]].unused = blossom
    s.tally[BLOSSOMS] += 1


@borrowing
def largest(s: Shrunken, first: int) -> int:
    """The part of the ring with the most vertices."""
    best, part = first, s.parts[first].after
    while part != first:
        if s.parts[part].size > s.parts[best].size:
            best = part
        part = s.parts[part].after
    return best


@borrowing
def regroup(s: Shrunken, part: int, group: int) -> None:
    """Put a part's vertices into a group."""
    for i in range(gathered(s, part)):
        s.vertices[s.vertices[i].leaf].group = group


@borrowing
def set_stem(s: Shrunken, blossom: int, edge: int) -> None:
    """Make an edge, or NONE, the blossom's stem."""
    s.parts[blossom].stem = edge
    if edge != NONE:
        s.edges[edge].stemmed = 1


@borrowing
def part_at(s: Shrunken, vertex: int, blossom: int) -> int:
    """The part of the blossom's ring that has the vertex."""
    part: int = vertex
    while s.parts[part].parent != blossom:
        part = s.parts[part].parent
    return part


@borrowing
def goes_forward(s: Shrunken, part: int, entry_chosen: int) -> bool:
    """Which way round a walk leaves a part that is not the base, coming in by an edge from outside the ring."""
    if part >= len(s.vertices):
        return bool(s.parts[part].link == s.parts[part].stem)
    return bool(s.edges[s.parts[part].link].chosen != entry_chosen)


@borrowing
def goes_round(s: Shrunken, part: int, entry_chosen: int) -> bool:
    """Whether a walk that enters at the base must first go round the whole ring to alternate with the stem."""
    return bool(part < len(s.vertices) and s.edges[s.parts[part].link].chosen != entry_chosen)


@compiled
def rebase(s: Shrunken, blossom: int, edge: int, vertex: int, edge_chosen: int, flips: list[int]) -> None:
    """Lead the matching's change through a blossom: in by `edge` at `vertex`, out by the stem, or ending at the base.

    The edge becomes the stem, the vertex the base. What is to be flipped inside is appended to `flips` and must be
    flipped before anything else happens; the edge itself and the old stem are the caller's. `edge` is NONE, not
    chosen, when the vertex shall lack one edge from now on.
    """
    vertices = len(s.vertices)
    tasks = [(blossom, edge, vertex, edge_chosen)]
    while len(tasks) > 0:
        inside, entry, at, entry_chosen = tasks.pop()
        part, old = part_at(s, at, inside), s.parts[inside].first
        forward, walking = True, True
        if part == old:
            walking = goes_round(s, part, entry_chosen)
        else:
            forward = goes_forward(s, part, entry_chosen)
        if part >= vertices:
            tasks.append((part, entry, at, entry_chosen))
        each = part
        while walking:
            step = s.parts[each].link if forward else s.parts[s.parts[each].before].link
            flips.append(step)
            each = s.parts[each].after if forward else s.parts[each].before
            walking = each != old
            if each >= vertices:
                way_in = step
                if walking and step == s.parts[each].stem:
                    way_in = s.parts[each].link if forward else s.parts[s.parts[each].before].link
                tasks.append((each, way_in, end_within(s, way_in, each), s.edges[way_in].chosen))
        s.parts[inside].first = part
        set_stem(s, inside, entry)
    s.tally[WORK] += len(flips)


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
