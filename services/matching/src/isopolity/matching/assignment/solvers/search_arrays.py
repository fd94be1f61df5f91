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


@borrowing
def push(keys: Integers, nodes: Integers, size: int, key: int, node: int) -> int:
    """Put (key, node) in; returns the new size. The arrays must have room."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        at = above
    keys[at], nodes[at] = key, node
    return size + 1


@borrowing
def pop(keys: Integers, nodes: Integers, size: int) -> int:
    """Take the least out, which the caller has read at 0; returns the new size."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], nodes[at] = keys[below], nodes[below]
        at = below
    keys[at], nodes[at] = key, node
    return size
