"""Changes that let a round that failed be run: limits of rules that are loosened, and pairs that are not asked for.

Invariant: a remedy was tried on the members of its round, and a choice was found that keeps all rules after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.rules.rule_book import CountPairs, Rule, RuleBook

WHOLE: Final = "rule"
"""The limit of a rule without numbers, which is kept or dropped."""
LIMITS: Final = ("at_least", "at_least_percent", "at_most")
"""The numbers of rules that can be loosened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One change of an order: a limit of a rule, or a pair that must be, or must not be, chosen and no longer is."""

    position: int | None = None
    """The position of the rule in the book; None for a pair."""
    limit: str = ""
    """One of LIMITS, or WHOLE."""
    number: float | None = None
    """The new number of the limit; None drops it."""
    pair: Pair | None = None
    """Two owners of capacity."""
    is_forbidden: bool = False
    """Whether the pair was forbidden; else it was required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Changes that together let a round keep all its other rules."""

    changes: tuple[RuleChange, ...]
    is_smallest: bool
    """Whether it is proved that less than these changes is not enough."""

    def applied(
        self, book: RuleBook, must: Sequence[Pair], never: Sequence[Pair]
    ) -> tuple[RuleBook, tuple[Pair, ...], tuple[Pair, ...]]:
        """The book, the required and the forbidden pairs after the changes; a rule without a limit is left out."""
        rules: dict[int, Rule] = dict(enumerate(book.rules))
        for each in self.changes:
            if each.position is not None:
                rules[each.position] = loosened(rules[each.position], each.limit, each.number)
        changed = {position: rule for position, rule in rules.items() if not _asks_nothing(rule)}
        pairs = {(each.is_forbidden, each.pair) for each in self.changes if each.pair is not None}
        return (
            replace(book, rules=tuple(changed.values())),
            tuple(pair for pair in must if (False, pair) not in pairs),
            tuple(pair for pair in never if (True, pair) not in pairs),
        )


def limits_of(rule: Rule) -> dict[str, float | None]:
    """The limits that a rule has, by name; that of a rule without numbers is WHOLE."""
    found = {name: getattr(rule, name, None) for name in LIMITS}
    given: dict[str, float | None] = {name: number for name, number in found.items() if number is not None}
    return given or {WHOLE: None}


def loosened(rule: Rule, limit: str, number: float | None) -> Rule:
    """The rule with another number, or without one of its limits; without its only one it asks for nothing."""
    if limit == WHOLE:
        return CountPairs(name=rule.name)
    return replace(rule, **{limit: number})  # type: ignore[arg-type]  # `limit` is a field of the rule


def _asks_nothing(rule: Rule) -> bool:
    return all(getattr(rule, name, None) is None for name in LIMITS) and hasattr(rule, "at_least")
