"""A problem's edges by node, the heaviest first, in arrays for compiled searches.

Each edge has two entries, one at each end. Invariant: the order depends on the problem and its seed alone.
"""

from dataclasses import dataclass

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.compiled import compiled


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
