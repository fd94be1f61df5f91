"""What rules on counts could add to the weights of pairs that a problem omits, by the node at one end of a pair.

Invariant: the gains of both ends of a pair come to no less than what the prices of all rules on counts add to it. What
such rules take off, and rules on served members, are left to others.
"""

from collections.abc import Sequence

import numpy as np

from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import CountRule, RuleDual
from isopolity.matching.domain.rules.filters import MemberFilter
from isopolity.matching.domain.rules.rule_book import CountPairs, RegionFloors, RuleBook, Source


def node_gains(book: RuleBook, pairs: PairColumns, sources: Sequence[Source], duals: Sequence[RuleDual]) -> Integers:
    """(nodes,): the gains, in units of the duals; rule i of the problem comes from `sources[i]`, floors have none."""
    problem = pairs.problem
    found = np.zeros(len(problem.capacity), np.int64)
    for rule, source, dual in zip(problem.rules, sources, duals, strict=False):
        if isinstance(rule, CountRule) and dual.least:
            found += _gain(book, pairs, source, rule, dual.least)
    return found


def _gain(book: RuleBook, pairs: PairColumns, source: Source, rule: CountRule, price: int) -> Integers:
    asked = None if source.position is None else book.rules[source.position]
    half = -(-price // 2)
    if isinstance(asked, CountPairs):
        those = pairs.nodes_of_kind(asked.pairs.kind)
        if asked.pairs.including is not None:
            return price * (those & pairs.members.fitting(asked.pairs.including))
        if asked.pairs.between is not None:
            one, other = (pairs.members.fitting(each) for each in asked.pairs.between)
            those = those & (one | other)
        return half * those
    if isinstance(asked, RegionFloors):
        region = pairs.members.fitting(MemberFilter(region=(source.group,)))
        return price * (region & pairs.nodes_of_kind(asked.kind))
    if source.is_of_members:
        return price * _of_the_member(pairs, rule)
    amount = 1 if rule.amount is None else int(rule.amount.max(initial=1))
    return np.full(len(pairs.problem.capacity), half * amount, np.int64)


def _of_the_member(pairs: PairColumns, rule: CountRule) -> Booleans:
    """Which nodes are of the member that all edges of a rule have; both members where there is one edge only."""
    problem, member = pairs.problem, pairs.members.member
    one, other = member[problem.a[rule.edges]], member[problem.b[rule.edges]]
    ends = {int(one[0]), int(other[0])} if len(one) else set[int]()
    common = [each for each in ends if ((one == each) | (other == each)).all()]
    return np.isin(member, common)
