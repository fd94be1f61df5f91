"""The checker's part for group rules: a rule with its dual values in plain integers, and its share in the bound.

Invariant: it shares no code with the solvers, as `verification`, and trusts nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest

import numpy as np

from isopolity.matching.assignment.problem import CountRule, Rule, RuleDual


@dataclass(slots=True, kw_only=True)
class PlainRule:
    """A CountRule, whose `nodes` are empty, or a ServedRule, whose `edges` are empty."""

    is_served: bool
    at_least: int
    at_most: int | None = None
    edges: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    least: int
    most: int
    values: list[int]
    """The dual values of the members."""

    @property
    def numbers(self) -> Iterator[int]:
        """All numbers of the rule and its dual; each has to be whole."""
        yield from (self.at_least, self.least, self.most)
        if self.at_most is not None:
            yield self.at_most
        for column in (self.edges, self.amounts, self.nodes, self.members, self.values):
            yield from column

    def faults(self, name: str, *, edges: int, nodes: int) -> Iterator[str]:
        """A sentence for each fault of the rule itself; `name` names the rule."""
        if self.at_least < 0 or (self.at_most is not None and self.at_most < 0):
            yield f"{name} has a limit below 0."
        if self.is_served:
            yield from self._wrong_members(name, nodes)
            return
        if len(self.amounts) != len(self.edges):
            yield f"{name} has not one amount for each of its edges."
        if any(amount < 1 for amount in self.amounts):
            yield f"{name} has an amount below 1."
        if any(one >= other for one, other in pairwise([-1, *self.edges, edges])):
            yield f"{name} names an edge that is none of the problem's, or not in ascending order, each once."

    def _wrong_members(self, name: str, nodes: int) -> Iterator[str]:
        if len(self.members) != len(self.nodes):
            yield f"{name} has not one member for each of its nodes."
        if len(set(self.nodes)) != len(self.nodes) or not all(0 <= node < nodes for node in self.nodes):
            yield f"{name} names a node that is none of the problem's, or names one twice."
        if any(other - one not in (0, 1) for one, other in pairwise([-1, *self.members])) or self.members[:1] > [0]:
            yield f"{name} does not number its members from 0 on, in ascending order."

    def broken(self, chosen: set[int], busy: set[int]) -> str | None:
        """The rest of a sentence on how a choice breaks the rule, or None; `busy` are the nodes with a chosen edge."""
        if self.is_served:
            reached = len({member for node, member in zip(self.nodes, self.members, strict=True) if node in busy})
        else:
            reached = sum(amount for edge, amount in zip(self.edges, self.amounts, strict=True) if edge in chosen)
        if reached < self.at_least:
            return f"asks for at least {self.at_least}, and the choice has {reached}."
        if self.at_most is not None and reached > self.at_most:
            return f"allows at most {self.at_most}, and the choice has {reached}."
        return None

    def dual_faults(self, name: str) -> Iterator[str]:
        """A sentence for each fault of the dual values; `name` names the rule."""
        if min(self.least, self.most, *self.values, 0) < 0:
            yield f"A dual value of {name[0].lower()}{name[1:]} is below 0."
        if self.most and self.at_most is None:
            yield f"{name} has no upper limit, and a dual value for one."
        if self.values and not self.is_served:
            yield f"{name} has no members, and dual values for some."
        if self.is_served and len(self.values) != len(set(self.members)):
            yield f"{name} has not one dual value for each member."

    @property
    def constant(self) -> int:
        """The constant that the rule adds to the bound, apart from its changes of weights."""
        total = self.most * (self.at_most or 0) - self.least * self.at_least
        return total + sum(max(self.least - value, 0) for value in self.values)

    def take_off(self, covered: list[int], a: list[int], b: list[int]) -> None:
        """Lower, for each edge, the sum of other dual values by the amount that the rule adds to its weight."""
        for edge, amount in zip(self.edges, self.amounts, strict=True):
            covered[edge] -= (self.least - self.most) * amount
        if not self.is_served:
            return
        value_at = {node: self.values[member] for node, member in zip(self.nodes, self.members, strict=True)}
        for edge, (one, other) in enumerate(zip(a, b, strict=True)):
            covered[edge] -= value_at.get(one, 0) + value_at.get(other, 0)


def plain_rules(rules: Sequence[Rule], duals: Sequence[RuleDual]) -> list[PlainRule]:
    """Rules with their dual values; missing dual values are 0."""
    return [_plain_rule(rule, dual or RuleDual()) for rule, dual in zip_longest(rules, duals[: len(rules)])]


def _plain_rule(rule: Rule, dual: RuleDual) -> PlainRule:
    values = [_whole(value) for value in dual.members]
    if isinstance(rule, CountRule):
        amounts = [1] * len(rule.edges) if rule.amount is None else rule.amount.tolist()
        return PlainRule(
            is_served=False,
            at_least=_whole(rule.at_least),
            at_most=None if rule.at_most is None else _whole(rule.at_most),
            edges=rule.edges.tolist(),
            amounts=amounts,
            least=_whole(dual.least),
            most=_whole(dual.most),
            values=values,
        )
    return PlainRule(
        is_served=True,
        at_least=_whole(rule.at_least),
        nodes=rule.nodes.tolist(),
        members=rule.members.tolist(),
        least=_whole(dual.least),
        most=_whole(dual.most),
        values=values,
    )


def _whole(number: int) -> int:
    return number.item() if isinstance(number, np.generic) else number
