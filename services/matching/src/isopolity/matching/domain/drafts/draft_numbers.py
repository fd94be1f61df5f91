"""The numbers of a draft: the choice that is edited, and the holder of capacity of each node."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.domain.member import owner
from isopolity.matching.domain.round_rules import Pair


@dataclass(frozen=True, kw_only=True)  # no slots: the nodes are kept in it
class DraftNumbers:
    """Node i of `choice` is `holders[i]`."""

    choice: EditedChoice
    holders: Sequence[str]

    @cached_property
    def nodes(self) -> Mapping[str, int]:
        """The node of each holder."""
        return {holder: node for node, holder in enumerate(self.holders)}

    def waiting(self) -> int:
        """The number of cities and programmes with an unpublished chosen pair; takes 20 ms for 50,000 of them."""
        problem, edges = self.choice.problem, np.setdiff1d(self.choice.chosen, self.choice.out)
        nodes = np.union1d(problem.a[edges], problem.b[edges])
        return len({owner(self.holders[node]) for node in nodes.tolist()})

    def with_choice(self, choice: EditedChoice) -> "DraftNumbers":
        """A copy with another choice among the same candidates, which keeps the holders' nodes."""
        changed = replace(self, choice=choice)
        vars(changed)["nodes"] = self.nodes  # holders and their nodes stay the same
        return changed

    def pairs(self, edges: Integers) -> Sequence[Pair]:
        """The pairs at these positions of edges, each with its two holders in alphabetical order."""
        problem = self.choice.problem
        ends = zip(problem.a[edges].tolist(), problem.b[edges].tolist(), strict=True)
        return [_in_order(self.holders[a], self.holders[b]) for a, b in ends]

    def edge(self, pair: Pair) -> int | None:
        """The position of a pair's edge; None if the pair is not a candidate of the draft."""
        if not self.nodes.keys() >= set(pair):
            return None
        return self.choice.edge(*sorted(self.nodes[holder] for holder in pair))

    def edges_of(self, holder: str) -> Integers:
        """The positions of a holder's candidates, ascending; empty for a holder that the draft does not know."""
        problem, node = self.choice.problem, self.nodes.get(holder, -1)
        return np.flatnonzero((problem.a == node) | (problem.b == node))

    def edges(self, pairs: Iterable[Pair]) -> Integers:
        """The positions of the pairs' edges, ascending; pairs that are not candidates are left out."""
        found = (self.edge(pair) for pair in pairs)
        return np.array(sorted(edge for edge in found if edge is not None), np.int64)

    def with_pair(self, pair: Pair, weight: int, capacities: Sequence[int]) -> "DraftNumbers":
        """A copy with one more candidate; `capacities` are used for those of its holders that have no node yet."""
        numbers = self
        for holder, capacity in zip(pair, capacities, strict=True):
            if holder not in numbers.nodes:
                choice = numbers.choice.with_nodes(np.array([capacity], np.int64))
                numbers = DraftNumbers(choice=choice, holders=[*numbers.holders, holder])
        a, b = sorted(numbers.nodes[holder] for holder in pair)
        choice, _ = numbers.choice.with_edge(a, b, weight)
        return numbers.with_choice(choice)


def _in_order(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
