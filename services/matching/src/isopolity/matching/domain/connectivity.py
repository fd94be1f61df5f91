"""Components of the network, followed tie by tie instead of being found anew.

Invariant: two cities have the same number if and only if a path of ties joins them, through whomever it leads. A number
itself means nothing.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping

import networkx as nx
import numpy as np

from isopolity.matching.arrays import Integers


def components_with(
    component: Integers, index: Mapping[str, int], graph: nx.MultiGraph, touched: Collection[str]
) -> Integers:
    """The numbers after ties changed, as new array; `component` holds those from before, by the positions in `index`.

    `graph` is the network as it is now. `touched` are all members that a tie was added to or taken from since, also
    by a member that came or left; members that `index` does not know lie on paths but have no number.
    """
    changed = component.copy()
    anchors = [sorted(_numbered_beside(each, index, graph)) for each in sorted(touched)]
    for together in anchors:
        numbers = np.unique(changed[[index[each] for each in together]])
        if len(numbers) > 1:
            changed[np.isin(changed, numbers[1:])] = numbers[0]
    by_number: dict[int, list[str]] = {}
    for together in anchors:
        for anchor in together[:1]:  # the others are joined with it
            by_number.setdefault(int(changed[index[anchor]]), []).append(anchor)
    for ends in by_number.values():
        for apart in _parts(ends, graph):
            changed[[index[each] for each in apart if each in index]] = changed.max() + 1
    return changed


def _numbered_beside(member: str, index: Mapping[str, int], graph: nx.MultiGraph) -> set[str]:
    """The member and those beside it that have a number; those that have none are looked through."""
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
    """Components that hold some of `ends`, whole; together with one that is left out they hold all of these."""
    hub: str | None = None
    for end in ends:
        if hub is None:
            hub = end
        elif (apart := separated(hub, end, graph)) is not None:
            yield apart
            hub = end if hub in apart else hub


def separated(one: str, other: str, graph: nx.MultiGraph) -> Collection[str] | None:
    """The whole component of one of two members, the one found first; None where a path joins them.

    Both sides are searched in turn, so that it takes no longer than twice what the smaller side takes.
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
