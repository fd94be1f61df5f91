"""New numbers for the nodes and edges of a round, so that a document about it identifies no member.

Invariant: edges stay sorted by their ends, so that the renumbered problem is a problem again, and `inverse` undoes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import (
    Dual,
    OddSet,
    RoundProblem,
    Rule,
    RuleDual,
    ServedRule,
    Solution,
)

_SHORTEST_SECRET: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbering:
    """The new numbers of the nodes and edges of one problem."""

    node: Integers
    """(n,): the new number of each node."""
    edge: Integers
    """(m,): the new number of each edge."""

    @classmethod
    def shuffled(cls, problem: RoundProblem, secret: bytes) -> "Renumbering":
        """An order drawn with `secret` (16 to 64 bytes, new for each round); without the secret it looks random.

        Raises ValueError for a shorter or longer secret.
        """
        if len(secret) < _SHORTEST_SECRET:
            raise ValueError(f"A secret needs at least {_SHORTEST_SECRET} bytes.")

        def lot(node: int) -> bytes:
            return blake2b(node.to_bytes(8, "big"), key=secret).digest()

        order = np.array(sorted(range(len(problem.capacity)), key=lot), np.int64)
        return cls.of(problem, _inverse(order))

    @classmethod
    def of(cls, problem: RoundProblem, node: Integers) -> "Renumbering":
        """The renumbering that gives node i of `problem` the number `node[i]`."""
        one, other = node[problem.a], node[problem.b]
        order = np.lexsort((np.maximum(one, other), np.minimum(one, other)))
        return cls(node=node, edge=_inverse(order))

    @property
    def inverse(self) -> "Renumbering":
        """The renumbering that restores the old number of each node and edge."""
        return Renumbering(node=_inverse(self.node), edge=_inverse(self.edge))

    def problem(self, problem: RoundProblem) -> RoundProblem:
        """The problem under the new numbers."""
        edges, one, other = _inverse(self.edge), self.node[problem.a], self.node[problem.b]
        return replace(
            problem,
            capacity=problem.capacity[_inverse(self.node)],
            a=np.minimum(one, other)[edges],
            b=np.maximum(one, other)[edges],
            weight=problem.weight[edges],
            must=np.sort(self.edge[problem.must]),
            never=np.sort(self.edge[problem.never]),
            rules=[self._rule(rule) for rule in problem.rules],
        )

    def _rule(self, rule: Rule) -> Rule:
        if isinstance(rule, ServedRule):
            nodes, members, _ = self._served(rule)
            return replace(rule, nodes=nodes, members=members)
        edges = self.edge[rule.edges]
        order = np.argsort(edges)
        return replace(rule, edges=edges[order], amount=None if rule.amount is None else rule.amount[order])

    def _served(self, rule: ServedRule) -> tuple[Integers, Integers, Integers]:
        """The nodes and members of a rule under the new numbers; and by new member its old number.

        Members are renumbered by their lowest node.
        """
        nodes = self.node[rule.nodes]
        lowest = np.full(int(rule.members.max(initial=-1)) + 1, len(self.node), np.int64)
        np.minimum.at(lowest, rule.members, nodes)
        old = np.argsort(lowest)
        members = _inverse(old)[rule.members]
        order = np.lexsort((nodes, members))
        return nodes[order], members[order], old

    def solution(self, solution: Solution, rules: Sequence[Rule] = ()) -> Solution:
        """The solution under the new numbers, by which odd sets are sorted; `rules` are the original problem's."""
        dual = solution.dual
        odd_sets = [
            OddSet(nodes=_moved(self.node, each.nodes), edges=_moved(self.edge, each.edges), value=int(each.value))
            for each in dual.odd_sets
        ]
        return Solution(
            chosen=np.sort(self.edge[solution.chosen]),
            dual=Dual(
                scale=int(dual.scale),
                node=dual.node[_inverse(self.node)],
                odd_sets=sorted(odd_sets, key=lambda each: (each.nodes, each.edges, each.value)),
                rules=[self._rule_dual(*both) for both in zip(rules, dual.rules, strict=True)],
            ),
        )

    def _rule_dual(self, rule: Rule, dual: RuleDual) -> RuleDual:
        if not isinstance(rule, ServedRule):
            return dual
        values = np.asarray(dual.members, np.int64)
        return replace(dual, members=values[self._served(rule)[2]].tolist())


def _moved(number: Integers, old: Sequence[int]) -> list[int]:
    return sorted(number[np.asarray(old, np.int64)].tolist())


def _inverse(order: Integers) -> Integers:
    inverse = np.empty(len(order), np.int64)
    inverse[order] = np.arange(len(order))
    return inverse
