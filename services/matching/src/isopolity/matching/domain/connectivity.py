"""Components of the network, updated tie by tie instead of searched anew.

Invariant: two cities have the same number if and only if a path of ties joins them, through members of any kind. The
numbers themselves mean nothing.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping

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
