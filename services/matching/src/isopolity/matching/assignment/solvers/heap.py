"""A binary heap of (key, node) in two arrays, for compiled searches; the least key is at 0."""

from isopolity.matching.arrays import Integers
from isopolity.matching.compiled import borrowing


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
