"""The pairs of a market that the rules of a book take out, whatever is chosen, told before candidates are found.

Invariant: a pair that is taken out here is one that the same rule takes out of a problem with this pair.
"""

from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import TakenOut
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.rules.bound_book import ruled_out, rules_out
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.domain.rules.rule_book import RuleBook

MOST_CITIES: Final = 12_000
"""The most cities of which all pairs are looked at: at some .4 µs of processor time a pair, that takes a minute."""


def taken_out(book: RuleBook, market: Market) -> TakenOut | None:
    """Which pairs of nodes the rules of a book take out; None where no rule does, and in networks too large for it."""
    rules = tuple(rule for rule in book.rules if rules_out(rule))
    if not rules or len(market.profiles) > MOST_CITIES:
        return None
    members, excluding = MemberColumns.of_market(market), RuleBook(rules=rules)
    capacity = np.ones(len(members.member), np.int64)

    def found(a: Integers, b: Integers) -> Booleans:
        problem = RoundProblem(capacity=capacity, a=a, b=b, weight=np.ones(len(a), np.int64))
        is_out = np.zeros(len(a), bool)
        is_out[ruled_out(excluding, PairColumns(problem=problem, members=members))] = True
        return is_out

    return found
