"""Arrays that all searches for walks share: the slots of nodes, and a binary heap.

A node has as many slots as its capacity; a chosen edge is in one slot of each of its ends. Invariant: the used slots of
a node come first, in no particular order; the least key of a heap is at position 0.
"""

from typing import Protocol

from isopolity.matching.arrays import Integers
from isopolity.matching.compiled import borrowing


class Slots(Protocol):
    """The fields of slots; kernels accept any named tuple that has them."""

    @property
    def slot_start(self) -> Integers:
        """(n + 1,): the position in `slots` at which each node's slots begin."""

    @property
    def slots_used(self) -> Integers:
        """(n,): the number of used slots of each node."""

    @property
    def slots(self) -> Integers:
        """The edges in the slots; entries of unused slots have no meaning."""


@borrowing
def has_free_slot(matching: Slots, node: int) -> bool:
    """Whether the node has a free slot."""
    return bool(matching.slot_start[node] + matching.slots_used[node] < matching.slot_start[node + 1])


@borrowing
def fill_slot(matching: Slots, node: int, e: int) -> None:
    """Put an edge into a free slot of the node; the node must have one."""
    matching.slots[matching.slot_start[node] + matching.slots_used[node]] = e
    matching.slots_used[node] += 1


@borrowing
def free_slot(matching: Slots, node: int, e: int) -> None:
    """Take an edge out of its slot at the node; it must be in one."""
    matching.slots_used[node] -= 1
    last = matching.slot_start[node] + matching.slots_used[node]
    at = last
    while matching.slots[at] != e:
        at -= 1
    matching.slots[at] = matching.slots[last]


@borrowing
def push(keys: Integers, labels: Integers, size: int, key: int, label: int) -> int:
    """Put (key, label) into the heap and return the new size. The arrays must have room for it."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], labels[at] = keys[above], labels[above]
        at = above
    keys[at], labels[at] = key, label
    return size + 1


@borrowing
def pop(keys: Integers, labels: Integers, size: int) -> int:
    """Remove the entry with the least key, which the caller has read at position 0, and return the new size."""
    size -= 1
    key, label = keys[size], labels[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], labels[at] = keys[below], labels[below]
        at = below
    keys[at], labels[at] = key, label
    return size
