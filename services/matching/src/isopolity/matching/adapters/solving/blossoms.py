"""Blossoms of simple b-matching: odd sets that are shrunk to one node each, nested in one another.

A node of the shrunken graph is a *part*: a vertex 0 … n-1, or a blossom n … 2n-1. A blossom is a ring of parts joined
by tight edges; from its base, edges along the ring alternate between chosen and not, except at the base itself. All
vertices in it are full but the base, which either lacks one edge or has the blossom's `stem`, the edge that alternates
with the two at the base. With F = the chosen edges that leave W, the blossom's vertices, and the stem added if it is
not chosen, else taken away, W and F are an odd set whose cut holds with equality (Edmonds and Johnson 1970; in these
terms Huang and Pettie, “Approximate generalized matching”, 2017). With all capacities 1 these are Edmonds' blossoms.

Its invariant: whatever is flipped, every blossom stays one, and its ring stays tight.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from isopolity.matching.domain.assignment import RoundProblem
from isopolity.matching.domain.profiles import Integers

NONE = -1
BLOSSOMS, GROUPS, WORK = 0, 1, 2
"""Places in `tally`."""


class Shrunken(NamedTuple):
    """The graph, the matching and its blossoms; (n,) by vertex, (m,) by edge, (2n,) by part."""

    a: Integers
    b: Integers
    weight: Integers
    """In the units of the duals; even."""
    start: Integers
    """(n + 1,) vertex v has the edges around[start[v]] … around[start[v + 1] - 1]."""
    around: Integers
    chosen: Integers
    """1 where the edge is chosen."""
    missing: Integers
    """How many edges each vertex could still take."""
    node: Integers
    """The duals of vertices; while a part has a side in a search, what they were when the search's clock stood at 0."""
    cut: Integers
    """The duals of blossoms, kept in the same way; even."""
    group: Integers
    """By vertex: those of one outermost part have the same number, so that few must change when parts are shrunk."""
    owner: Integers
    """(n,) by group, the outermost part."""
    size: Integers
    """How many vertices a part has."""
    parent: Integers
    first: Integers
    """The base, of the parts of a blossom's ring."""
    after: Integers
    before: Integers
    link: Integers
    """The edge from a part to the one after it in the ring."""
    stem: Integers
    stemmed: Integers
    """1 where the edge may be the stem of a blossom."""
    unused: Integers
    """A stack of the numbers that no blossom has."""
    spare: Integers
    """A stack of the groups that no part has."""
    tally: Integers
    """[unused numbers of blossoms, spare groups, work done]"""
    leaves: Integers
    """(n,) room for the vertices of a part."""
    stack: Integers
    """(2n,) room for walks through nested parts."""


@njit(cache=True)
def gathered(s: Shrunken, part: int) -> int:
    """How many vertices the part has; they are put into `leaves`."""
    vertices = len(s.missing)
    size = 0
    depth = 1
    s.stack[0] = part
    while depth > 0:
        depth -= 1
        each = s.stack[depth]
        if each < vertices:
            s.leaves[size] = each
            size += 1
            continue
        child = s.first[each]
        while True:
            s.stack[depth] = child
            depth += 1
            child = s.after[child]
            if child == s.first[each]:
                break
    s.tally[WORK] += size
    return size


@njit(cache=True)
def end_within(s: Shrunken, edge: int, part: int) -> int:
    """The end of the edge that lies in the part."""
    each = s.a[edge]
    while each != NONE and each != part:
        each = s.parent[each]
    end: int = s.a[edge] if each == part else s.b[edge]
    return end


@njit(cache=True)
def base(s: Shrunken, part: int) -> int:
    """The vertex at the base of a part."""
    while part >= len(s.missing):
        part = s.first[part]
    return part


@njit(cache=True)
def top(s: Shrunken, vertex: int) -> int:
    """The outermost part that has the vertex."""
    part: int = s.owner[s.group[vertex]]
    return part


@njit(cache=True)
def regroup(s: Shrunken, part: int, group: int) -> None:
    """Put a part's vertices into a group."""
    for i in range(gathered(s, part)):
        s.group[s.leaves[i]] = group


@njit(cache=True)
def largest(s: Shrunken, first: int) -> int:
    """The part of the ring with the most vertices."""
    best, part = first, s.after[first]
    while part != first:
        if s.size[part] > s.size[best]:
            best = part
        part = s.after[part]
    return best


@njit(cache=True)
def shrink(s: Shrunken, ring: Integers, links: Integers, stem: int) -> int:
    """Make a blossom of outermost parts, the base first; links[i] joins ring[i] and the next."""
    s.tally[BLOSSOMS] -= 1
    blossom: int = s.unused[s.tally[BLOSSOMS]]
    s.parent[blossom] = NONE
    s.first[blossom] = ring[0]
    s.cut[blossom] = 0
    s.size[blossom] = 0
    for i in range(len(ring)):
        part, following = ring[i], ring[(i + 1) % len(ring)]
        s.parent[part] = blossom
        s.after[part] = following
        s.before[following] = part
        s.link[part] = links[i]
        s.size[blossom] += s.size[part]
    set_stem(s, blossom, stem)
    kept = largest(s, ring[0])
    group = s.group[base(s, kept)]
    for part in ring:
        if part != kept:
            s.spare[s.tally[GROUPS]] = s.group[base(s, part)]
            s.tally[GROUPS] += 1
            regroup(s, part, group)
    s.owner[group] = blossom
    return blossom


