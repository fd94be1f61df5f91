"""The Lagrangian relaxation of a problem with rules: multipliers price the rules, and a b-matching remains.

Invariant: for all multipliers, the bound of the relaxation holds for every choice that keeps the rules (Held and Karp
1971).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import (
    WEIGHT_UNIT,
    CountRule,
    Dual,
    OddSet,
    RoundProblem,
    RuleDual,
    ServedRule,
    Solution,
)

LEAST_PARTS: Final = 1 << 10
MOST_PARTS: Final = 1 << 20
"""The bounds of the number of parts of a weight in which multipliers of a problem with amounts are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Multipliers:
    """The price of each rule in units of 1 / `parts` of a weight."""

    count: Integers
    """By CountRule: above 0 for a unit of its lower bound, below 0 for a unit of its upper bound."""
    served: Integers
    """By ServedRule: the price of a served member, >= 0."""
    member: Integers
    """By member, of all ServedRules in turn: the worth of its first edge, from 0 to its rule's price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """The amounts that a choice, which may be fractional, has of each rule."""

    count: Integers
    """By CountRule: the sum of the amounts of its chosen edges."""
    member: Integers
    """By member of all ServedRules: the number of its chosen edges."""


@dataclass(frozen=True, kw_only=True)  # no slots: matrices are kept in it
class Relaxation:
    """A problem with rules as matrices, from which its relaxations are made."""

    problem: RoundProblem
    is_weighed: bool = True
    """Whether weights count; if False they are 0, so that a bound below 0 proves that no choice keeps the rules."""

    @cached_property
    def counts(self) -> list[CountRule]:
        """The CountRules, in the order of the problem."""
        return [rule for rule in self.problem.rules if isinstance(rule, CountRule)]

    @cached_property
    def servings(self) -> list[ServedRule]:
        """The ServedRules, in the order of the problem."""
        return [rule for rule in self.problem.rules if isinstance(rule, ServedRule)]

    @cached_property
    def parts(self) -> int:
        """The number of parts of a weight in which multipliers are counted: more for larger amounts, for finer prices.

        Without amounts it is 1.
        """
        if all(rule.amount is None for rule in self.counts):
            return 1
        return min(max(1 << int(self.mean_amount.max()).bit_length(), LEAST_PARTS), MOST_PARTS)

    @cached_property
    def mean_amount(self) -> Integers:
        """By CountRule: the mean amount of an edge, at least 1."""
        means = [1 if rule.amount is None or not len(rule.edges) else int(rule.amount.mean()) for rule in self.counts]
        return np.array(means, np.int64)

    @cached_property
    def least(self) -> Integers:
        """By CountRule: its lower bound."""
        return np.array([rule.at_least for rule in self.counts], np.int64)

    @cached_property
    def most(self) -> Integers:
        """By CountRule: its upper bound; -1 if it has none."""
        return np.array([-1 if rule.at_most is None else rule.at_most for rule in self.counts], np.int64)

    @cached_property
    def wanted(self) -> Integers:
        """By ServedRule: the number of members that have to be served."""
        return np.array([rule.at_least for rule in self.servings], np.int64)

    @cached_property
    def rule_of_member(self) -> Integers:
        """By member of all ServedRules: the number of its rule."""
        sizes = [int(rule.members.max(initial=-1)) + 1 for rule in self.servings]
        return np.repeat(np.arange(len(sizes)), sizes)

    @cached_property
    def amounts(self) -> csr_array:
        """(CountRules, edges): the amount of each edge in each rule."""
        rows = [np.full(len(rule.edges), row) for row, rule in enumerate(self.counts)]
        values = [np.ones(len(r.edges), np.int64) if r.amount is None else r.amount for r in self.counts]
        edges = [rule.edges for rule in self.counts]
        return _matrix(values, rows, edges, (len(self.counts), len(self.problem.a)))

    @cached_property
    def ends(self) -> csr_array:
        """(members, edges): the number of ends of each edge that belong to the member."""
        first, rows, edges, problem = 0, list[Integers](), list[Integers](), self.problem
        for rule in self.servings:
            member = np.full(len(problem.capacity), -1)
            member[rule.nodes] = first + rule.members
            for side in (problem.a, problem.b):
                here = np.flatnonzero(member[side] >= 0)
                rows.append(member[side][here])
                edges.append(here)
            first += int(rule.members.max(initial=-1)) + 1
        return _matrix([np.ones(len(each), np.int64) for each in rows], rows, edges, (first, len(problem.a)))

    @property
    def free(self) -> Multipliers:
        """The multipliers that price every rule at 0."""
        members = len(self.rule_of_member)
        counts, servings = len(self.counts), len(self.servings)
        return Multipliers(
            count=np.zeros(counts, np.int64), served=np.zeros(servings, np.int64), member=np.zeros(members, np.int64)
        )

    def activity(self, chosen: Integers) -> Activity:
        """The activity of a choice; `chosen` is 1 or 0 for each edge, or counts halves, as the result then does."""
        return Activity(count=self.amounts @ chosen, member=self.ends @ chosen)

    def weights(self, prices: Multipliers) -> Integers:
        """(m,): the weight of each edge at these prices, in units of 1 / `parts` of a weight."""
        own = self.parts * self.problem.weight if self.is_weighed else np.zeros(len(self.problem.a), np.int64)
        return np.asarray(own + self.amounts.T @ prices.count + self.ends.T @ prices.member, np.int64)

    def constant(self, prices: Multipliers) -> int:
        """The constant that the rules add to the bound, apart from their changes of weights."""
        up, down = np.maximum(prices.count, 0), np.maximum(-prices.count, 0)
        total = sum(int(d) * int(u) for d, u in zip(down, self.most, strict=True) if d)
        total -= sum(int(u) * int(low) for u, low in zip(up, self.least, strict=True) if u)
        total += int(np.maximum(prices.served[self.rule_of_member] - prices.member, 0).sum())
        return total - sum(int(p) * int(k) for p, k in zip(prices.served, self.wanted, strict=True))

    def highest(self, prices: Multipliers) -> float:
        """The highest price of a rule, in pairs of worth 1 for each edge that it counts."""
        highest = max((abs(prices.count) * self.mean_amount).max(initial=0), prices.served.max(initial=0))
        return float(highest) / (self.parts * WEIGHT_UNIT)

    def relaxed(self, weights: Integers) -> tuple[RoundProblem, Integers]:
        """The b-matching with these weights, and the position of each of its edges in the problem.

        Edges whose weight is not above 0 are left out, unless they must be chosen.
        """
        problem, must = self.problem, self._marked(self.problem.must)
        kept = np.flatnonzero(must | ((weights > 0) & ~self._marked(problem.never)))
        nothing = np.empty(0, np.int64)
        relaxed = replace(
            problem,
            a=problem.a[kept],
            b=problem.b[kept],
            weight=weights[kept],
            must=np.flatnonzero(must[kept]),
            never=nothing,
            rules=(),
        )
        return relaxed, kept

    def _marked(self, edges: Integers) -> Booleans:
        marked = np.zeros(len(self.problem.a), bool)
        marked[edges] = True
        return marked

    def solution(self, found: Solution, kept: Integers, prices: Multipliers) -> Solution:
        """Turn a solution of the relaxed problem into one of the problem; its choice may break rules."""
        dual = found.dual
        counts, servings, first = iter(prices.count.tolist()), iter(prices.served.tolist()), 0
        rules = []
        for rule in self.problem.rules:
            if isinstance(rule, CountRule):
                price = dual.scale * next(counts)
                rules.append(RuleDual(least=max(price, 0), most=max(-price, 0)))
                continue
            size = int(rule.members.max(initial=-1)) + 1
            values = (dual.scale * prices.member[first : first + size]).tolist()
            rules.append(RuleDual(least=dual.scale * next(servings), members=values))
            first += size
        odd_sets = [
            OddSet(nodes=each.nodes, edges=kept[np.asarray(each.edges, np.int64)].tolist(), value=each.value)
            for each in dual.odd_sets
        ]
        return Solution(
            chosen=kept[found.chosen],
            dual=Dual(scale=dual.scale * self.parts, node=dual.node, odd_sets=odd_sets, rules=rules),
        )


def _matrix(values: list[Integers], rows: list[Integers], columns: list[Integers], shape: tuple[int, int]) -> csr_array:
    joined = (np.concatenate([np.empty(0, np.int64), *each]) for each in (values, rows, columns))
    value, row, column = joined
    return csr_array((value, (row, column)), shape=shape)
