"""The pairs of a market that the rules of a book take out, and those that they ask for, before candidates are found.

Invariant: a pair that is taken out here is one that the same rule takes out of a problem with this pair.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import TakenOut
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.rules.bound_book import ruled_out, rules_out
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.domain.rules.filters import ALL_PAIRS
from isopolity.matching.domain.rules.rule_book import CountPairs, CountPerMember, Rule, RuleBook

MOST_CITIES: Final = 12_000
"""The most cities of which all pairs are looked at: at some .4 µs of processor time a pair, that takes a minute."""


def taken_out(book: RuleBook, market: Market, most: int | None = None) -> TakenOut | None:
    """Which pairs of nodes the rules of a book take out; None where no rule does, and with more than `most` cities."""
    rules = tuple(rule for rule in book.rules if rules_out(rule))
    if not rules or len(market.profiles) > (MOST_CITIES if most is None else most):
        return None
    members, excluding = MemberColumns.of_market(market), RuleBook(rules=rules)

    def found(a: Integers, b: Integers) -> Booleans:
        is_out = np.zeros(len(a), bool)
        is_out[ruled_out(excluding, _columns(members, a, b))] = True
        return is_out

    return found


def asked_for(book: RuleBook, market: Market) -> Sequence[Callable[[Integers, Integers], Booleans]]:
    """For each rule that asks for some pairs, and not for any: which pairs of nodes count for it."""
    members = MemberColumns.of_market(market)
    return [partial(_counted, rule, members) for rule in book.rules if _asks_for_some(rule)]


def _asks_for_some(rule: Rule) -> bool:
    if isinstance(rule, CountPairs):
        return bool(rule.at_least) and rule.pairs != ALL_PAIRS
    return isinstance(rule, CountPerMember) and bool(rule.at_least) and not rule.counts_every_pair


def _counted(rule: Rule, members: MemberColumns, a: Integers, b: Integers) -> Booleans:
    pairs = _columns(members, a, b)
    if isinstance(rule, CountPairs):
        return pairs.fitting(rule.pairs)
    assert isinstance(rule, CountPerMember)  # noqa: S101 - no other rule asks for some pairs
    fits = members.fitting(rule.each)
    counts = np.ones_like(fits) if rule.partner is None else members.fitting(rule.partner)
    return pairs.fitting(rule.counted) & ((fits[a] & counts[b]) | (fits[b] & counts[a]))


def _columns(members: MemberColumns, a: Integers, b: Integers) -> PairColumns:
    capacity = np.ones(len(members.member), np.int64)
    return PairColumns(
        problem=RoundProblem(capacity=capacity, a=a, b=b, weight=np.ones(len(a), np.int64)), members=members
    )
