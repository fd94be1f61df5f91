"""Pairs that a problem omits: by how much each is worth more than it would pay, and what all of them could add.

A dual of the problem bounds every choice among its edges. An omitted pair of two nodes would pay both nodes' values and
those of the odd sets that hold both; of rules it is only known what they could add to its weight at most, so that it is
taken to pay nothing to them. What it is worth beyond that is its excess. A choice over all pairs has at each node no
more omitted pairs than the capacity allows, so that half of the greatest excesses of each node bound what omitted pairs
add. Invariant: without an excess, the bound of the problem is one of all pairs.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem, ServedRule, Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class OmittedPairs:
    """Pairs of nodes that are no edges of a problem, each with its weight; -1 for a node that is none of the problem's,
    which has no price.
    """

    a: Integers
    b: Integers
    weight: Integers


def excesses(problem: RoundProblem, solution: Solution, gains: Integers, omitted: OmittedPairs) -> Integers:
    """(pairs,): the excess of each pair, in units of 1 / `scale` of a weight; 0 if it is worth no more than it pays.

    `gains` has, by node, what rules on counts could add to the weight of a pair at its end. A pair at a node that is
    filled by edges that must be chosen cannot be chosen, so that it has no excess.
    """
    dual, a, b = solution.dual, omitted.a, omitted.b
    node = np.append(dual.node - gains - _served_values(problem, solution), 0)
    found = dual.scale * omitted.weight - node[a] - node[b]
    is_full = np.append(room_beside_must(problem) <= 0, False)
    found[is_full[a] | is_full[b]] = 0
    some = np.flatnonzero(found > 0)
    if len(some) and dual.odd_sets:
        found[some] -= _paid_to_odd_sets(problem, solution, a[some], b[some])
    return np.asarray(np.maximum(found, 0), np.int64)


def surpluses(problem: RoundProblem, omitted: OmittedPairs, excess: Integers) -> Integers:
    """(nodes,): the half of the greatest excesses at each node, as many as its capacity allows, rounded up.

    An excess counts in full where the other end is no node; at least one end of each pair is one.
    """
    some = np.flatnonzero(excess)
    node, other = np.concatenate((omitted.a[some], omitted.b[some])), np.concatenate((omitted.b[some], omitted.a[some]))
    value = np.where(other < 0, 2, 1) * np.tile(excess[some], 2)
    node, value = node[node >= 0], value[node >= 0]
    order = np.lexsort((-value, node))
    node, value = node[order], value[order]
    rank = np.arange(len(node)) - np.searchsorted(node, node)
    counts = rank < room_beside_must(problem)[node]
    total = np.zeros(len(problem.capacity), np.int64)
    np.add.at(total, node[counts], value[counts])
    return (total + 1) // 2


def room_beside_must(problem: RoundProblem) -> Integers:
    """(nodes,): the capacity that edges that must be chosen leave."""
    must = np.unique(problem.must)
    ends = np.concatenate((problem.a[must], problem.b[must]))
    return np.asarray(problem.capacity - np.bincount(ends, minlength=len(problem.capacity)), np.int64)


def _served_values(problem: RoundProblem, solution: Solution) -> Integers:
    """By node: the sum of the values of its members' first edges."""
    found = np.zeros(len(problem.capacity), np.int64)
    for rule, dual in zip(problem.rules, solution.dual.rules, strict=True):
        if isinstance(rule, ServedRule) and len(dual.members):
            found[rule.nodes] += np.asarray(dual.members, np.int64)[rule.members]
    return found


def _paid_to_odd_sets(problem: RoundProblem, solution: Solution, a: Integers, b: Integers) -> Integers:
    odd_sets = solution.dual.odd_sets
    sizes = [len(each.nodes) for each in odd_sets]
    nodes = np.concatenate([np.asarray(each.nodes, np.int64) for each in odd_sets])
    ends = (nodes, np.repeat(np.arange(len(sizes)), sizes))
    size = len(problem.capacity) + 1  # the last one stands for a node that is none of the problem's
    inside = csr_array((np.ones(len(nodes), np.int64), ends), (size, len(sizes)))
    values = np.array([each.value for each in odd_sets], np.int64)
    return np.asarray(inside[a % size].multiply(inside[b % size]) @ values, np.int64)
