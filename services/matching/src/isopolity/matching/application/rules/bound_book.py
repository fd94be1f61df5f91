"""The rules of a book, bound to one problem: which pairs they rule out, which counts they limit.

Invariant: a choice keeps the rules of the book if and only if it is permitted by the problem under these rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

import numpy as np

from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.counts import NO_LIMIT, Counts, RuledOut, Served
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.assignment.problem import Rule as ProblemRule
from isopolity.matching.domain.rules.filters import MemberFilter
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    RegionFloors,
    Rule,
    RuleBook,
    RuleOutcome,
    ServeMembers,
    Source,
)

Fixed = Mapping[Source, int]
"""Limits that are fixed before the choice, by where they come from."""
Limit = RuledOut | Counts | Served


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundBook:
    """A rule book bound to a problem: the limits of its rules, in their order, by positions in the problem."""

    problem: RoundProblem
    capacity: Integers
    """(nodes,): the capacity that the rules leave."""
    limits: Sequence[Limit]

    def ruled(self) -> tuple[RoundProblem, Sequence[Source]]:
        """The problem under the rules, and where each of its rules comes from.

        Pairs that must be chosen are neither ruled out nor kept from a member that may have fewer.
        """
        rules = list(self.problem.rules)  # those of budgets
        sources = [Source(position=None, is_of_budget=True) for _ in rules]
        for limit in self.limits:
            for source, rule in _problem_rules(limit):
                sources.append(source)
                rules.append(rule)
        must = self.problem.must
        never = np.union1d(self.problem.never, np.setdiff1d(_edges_out(self.limits, len(self.problem.a)), must))
        ends = np.concatenate((self.problem.a[must], self.problem.b[must]))
        capacity = np.maximum(self.capacity, np.bincount(ends, minlength=len(self.capacity)))
        return replace(self.problem, capacity=capacity, never=never, rules=tuple(rules)), sources

    def outcomes(self, chosen: Integers) -> Sequence[RuleOutcome]:
        """The outcome of each limit in a choice, without its price, which only a solution has."""
        is_chosen = np.zeros(len(self.problem.a), bool)
        is_chosen[chosen] = True
        return [outcome for limit in self.limits for outcome in _outcomes(limit, self.problem, is_chosen)]

    def with_limits(self, limits: Sequence[Limit]) -> "BoundBook":
        """The book with further limits."""
        return replace(self, limits=[*self.limits, *limits])


def ruled_out(book: RuleBook, pairs: PairColumns) -> Integers:
    """The edges that the rules of a book take out, ascending."""
    binding = _Binding(pairs, {})
    limits = [binding.bind(rule, position) for position, rule in enumerate(book.rules) if rules_out(rule)]
    return _edges_out(limits, len(pairs.problem.a))


def bound_book(book: RuleBook, pairs: PairColumns, fixed: Fixed) -> BoundBook:
    """Bind a book to a problem; `fixed` has the limits that are fixed beforehand."""
    binding = _Binding(pairs, fixed)
    limits = [binding.bind(rule, position) for position, rule in enumerate(book.rules) if rules_out(rule)]
    binding.leave_out(_edges_out(limits, len(pairs.problem.a)))
    limits += [binding.bind(rule, position) for position, rule in enumerate(book.rules) if not rules_out(rule)]
    limits.sort(key=lambda limit: limit.source.position or 0)
    return BoundBook(problem=pairs.problem, capacity=binding.capacity, limits=limits)


_NOTHING: Final = np.empty(0, np.int64)


class _Binding:
    """Binds one rule after the other; those that rule pairs out first, as others depend on what is left."""

    def __init__(self, pairs: PairColumns, fixed: Fixed) -> None:
        self._pairs, self._problem, self._fixed = pairs, pairs.problem, fixed
        has_room = pairs.problem.capacity > 0
        self._open = has_room[pairs.problem.a] & has_room[pairs.problem.b]
        self._open[pairs.problem.never] = False
        self.capacity = pairs.problem.capacity.copy()

    def leave_out(self, edges: Integers) -> None:
        self._open[edges] = False

    def bind(self, rule: Rule, position: int) -> Limit:
        match rule:
            case CommonLanguage():
                return self._common_language(rule, position)
            case Distance():
                return self._distance(rule, position)
            case CountPairs():
                return self._count_pairs(rule, position)
            case RegionFloors():
                return self._region_floors(rule, position)
            case ServeMembers():
                return self._serve_members(rule, position)
            case CountPerMember():
                return self._count_per_member(rule, position)
            case _:
                assert_never(rule)

    def _common_language(self, rule: CommonLanguage, position: int) -> Limit:
        out = self._pairs.fitting(rule.pairs) & ~self._pairs.with_common_language()
        return RuledOut(source=Source(position=position), edges=np.flatnonzero(out))

    def _distance(self, rule: Distance, position: int) -> Limit:
        kilometres = self._pairs.kilometres()
        least = 0.0 if rule.km_at_least is None else rule.km_at_least
        most = np.inf if rule.km_at_most is None else rule.km_at_most
        kept = (kilometres >= least) & (kilometres <= most)
        return RuledOut(source=Source(position=position), edges=np.flatnonzero(self._pairs.fitting(rule.pairs) & ~kept))

    def _count_pairs(self, rule: CountPairs, position: int) -> Limit:
        edges = np.flatnonzero(self._pairs.fitting(rule.pairs))
        source = Source(position=position)
        if rule.at_most == 0:
            return RuledOut(source=source, edges=edges)
        most = NO_LIMIT if rule.at_most is None else rule.at_most
        return Counts(
            source=source,
            edge=edges,
            count=np.zeros(len(edges), np.int64),
            least=np.array([rule.at_least or 0], np.int64),
            most=np.array([most], np.int64),
        )

    def _region_floors(self, rule: RegionFloors, position: int) -> Limit:
        source = Source(position=position)
        regions = sorted({each.group for each in self._fixed if each.position == position})
        of_kind = self._pairs.of_kind(rule.kind)
        edges = [self._in_region(region) & of_kind for region in regions]
        return Counts(
            source=source,
            edge=np.concatenate([_NOTHING, *map(np.flatnonzero, edges)]),
            count=np.repeat(np.arange(len(regions)), [int(each.sum()) for each in edges]),
            least=np.array([self._fixed[source.of(region)] for region in regions], np.int64),
            most=np.full(len(regions), NO_LIMIT, np.int64),
            groups=regions,
        )

    def _serve_members(self, rule: ServeMembers, position: int) -> Limit:
        source = Source(position=position)
        least = rule.at_least if rule.at_least is not None else self._fixed.get(source, 0)
        node, member, _ = self._pairs.nodes_of(rule.serve, rule.kind)
        return Served(source=source, node=node, member=member, least=least)

    def _count_per_member(self, rule: CountPerMember, position: int) -> Limit:
        node, _, asked = self._pairs.nodes_of(rule.each, rule.kind)
        if rule.at_most == 0:
            edges = _distinct(self._of_members(rule, node)[0], len(self._problem.a))
            return RuledOut(source=Source(position=position), edges=edges)
        source = Source(position=position, is_of_members=True)
        if rule.at_least == 1 and rule.at_most is None and rule.counts_every_pair:
            node, member, members = self._pairs.nodes_of(rule.each, rule.kind, self._able())
            return Served(source=source, node=node, member=member, least=members, asked=asked)
        return self._per_member(rule, source, node, asked)

    def _per_member(self, rule: CountPerMember, source: Source, nodes: Integers, asked: int) -> Counts:
        edges, near, groups = self._of_members(rule, nodes)
        of, first, count = np.unique(self._keys(near, groups), return_index=True, return_inverse=True)
        most = NO_LIMIT if rule.at_most is None else rule.at_most
        is_whole = rule.at_most is not None and self._is_capacity(rule, near)
        if is_whole:
            self.capacity[nodes] = np.minimum(self.capacity[nodes], most)
        wanted = rule.at_least or 0
        reach = self._reach(edges, near, count, len(of))
        least = np.minimum(wanted, reach)
        return Counts(
            source=source,
            edge=edges,
            count=count,
            least=least,
            most=np.full(len(of), most, np.int64),
            reach=reach,
            members=self._pairs.members.member[near[first]],
            asked=asked if wanted else 0,
            is_capped=least < wanted,
            in_capacity=is_whole,
        )

    def _of_members(self, rule: CountPerMember, nodes: Integers) -> tuple[Integers, Integers, Integers]:
        """The edges that count for the members at `nodes`: the edge, this node, and the group of the other member."""
        problem, members = self._problem, self._pairs.members
        counts_at = np.zeros(len(problem.capacity), bool)
        counts_at[nodes] = True
        partner = np.ones_like(counts_at) if rule.partner is None else members.fitting(rule.partner)
        counts = self._pairs.fitting(rule.counted)
        found = []
        for near, far in ((problem.a, problem.b), (problem.b, problem.a)):
            edges = np.flatnonzero(counts & counts_at[near] & partner[far])
            found.append((edges, near[edges], members.member[far[edges]]))
        edges, near, partners = map(np.concatenate, zip(*found, strict=True))
        groups = np.zeros_like(partners) if rule.of_one is None else members.groups(rule.of_one)[partners]
        known = groups >= 0
        return edges[known], near[known], groups[known]

    def _keys(self, near: Integers, groups: Integers) -> Integers:
        """A number for each member with each group."""
        width = int(groups.max(initial=0)) + 1
        return self._pairs.members.member[near] * width + groups

    def _is_capacity(self, rule: CountPerMember, near: Integers) -> bool:
        """Whether all pairs of each member count, and it has one node: then its capacity keeps the limit."""
        if not rule.counts_every_pair or rule.of_one is not None:
            return False
        nodes = np.unique(near)
        return len(np.unique(self._pairs.members.member[nodes])) == len(nodes)

    def _reach(self, edges: Integers, near: Integers, count: Integers, counts: int) -> Integers:
        """(counts,): how much each can reach at most, by the capacity of its nodes and the candidates left.

        Rules on what a member may have at most take nothing off: where they conflict, sentences have to say so.
        """
        is_open, nodes = self._open[edges], len(self.capacity)
        at, candidates = np.unique(count[is_open] * nodes + near[is_open], return_counts=True)
        reach = np.zeros(counts, np.int64)
        np.add.at(reach, at // nodes, np.minimum(self._problem.capacity[at % nodes], candidates))
        return reach

    def _able(self) -> Booleans:
        has = np.zeros(len(self._problem.capacity), bool)
        has[self._problem.a[self._open]] = True
        has[self._problem.b[self._open]] = True
        return has

    def _in_region(self, region: str) -> Booleans:
        those = self._pairs.members.fitting(MemberFilter(region=(region,)))
        return those[self._problem.a] | those[self._problem.b]


def _edges_out(limits: Sequence[Limit], edges: int) -> Integers:
    return _distinct(np.concatenate([_NOTHING, *(each.edges for each in limits if isinstance(each, RuledOut))]), edges)


def _distinct(some: Integers, edges: int) -> Integers:
    """Some of this number of edges, each once, ascending; unlike `np.unique` it takes no longer for millions each."""
    found = np.zeros(edges, bool)
    found[some] = True
    return np.flatnonzero(found)


def rules_out(rule: Rule) -> bool:
    """Whether a rule takes out pairs, whatever is chosen."""
    match rule:
        case CommonLanguage() | Distance():
            return True
        case CountPairs() | CountPerMember():
            return rule.at_most == 0
        case _:
            return False


def _problem_rules(limit: Limit) -> Iterator[tuple[Source, ProblemRule]]:
    if isinstance(limit, Counts):
        yield from limit.rules()
    elif isinstance(limit, Served) and limit.least > 0:
        yield limit.source, limit.rule()


def _outcomes(limit: Limit, problem: RoundProblem, chosen: Booleans) -> Iterator[RuleOutcome]:
    if isinstance(limit, Counts):
        yield from limit.outcomes(chosen)
    elif isinstance(limit, Served):
        yield limit.outcome(problem, chosen)
    else:
        yield limit.outcome(chosen)
