"""A problem's edges by node, the heaviest first, as compiled searches walk them."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from isopolity.matching.domain.assignment import RoundProblem
from isopolity.matching.domain.profiles import Integers, Truths


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjacency:
    """Node i has the entries start[i] … start[i+1]-1, the heaviest first; each edge has an entry at both ends."""

    start: Integers
    """(n + 1,)"""
    other: Integers
    """The node at the other end."""
    edge: Integers
    """The edge's position in the problem."""
    weight: Integers


def adjacency(problem: RoundProblem) -> Adjacency:
    """The entries of `problem`; the seed decides the order of what weighs the same."""
    return _adjacency(problem, problem.a, problem.b, both=True)


def one_sided(problem: RoundProblem, left: Truths) -> Adjacency:
    """The entries at the nodes that are `left` (n,) only, where each edge has one such end."""
    a_is_left = left[problem.a]
    tails, heads = np.where(a_is_left, problem.a, problem.b), np.where(a_is_left, problem.b, problem.a)
    return _adjacency(problem, tails, heads, both=False)


def _adjacency(problem: RoundProblem, tails: Integers, heads: Integers, *, both: bool) -> Adjacency:
    lot = np.random.default_rng(problem.seed).permutation(len(problem.a))
    order = lot[np.argsort(-problem.weight[lot], kind="stable")]
    start, other, edge = _entries(len(problem.capacity), tails, heads, order, both)
    return Adjacency(start=start, other=other, edge=edge, weight=problem.weight[edge])


@njit(cache=True)
def _entries(
    nodes: int, tails: Integers, heads: Integers, order: Integers, both: bool
) -> tuple[Integers, Integers, Integers]:
    start = np.zeros(nodes + 1, np.int64)
    for edge in order:
        start[tails[edge] + 1] += 1
        if both:
            start[heads[edge] + 1] += 1
    for node in range(nodes):
        start[node + 1] += start[node]
    put = start[:-1].copy()
    other = np.empty(start[nodes], np.int64)
    edges = np.empty(start[nodes], np.int64)
    for edge in order:
        tail, head = tails[edge], heads[edge]
        other[put[tail]], edges[put[tail]] = head, edge
        put[tail] += 1
        if both:
            other[put[head]], edges[put[head]] = tail, edge
            put[head] += 1
    return start, other, edges
