"""Arrays that all searches for walks share: a problem's edges by node, the slots of nodes, and a binary heap.

A node has as many slots as its capacity; a chosen edge is in one slot of each of its ends. Invariant: the used slots of
a node come first, in no particular order; the least key of a heap is at position 0.

A problem's edges by node have two entries each, one at each end, the heaviest first. Invariant: their order depends on
the problem and its seed alone.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.compiled import borrowing, compiled


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjacency:
    """The entries of node i are start[i] … start[i + 1] - 1, the heaviest first."""

    start: Integers
    """(n + 1,): the position of each node's first entry."""
    other: Integers
    """(2m,): the node at the other end of the edge."""
    edge: Integers
    """(2m,): the edge's position in the problem."""
    weight: Integers
    """(2m,): the weight of the edge."""


def adjacency(problem: RoundProblem) -> Adjacency:
    """The entries of `problem`; the seed decides the order of equal weights."""
    lot = np.random.default_rng(problem.seed).permutation(len(problem.a))
    order = lot[_heaviest_first(problem.weight[lot])]
    start, other, edge = _entries(len(problem.capacity), problem.a, problem.b, order)
    return Adjacency(start=start, other=other, edge=edge, weight=problem.weight[edge])


def _heaviest_first(weight: Integers) -> Integers:
    """The positions in the order of falling weight; equal weights keep their order."""
    bits = len(weight).bit_length()
    if int(weight.max(initial=0)).bit_length() + bits > 63:
        return np.argsort(-weight, kind="stable")
    # weight and position in one number: sorting numbers is ten times as fast as sorting their positions
    return np.sort((-weight << bits) + np.arange(len(weight))) & (1 << bits) - 1


@compiled
def _entries(nodes: int, a: Integers, b: Integers, order: Integers) -> tuple[Integers, Integers, Integers]:
    start = np.zeros(nodes + 1, np.int64)
    for edge in order:
        start[a[edge] + 1] += 1
        start[b[edge] + 1] += 1
    for node in range(nodes):
        start[node + 1] += start[node]
    put = start[:-1].copy()
    other = np.empty(2 * len(a), np.int64)
    edges = np.empty(2 * len(a), np.int64)
    for edge in order:
        one, two = a[edge], b[edge]
        other[put[one]], edges[put[one]] = two, edge
        other[put[two]], edges[put[two]] = one, edge
        put[one] += 1
        put[two] += 1
    return start, other, edges
