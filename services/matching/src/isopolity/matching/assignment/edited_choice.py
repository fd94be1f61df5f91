"""A choice of edges that people edit: edges put in, taken out, pinned, banned; new edges and nodes.

Invariant: a choice keeps the capacities of its problem, its pins (`must`), its bans (`never`) and its published edges;
an edit that cannot do so raises and changes nothing.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Integers, are_among
from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem
from isopolity.matching.errors import EdgeIsOut, NodeIsFull


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedChoice:
    """A problem and the positions of its chosen edges, ascending."""

    problem: RoundProblem
    chosen: Integers
    out: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    """The positions of the published edges, which are chosen and stay so."""

    @property
    def value(self) -> int:
        """The sum of the chosen weights."""
        return int(self.problem.weight[self.chosen].sum())

    @property
    def is_paired(self) -> Booleans:
        """(nodes,): whether the node has a chosen edge."""
        found = np.zeros(len(self.problem.capacity), bool)
        found[self.problem.a[self.chosen]] = found[self.problem.b[self.chosen]] = True
        return found

    @property
    def fixed(self) -> Integers:
        """The edges that no other edit displaces: pinned or published ones."""
        return np.union1d(self.problem.must, self.out)

    @property
    def ruled(self) -> RoundProblem:
        """The problem for a solver, in which published edges must be chosen too."""
        return replace(self.problem, must=self.fixed)

    def put_in(self, edge: int) -> "EditedChoice":
        """Choose an edge, even a banned one; if an end is full, its lightest edge that is not fixed is dropped.

        Raises NodeIsFull if all edges of an end are fixed.
        """
        if edge in self.chosen:
            return self
        problem, chosen = replace(self.problem, never=_without(self.problem.never, edge)), self.chosen
        for node in (int(problem.a[edge]), int(problem.b[edge])):
            its = chosen[(problem.a[chosen] == node) | (problem.b[chosen] == node)]
            if len(its) >= problem.capacity[node]:
                loose = its[~are_among(its, problem.must) & ~are_among(its, self.out)]
                if not len(loose):
                    raise NodeIsFull(node)
                chosen = _without(chosen, int(loose[np.argmin(problem.weight[loose])]))
        return replace(self, problem=problem, chosen=_with(chosen, edge))

    def take_out(self, edge: int) -> "EditedChoice":
        """Drop an edge from the choice, and unpin it. Raises EdgeIsOut if it is published."""
        if edge in self.out:
            raise EdgeIsOut
        problem = replace(self.problem, must=_without(self.problem.must, edge))
        return replace(self, problem=problem, chosen=_without(self.chosen, edge))

    def pin(self, edge: int) -> "EditedChoice":
        """Choose an edge, and keep it through later edits and improvements. Raises NodeIsFull."""
        choice = self.put_in(edge)
        return replace(choice, problem=replace(choice.problem, must=_with(choice.problem.must, edge)))

    def ban(self, edge: int) -> "EditedChoice":
        """Take an edge out, and forbid choosing it. Raises EdgeIsOut if it is published."""
        choice = self.take_out(edge)
        return replace(choice, problem=replace(choice.problem, never=_with(choice.problem.never, edge)))

    def free(self, edge: int) -> "EditedChoice":
        """Remove the pin or ban of an edge; whether it is chosen does not change."""
        must, never = _without(self.problem.must, edge), _without(self.problem.never, edge)
        return replace(self, problem=replace(self.problem, must=must, never=never))

    def held(self, edges: Integers, others: Integers) -> "EditedChoice":
        """Also pin the chosen edges among `edges`, and ban the unchosen ones among `others`."""
        must = np.union1d(self.problem.must, np.intersect1d(edges, self.chosen))
        never = np.union1d(self.problem.never, np.setdiff1d(others, self.chosen))
        return replace(self, problem=replace(self.problem, must=must, never=never))

    def restore(
        self, pairs: Integers, added: Integers, removed: Integers, pinned: Integers, banned: Integers
    ) -> "EditedChoice":
        """Undo the last edit, of `pairs`, which chose `added` and dropped `removed`.

        `pinned` and `banned` are those of `pairs` that were so before it. Raises EdgeIsOut if an added edge is out.
        """
        if len(np.intersect1d(added, self.out)):
            raise EdgeIsOut
        must = np.union1d(np.setdiff1d(self.problem.must, pairs), pinned)
        never = np.union1d(np.setdiff1d(self.problem.never, pairs), banned)
        chosen = np.union1d(np.setdiff1d(self.chosen, added), removed)
        return replace(self, problem=replace(self.problem, must=must, never=never), chosen=chosen)

    def publish(self, edges: Integers) -> "EditedChoice":
        """Mark these chosen edges as published."""
        return replace(self, out=np.union1d(self.out, edges))

    def take_back(self, edges: Integers) -> "EditedChoice":
        """Mark these edges as not published any more; they stay chosen."""
        return replace(self, out=np.setdiff1d(self.out, edges))

    def with_nodes(self, capacities: Integers) -> "EditedChoice":
        """The choice with further nodes of these capacities, numbered after the others."""
        return replace(self, problem=replace(self.problem, capacity=np.append(self.problem.capacity, capacities)))

    def with_edge(self, a: int, b: int, weight: int) -> tuple["EditedChoice", int]:
        """The choice with a new, unchosen edge between nodes a < b, and the position of that edge."""
        problem = self.problem
        start, end = np.searchsorted(problem.a, [a, a + 1])
        at = int(start + np.searchsorted(problem.b[start:end], b))
        moved = replace(
            problem,
            a=np.insert(problem.a, at, a),
            b=np.insert(problem.b, at, b),
            weight=np.insert(problem.weight, at, weight),
            must=_shifted(problem.must, at),
            never=_shifted(problem.never, at),
        )
        return EditedChoice(problem=moved, chosen=_shifted(self.chosen, at), out=_shifted(self.out, at)), at

    def edge(self, a: int, b: int) -> int | None:
        """The position of the edge between nodes a < b; None if the problem has no such edge."""
        start, end = np.searchsorted(self.problem.a, [a, a + 1])
        at = int(start + np.searchsorted(self.problem.b[start:end], b))
        return at if at < end and self.problem.b[at] == b else None


def favoured(problem: RoundProblem, edges: Integers, share: float) -> RoundProblem:
    """The problem with a bonus on some edges; the sum of the bonuses is `share` of the weight of these edges.

    Its best choice keeps more of these edges, and in `problem` it is below the optimum by at most that sum.
    """
    if not len(edges):
        return problem
    weight = problem.weight.copy()
    weight[edges] = np.minimum(weight[edges] + int(share * int(weight[edges].sum()) / len(edges)), WEIGHT_UNIT)
    return replace(problem, weight=weight)


class Change(NamedTuple):
    """The difference of two choices on one problem, as positions of edges and nodes."""

    added: Integers
    removed: Integers
    value: int
    """The value of the second choice less that of the first."""
    left_alone: Integers
    """The nodes that have an edge in the first choice but not in the second."""


def change(before: EditedChoice, after: EditedChoice) -> Change:
    """The difference of two choices whose problems have the same edges."""
    problem = after.problem
    was, now = (np.zeros(len(problem.a), bool) for _ in range(2))
    was[before.chosen] = now[after.chosen] = True
    added, removed = after.chosen[~was[after.chosen]], before.chosen[~now[before.chosen]]
    ends = np.unique(np.concatenate([problem.a[removed], problem.b[removed]]))
    value = int(problem.weight[added].sum() - problem.weight[removed].sum())
    return Change(added=added, removed=removed, value=value, left_alone=ends[~after.is_paired[ends]])


def _with(edges: Integers, edge: int) -> Integers:
    at = int(np.searchsorted(edges, edge))
    if at < len(edges) and edges[at] == edge:
        return edges
    return np.insert(edges, at, edge)


def _without(edges: Integers, edge: int) -> Integers:
    return edges[np.flatnonzero(edges != edge)]


def _shifted(edges: Integers, at: int) -> Integers:
    return edges + (edges >= at)
