"""The rule book of a round: its rules and its objective; stored with the round, so that both are of one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from isopolity.matching.domain.rules.rule import Rule


class Objective(StrEnum):
    """The objective by which the best of the permitted choices is found."""

    MOST_TOTAL_FIT = "most-total-fit"
    """The greatest sum of the pairs' worth."""
    SERVE_EVERYBODY_FIRST = "serve-everybody-first"
    """The greatest number of members with a pair; ties are broken by the sum."""
    AS_EVEN_AS_POSSIBLE_BY_REGION = "as-even-as-possible-by-region"
    """The greatest served share of the least served region, then of the next one, and so on; ties: the greatest sum."""
    FIRST_TIES_FIRST = "first-ties-first"
    """The greatest number of cities without a tie that get a pair; ties are broken by the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The rules in the order in which staff gave them, and the objective."""

    rules: tuple[Rule, ...] = ()
    objective: Objective = Objective.MOST_TOTAL_FIT
    tolerance_percent: float = 1.0
    """Of AS_EVEN_AS_POSSIBLE_BY_REGION: the precision of each region's served share, in percentage points."""

    @property
    def is_plain(self) -> bool:
        """Whether it has no rules and the objective of the most total fit."""
        return not self.rules and self.objective is Objective.MOST_TOTAL_FIT

    @property
    def named(self) -> Mapping[str, int]:
        """The ids in filters, each with the position of the first rule that names it."""
        found = dict[str, int]()
        for position, rule in enumerate(self.rules):
            for member_id in chain.from_iterable(each.id for each in rule.filters):
                found.setdefault(member_id, position)
        return found

    def name(self, position: int) -> str:
        """The name of a rule for people; without one, its number, counted from 1."""
        name = self.rules[position].name
        return f"rule {position + 1} “{name}”" if name else f"rule {position + 1}"


PLAIN: Final = RuleBook()
"""The rule book without rules, whose objective is the most total fit."""
