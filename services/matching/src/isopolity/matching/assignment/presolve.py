"""Presolve reduces a problem with rules to one without, and postsolve turns its solution into one of the original.

Edges that must be chosen are chosen first, and forbidden edges are left out. Invariant: postsolve keeps the solution
feasible, and raises its value and its bound by exactly the weights of the edges that must be chosen.

`Cuts` are the odd sets of a dual as a matrix. The checker adds up odd sets itself and does not use this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import Dual, OddSet, RoundProblem, Solution
from isopolity.matching.errors import ContradictoryRules

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True, kw_only=True)
class Presolved:
    """The original problem and the reduced one, which has the same nodes, no rules, and no edge at a full node."""

    original: RoundProblem
    reduced: RoundProblem
    kept: Integers
    """The position in `original` of each edge of `reduced`, ascending."""

    def postsolve(self, solution: Solution) -> Solution:
        """Turn a solution of `reduced` into one of `original`; its bound rises by the weights of the must edges."""
        dual = solution.dual
        return Solution(
            chosen=np.sort(np.concatenate([self.kept[solution.chosen], np.unique(self.original.must)])),
            dual=Dual(
                scale=dual.scale,
                node=self._node_values(dual),
                odd_sets=[self._odd_set(odd_set) for odd_set in dual.odd_sets],
            ),
        )

    def _node_values(self, dual: Dual) -> Integers:
        """Nodes without capacity left pay for their other edges: raising their duals costs nothing."""
        original, node = self.original, dual.node.astype(np.int64)
        full = self.reduced.capacity == 0
        for ends in (original.a, original.b):
            at_full = full[ends]
            np.maximum.at(node, ends[at_full], dual.scale * original.weight[at_full])
        return node

    def _odd_set(self, odd_set: OddSet) -> OddSet:
        """Add must edges that leave the set to its edges: each has taken one unit of its capacity and returns it."""
        must = np.unique(self.original.must)
        inside = np.zeros(len(self.original.capacity), bool)
        inside[np.asarray(odd_set.nodes, np.int64)] = True
        leaving = must[inside[self.original.a[must]] != inside[self.original.b[must]]]
        edges = np.concatenate([self.kept[np.asarray(odd_set.edges, np.int64)], leaving])
        return OddSet(nodes=odd_set.nodes, edges=np.sort(edges).tolist(), value=odd_set.value)


def presolve(problem: RoundProblem) -> Presolved:
    """Remove the rules from `problem`. Raises ContradictoryRules if they cannot all be kept."""
    must, never = _marked(problem, problem.must), _marked(problem, problem.never)
    _refuse_both(problem, must & never)
    wanted = np.bincount(np.concatenate([problem.a[must], problem.b[must]]), minlength=len(problem.capacity))
    for node in np.flatnonzero(wanted > problem.capacity)[:1].tolist():
        raise ContradictoryRules(
            f"Node {node} must be in {wanted[node]} chosen pairs but its capacity is {problem.capacity[node]}; "
            "drop a rule or raise the capacity."
        )
    left = problem.capacity - wanted
    kept = np.flatnonzero(~must & ~never & (left[problem.a] > 0) & (left[problem.b] > 0))
    nothing = np.empty(0, np.int64)
    reduced = replace(
        problem,
        capacity=left,
        a=problem.a[kept],
        b=problem.b[kept],
        weight=problem.weight[kept],
        must=nothing,
        never=nothing,
    )
    return Presolved(original=problem, reduced=reduced, kept=kept)


def _marked(problem: RoundProblem, positions: Integers) -> Booleans:
    marked = np.zeros(len(problem.a), bool)
    marked[positions] = True
    return marked


def _refuse_both(problem: RoundProblem, both: Booleans) -> None:
    for edge in np.flatnonzero(both)[:1].tolist():
        raise ContradictoryRules(
            f"The pair of nodes {problem.a[edge]} and {problem.b[edge]} both must and must never be chosen; "
            "drop one of the two rules."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Odd sets as rows of a matrix, with an upper bound for the chosen edges of each."""

    edges: "csr_array"
    """(sets, m): 1 if the odd set counts the edge."""
    most: Integers
    """(sets,): the greatest number of its edges that can be chosen together."""
    value: Integers
    """(sets,): the dual value of each, in units of 1 / scale of a weight."""

    @classmethod
    def of(cls, problem: RoundProblem, odd_sets: Sequence[OddSet]) -> "Cuts":
        """The rows of a dual's odd sets."""
        from scipy.sparse import csr_array  # late, because it takes longer to load than a small round to solve

        sizes = [len(each.nodes) for each in odd_sets]
        nodes = np.concatenate([np.empty(0, np.int64), *(np.asarray(each.nodes, np.int64) for each in odd_sets)])
        rows = np.repeat(np.arange(len(sizes)), sizes)
        inside = csr_array((np.ones(len(nodes), np.int64), (nodes, rows)), (len(problem.capacity), len(sizes)))
        leaving = [np.asarray(each.edges, np.int64) for each in odd_sets]
        edges = np.concatenate([np.empty(0, np.int64), *leaving])
        rows = np.repeat(np.arange(len(sizes)), [len(each) for each in leaving])
        ones = csr_array((np.ones(len(edges), np.int64), (edges, rows)), (len(problem.a), len(sizes)))
        return cls(
            edges=csr_array((inside[problem.a].multiply(inside[problem.b]) + ones).T),
            most=(problem.capacity @ inside + ones.sum(axis=0)) // 2,
            value=np.array([each.value for each in odd_sets], np.int64),
        )

    def values_of_edges(self) -> Integers:
        """(m,): for each edge, the sum of the values of the odd sets that count it."""
        return np.asarray(self.edges.T @ self.value, np.int64)