@njit(cache=True)
def expand(s: Shrunken, blossom: int) -> None:
    """Give an outermost blossom up; the parts of its ring become outermost."""
    kept = largest(s, s.first[blossom])
    s.owner[s.group[base(s, kept)]] = kept
    part = kept
    while True:
        s.parent[part] = NONE
        if part != kept:
            s.tally[GROUPS] -= 1
            group = s.spare[s.tally[GROUPS]]
            regroup(s, part, group)
            s.owner[group] = part
        part = s.after[part]
        if part == kept:
            break
    s.unused[s.tally[BLOSSOMS]] = blossom
    s.tally[BLOSSOMS] += 1


@njit(cache=True)
def set_stem(s: Shrunken, blossom: int, edge: int) -> None:
    """Make an edge, or NONE, the blossom's stem."""
    s.stem[blossom] = edge
    if edge != NONE:
        s.stemmed[edge] = 1


@njit(cache=True)
def part_at(s: Shrunken, vertex: int, blossom: int) -> int:
    """The part of the blossom's ring that has the vertex."""
    part: int = vertex
    while s.parent[part] != blossom:
        part = s.parent[part]
    return part


@njit(cache=True)
def goes_forward(s: Shrunken, part: int, entry_chosen: int) -> bool:
    """Which way round a walk leaves a part that is not the base, coming in by an edge from outside the ring."""
    if part >= len(s.missing):
        return bool(s.link[part] == s.stem[part])
    return bool(s.chosen[s.link[part]] != entry_chosen)


@njit(cache=True)
def goes_round(s: Shrunken, part: int, entry_chosen: int) -> bool:
    """Whether a walk that enters at the base must first go round the whole ring to alternate with the stem."""
    return bool(part < len(s.missing) and s.chosen[s.link[part]] != entry_chosen)


@njit(cache=True)
def rebase(s: Shrunken, blossom: int, edge: int, vertex: int, edge_chosen: int, flips: list[int]) -> None:
    """Lead the matching's change through a blossom: in by `edge` at `vertex`, out by the stem, or ending at the base.

    The edge becomes the stem, the vertex the base. What is to be flipped inside is appended to `flips` and must be
    flipped before anything else happens; the edge itself and the old stem are the caller's. `edge` is NONE, not
    chosen, when the vertex shall lack one edge from now on.
    """
    vertices = len(s.missing)
    tasks = [(blossom, edge, vertex, edge_chosen)]
    while len(tasks) > 0:
        inside, entry, at, entry_chosen = tasks.pop()
        part, old = part_at(s, at, inside), s.first[inside]
        forward, walking = True, True
        if part == old:
            walking = goes_round(s, part, entry_chosen)
        else:
            forward = goes_forward(s, part, entry_chosen)
        if part >= vertices:
            tasks.append((part, entry, at, entry_chosen))
        each = part
        while walking:
            step = s.link[each] if forward else s.link[s.before[each]]
            flips.append(step)
            each = s.after[each] if forward else s.before[each]
            walking = each != old
            if each >= vertices:
                way_in = step
                if walking and step == s.stem[each]:
                    way_in = s.link[each] if forward else s.link[s.before[each]]
                tasks.append((each, way_in, end_within(s, way_in, each), s.chosen[way_in]))
        s.first[inside] = part
        set_stem(s, inside, entry)
    s.tally[WORK] += len(flips)


@njit(cache=True)
def inner_cuts(s: Shrunken, edge: int) -> int:
    """The cuts that an edge between two outermost parts is in, without those of these parts themselves."""
    if s.chosen[edge] == 0 and s.stemmed[edge] == 0:
        return 0
    paid = 0
    for end in (s.a[edge], s.b[edge]):
        part = s.parent[end]
        while part != NONE and s.parent[part] != NONE:
            if is_cut(s, part, edge):
                paid += s.cut[part]
            part = s.parent[part]
    return paid


@njit(cache=True)
def is_cut(s: Shrunken, blossom: int, edge: int) -> bool:
    """Whether an edge that leaves the blossom counts in its odd set."""
    return bool((s.chosen[edge] == 1) != (edge == s.stem[blossom]))


def shrunken(problem: RoundProblem, scale: int) -> Shrunken:
    """A problem without rules, nothing chosen, no blossoms and all duals 0; duals in units of 1 / scale of a weight."""
    n, m = len(problem.capacity), len(problem.a)
    degree = np.bincount(problem.a, minlength=n) + np.bincount(problem.b, minlength=n)
    parts = np.full((6, 2 * n), NONE, np.int64)
    return Shrunken(
        a=problem.a,
        b=problem.b,
        weight=scale * problem.weight,
        start=np.concatenate([np.zeros(1, np.int64), np.cumsum(degree)]),
        around=np.argsort(np.concatenate([problem.a, problem.b]), kind="stable") % max(m, 1),
        chosen=np.zeros(m, np.int64),
        missing=problem.capacity.copy(),
        node=np.zeros(n, np.int64),
        cut=np.zeros(2 * n, np.int64),
        group=np.arange(n, dtype=np.int64),
        owner=np.arange(n, dtype=np.int64),
        size=np.ones(2 * n, np.int64),
        parent=parts[0],
        first=parts[1],
        after=parts[2],
        before=parts[3],
        link=parts[4],
        stem=parts[5],
        stemmed=np.zeros(m, np.int64),
        unused=np.arange(2 * n - 1, n - 1, -1, dtype=np.int64),
        spare=np.empty(n, np.int64),
        tally=np.array([n, 0, 0], np.int64),
        leaves=np.empty(n, np.int64),
        stack=np.empty(2 * n, np.int64),
    )
