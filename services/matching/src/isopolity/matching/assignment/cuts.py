"""The odd sets of a dual as a matrix: the edges that each counts, and the number of them that can be chosen.

The checker adds up odd sets itself and does not use this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import OddSet, RoundProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Odd sets as rows of a matrix, with an upper bound for the chosen edges of each."""

    edges: csr_array
    """(sets, m): 1 if the odd set counts the edge."""
    most: Integers
    """(sets,): the greatest number of its edges that can be chosen together."""
    value: Integers
    """(sets,): the dual value of each, in units of 1 / scale of a weight."""

    @classmethod
    def of(cls, problem: RoundProblem, odd_sets: Sequence[OddSet]) -> "Cuts":
        """The rows of a dual's odd sets."""
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
