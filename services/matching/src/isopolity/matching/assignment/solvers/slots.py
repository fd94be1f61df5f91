"""The places of nodes: each node has as many as its capacity, and an edge that is chosen stands in one of each end.

Its invariant: the taken places of a node come first; in which order is nobody's business.
"""

from typing import Protocol

from isopolity.matching.arrays import Integers
from isopolity.matching.compiled import borrowing


class Places(Protocol):
    """What has places; kernels take any named tuple with these fields."""

    @property
    def places(self) -> Integers:
        """(n + 1,) where each node's places begin in `held`."""

    @property
    def taken(self) -> Integers:
        """(n,) how many of them are taken."""

    @property
    def held(self) -> Integers:
        """The edges that stand there."""


@borrowing
def has_room(now: Places, node: int) -> bool:
    """Whether the node has a free place."""
    return bool(now.places[node] + now.taken[node] < now.places[node + 1])


@borrowing
def hold(now: Places, node: int, e: int) -> None:
    """Put an edge into one of the node's places; there is one."""
    now.held[now.places[node] + now.taken[node]] = e
    now.taken[node] += 1


@borrowing
def let_go(now: Places, node: int, e: int) -> None:
    """Take an edge out of the node's places; it is there."""
    now.taken[node] -= 1
    last = now.places[node] + now.taken[node]
    at = last
    while now.held[at] != e:
        at -= 1
    now.held[at] = now.held[last]
