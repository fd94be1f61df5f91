"""Shortest paths of ties from one member to another.

Invariant: the path from one member to another is the reverse of the path back, in whatever order members and ties came.
"""

from collections.abc import Mapping, Sequence

import networkx as nx

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
