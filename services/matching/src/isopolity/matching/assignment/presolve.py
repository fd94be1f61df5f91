"""A problem with rules as one without: what must be is taken out first, what must never be is left away.

Its invariant: putting a plain solution back changes neither feasibility nor the bound, beyond the must edges' weights.
"""

from dataclasses import dataclass, replace

import numpy as np

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import Dual, OddSet, RoundProblem, Solution
from isopolity.matching.errors import ContradictoryRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """A problem with its plain part: the same nodes, no rules, and capacity left at both ends of every edge."""

    whole: RoundProblem
    plain: RoundProblem
    kept: Integers
    """Where each edge of `plain` stands in `whole`, ascending."""

    def restored(self, solution: Solution) -> Solution:
        """A solution of `plain` as one of `whole`: its bound is that of `plain` plus the must edges' weights."""
        dual = solution.dual
        return Solution(
            chosen=np.sort(np.concatenate([self.kept[solution.chosen], np.unique(self.whole.must)])),
            dual=Dual(
                scale=dual.scale,
                node=self._node_values(dual),
                odd_sets=[self._odd_set(odd_set) for odd_set in dual.odd_sets],
            ),
        )

    def _node_values(self, dual: Dual) -> Integers:
        """Nodes that the must edges have filled cost nothing more, so they pay for their other edges."""
        whole, node = self.whole, dual.node.astype(np.int64)
        full = self.plain.capacity == 0
        for ends in (whole.a, whole.b):
            at_full = full[ends]
            np.maximum.at(node, ends[at_full], dual.scale * whole.weight[at_full])
        return node

    def _odd_set(self, odd_set: OddSet) -> OddSet:
        """A must edge that leaves the set has taken a unit of its capacity: it joins the edges to make up for it."""
        must = np.unique(self.whole.must)
        inside = np.zeros(len(self.whole.capacity), bool)
        inside[np.asarray(odd_set.nodes, np.int64)] = True
        leaving = must[inside[self.whole.a[must]] != inside[self.whole.b[must]]]
        edges = np.concatenate([self.kept[np.asarray(odd_set.edges, np.int64)], leaving])
        return OddSet(nodes=odd_set.nodes, edges=np.sort(edges).tolist(), value=odd_set.value)


def strip(problem: RoundProblem) -> Stripped:
    """Take the rules out of `problem`. Raises ContradictoryRules if they cannot all be kept."""
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
    plain = replace(
        problem,
        capacity=left,
        a=problem.a[kept],
        b=problem.b[kept],
        weight=problem.weight[kept],
        must=nothing,
        never=nothing,
    )
    return Stripped(whole=problem, plain=plain, kept=kept)


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
