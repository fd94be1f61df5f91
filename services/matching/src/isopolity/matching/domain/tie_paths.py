"""Paths: the shortest way from one member to another over ties.

Invariant: the way from one to the other is the way back reversed, whatever order members and ties came in.
"""

from collections.abc import Mapping, Sequence

import networkx as nx

Path = tuple[str, ...]
"""The members from one end to the other, both included."""


def shortest_path(ties: nx.MultiGraph, one: str, other: str, longest: int = 3) -> Path | None:
    """The shortest path of at most `longest` ties (up to three), or None.

    Among paths of one length it is the one whose members between have the fewest ties themselves, then the one with
    the smallest ids: who is tied to few says more about them than a hub does (Adamic and Adar 2003).
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
