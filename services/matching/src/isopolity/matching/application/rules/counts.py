"""Limits of rules: counts of pairs, and of members that have one.

Invariant: a limit that no choice can break stands here as any other, and is left out of the problem only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import CountRule, RoundProblem, ServedRule
from isopolity.matching.domain.rules.rule_book import RuleOutcome, Source

NO_LIMIT: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counts of one rule: a chosen edge `edge[i]` adds one to count `count[i]`."""

    source: Source
    edge: Integers
    count: Integers
    least: Integers
    """(counts,): how much each must reach at least, 0 where nothing is asked for."""
    most: Integers
    """(counts,): how much each may reach, NO_LIMIT where everything is allowed."""
    reach: Integers | None = None
    """(counts,): how much each can reach by capacities and candidates; None: as far as its edges go."""
    groups: Sequence[str] = ()
    """(counts,): the region of each; none where counts are of members, or there is one."""
    members: Integers | None = None
    """(counts,): the member of each, where counts are of members."""
    is_capped: Booleans | None = None
    """(counts,): which cannot reach as much as the rule asks for, so that less is asked of them."""
    asked: int = 0
    """Where something is asked for each member: their number, with those that no candidate counts for."""
    in_capacity: bool = False
    """Whether `most` is kept by the capacities of the nodes."""

    def reached(self, chosen: Booleans) -> Integers:
        """(counts,): how much each reaches."""
        return np.bincount(self.count[chosen[self.edge]], minlength=len(self.least))

    def rules(self) -> Iterator[tuple[Source, CountRule]]:
        """The rules of the problem: one for each count that a choice could miss."""
        order = np.lexsort((self.edge, self.count))
        edge, sizes = self.edge[order], np.bincount(self.count, minlength=len(self.least))
        start = np.concatenate(([0], np.cumsum(sizes)))
        reach = sizes if self.reach is None else self.reach
        is_limited = (reach > self.most) & (not self.in_capacity)
        for number in np.flatnonzero(is_limited | (self.least > 0)).tolist():
            yield (
                self._source(number),
                CountRule(
                    edges=edge[start[number] : start[number + 1]],
                    at_least=int(self.least[number]),
                    at_most=int(self.most[number]) if is_limited[number] else None,
                ),
            )

    def outcomes(self, chosen: Booleans) -> Iterator[RuleOutcome]:
        """Outcomes of the rule: one for each region if it is about regions, else one for all members together."""
        reached = self.reached(chosen)
        if self.members is not None:
            broken = (reached < self.least) | (reached > self.most)
            capped = np.zeros_like(broken) if self.is_capped is None else self.is_capped
            of_members = (len(np.unique(self.members[those])) for those in (np.ones_like(broken), broken, capped))
            members, broken_for, capped_for = of_members
            without = max(0, self.asked - members)
            yield RuleOutcome(
                source=self.source, members=members + without, broken=broken_for, capped=capped_for + without
            )
            return
        for number, count in enumerate(reached.tolist()):
            most = int(self.most[number])
            yield RuleOutcome(
                source=self._source(number),
                at_least=int(self.least[number]),
                at_most=None if most == NO_LIMIT else most,
                reached=count,
            )

    def _source(self, number: int) -> Source:
        return self.source.of(self.groups[number]) if self.groups else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A rule on how many members have a pair: node `node[i]` is of member `member[i]`."""

    source: Source
    node: Integers
    member: Integers
    """Ascending from 0, without gaps."""
    least: int
    possible: int | None = None
    """For a level of the objective: the most that any permitted choice reaches."""
    asked: int = 0
    """For a rule about each member: the number of these members, with those that cannot have a pair."""

    @property
    def members(self) -> int:
        """How many members could have a pair."""
        return int(self.member[-1]) + 1 if len(self.member) else 0

    def reached(self, problem: RoundProblem, chosen: Booleans) -> int:
        """How many members have a pair in the choice."""
        has = np.zeros(len(problem.capacity), bool)
        has[problem.a[chosen]] = True
        has[problem.b[chosen]] = True
        return len(np.unique(self.member[has[self.node]]))

    def rule(self) -> ServedRule:
        """The rule of the problem."""
        return ServedRule(nodes=self.node, members=self.member, at_least=self.least)

    def outcome(self, problem: RoundProblem, chosen: Booleans) -> RuleOutcome:
        """The outcome of the rule in a choice."""
        reached = self.reached(problem, chosen)
        if self.source.is_of_members:
            return RuleOutcome(
                source=self.source,
                members=self.asked,
                broken=max(0, self.least - reached),
                capped=self.asked - self.members,
            )
        return RuleOutcome(source=self.source, at_least=self.least, reached=reached, possible=self.possible)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut:
    """A rule that takes pairs out."""

    source: Source
    edges: Integers

    def outcome(self, chosen: Booleans) -> RuleOutcome:
        """The outcome of the rule in a choice."""
        return RuleOutcome(
            source=self.source, at_most=0, reached=int(chosen[self.edges].sum()), ruled_out=len(self.edges)
        )
