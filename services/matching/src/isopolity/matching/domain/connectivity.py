"""Components of the network, updated tie by tie instead of searched anew, and shortest paths of ties.

Invariant: two cities have the same number if and only if a path of ties joins them, through members of any kind. The
numbers themselves mean nothing.

Shortest paths of ties lead from one member to another. Invariant: a path is the reverse of the path back, in whatever
order members and ties came.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import networkx as nx
import numpy as np

from isopolity.matching.arrays import Integers


def components_with(
    component: Integers, index: Mapping[str, int], graph: nx.MultiGraph, touched: Collection[str]
) -> Integers:
    """The component numbers after ties changed, as a new array; `component` has the old ones, placed as in `index`.

    `graph` is the network as it is now. `touched` has every member that gained or lost a tie since, also because
        another member came or left. Members missing from `index` lie on paths but have no number.
    """
    changed = component.copy()
    anchors = [sorted(_numbered_beside(each, index, graph)) for each in sorted(touched)]
    for together in anchors:
        numbers = np.unique(changed[[index[each] for each in together]])
        if len(numbers) > 1:
            changed[np.isin(changed, numbers[1:])] = numbers[0]
    by_number: dict[int, list[str]] = {}
    for together in anchors:
        for anchor in together[:1]:  # all others are in its component
            by_number.setdefault(int(changed[index[anchor]]), []).append(anchor)
    for ends in by_number.values():
        for apart in _parts(ends, graph):
            changed[[index[each] for each in apart if each in index]] = changed.max() + 1
    return changed


def _numbered_beside(member: str, index: Mapping[str, int], graph: nx.MultiGraph) -> set[str]:
    """The numbered members nearest to a member, itself included; the search passes through members without a number."""
    found, seen, waiting = set[str](), {member}, deque([member])
    while waiting:
        each = waiting.popleft()
        if each in index:
            found.add(each)
            if each != member:
                continue
        for neighbour in graph.adj[each] if each in graph else ():
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)
    return found


def _parts(ends: Iterable[str], graph: nx.MultiGraph) -> Iterator[Collection[str]]:
    """Whole components that together hold all of `ends`, except for one component that is left out."""
    hub: str | None = None
    for end in ends:
        if hub is None:
            hub = end
        elif (apart := separated(hub, end, graph)) is not None:
            yield apart
            hub = end if hub in apart else hub


def separated(one: str, other: str, graph: nx.MultiGraph) -> Collection[str] | None:
    """The component of one of two members, whichever is complete first; None if a path joins the two.

    Both sides are searched in turn, so the cost is at most twice that of the smaller component.
    """
    if one == other:
        return None
    seen: tuple[set[str], set[str]] = ({one}, {other})
    waiting = (deque([one]), deque([other]))
    side = 0
    while waiting[side]:
        for neighbour in graph.adj[waiting[side].popleft()]:
            if neighbour in seen[1 - side]:
                return None
            if neighbour not in seen[side]:
                seen[side].add(neighbour)
                waiting[side].append(neighbour)
        side = 1 - side
    return seen[side]


Path = tuple[str, ...]
"""The members from one end to the other, both included."""


def shortest_path(ties: nx.MultiGraph, one: str, other: str, longest: int = 3) -> Path | None:
    """The shortest path of at most `longest` ties (up to three), or None.

    Among paths of equal length, the one whose inner members have the fewest ties is taken, then the one with the
    smallest ids: a member with few ties says more about them than a hub does (Adamic and Adar 2003).
    """
    if one == other or one not in ties or other not in ties:
        return None
    if ties.has_edge(one, other):
        return one, other
    near, far = ties.adj[one], ties.adj[other]
    ways: list[Path] = []
    if longest >= 2:
        ways = [(one, member, other) for member in _common(near, far)]
    if longest >= 3 and not ways:
        ways = [(one, first, second, other) for first in near for second in _common(ties.adj[first], far)]
    return min(ways, key=lambda way: _rank(ties, way), default=None)


def _common(some: Mapping[str, object], others: Mapping[str, object]) -> Sequence[str]:
    few, many = (some, others) if len(some) <= len(others) else (others, some)
    return [member for member in few if member in many]


def _rank(ties: nx.MultiGraph, way: Path) -> tuple[int, list[str]]:
    between = way[1:-1]
    return sum(len(ties.adj[member]) for member in between), sorted(between)
