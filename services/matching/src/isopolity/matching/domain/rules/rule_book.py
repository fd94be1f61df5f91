"""The rule book of a round: its rules and its objective; stored with the round, so that both are of one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from isopolity.matching.domain.rules.rule import Rule


class Objective(StrEnum):
    """What the best of the permitted choices is."""

    MOST_TOTAL_FIT = "most-total-fit"
    """The sum of what the pairs are worth is greatest."""
    SERVE_EVERYBODY_FIRST = "serve-everybody-first"
    """As many members as possible get a pair; then the sum."""
    AS_EVEN_AS_POSSIBLE_BY_REGION = "as-even-as-possible-by-region"
    """The served share of the region that has least is greatest, then that of the next one, and so on; then the sum."""
    FIRST_TIES_FIRST = "first-ties-first"
    """As many cities without a tie as possible get a pair; then the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The rules in the order in which staff gave them, and the objective."""

    rules: tuple[Rule, ...] = ()
    objective: Objective = Objective.MOST_TOTAL_FIT
    tolerance_percent: float = 1.0
    """Of AS_EVEN_AS_POSSIBLE_BY_REGION: how exactly each region's served share is found, in points of a hundred."""

    @property
    def is_plain(self) -> bool:
        """Whether it asks for nothing but the most total fit."""
        return not self.rules and self.objective is Objective.MOST_TOTAL_FIT

    @property
    def named(self) -> Mapping[str, int]:
        """The ids that filters name, each with the position of the first rule that does."""
        found = dict[str, int]()
        for position, rule in enumerate(self.rules):
            for member_id in chain.from_iterable(each.id for each in rule.filters):
                found.setdefault(member_id, position)
        return found

    def name(self, position: int) -> str:
        """What a rule is called: its name, or its number from 1 on."""
        name = self.rules[position].name
        return f"rule {position + 1} “{name}”" if name else f"rule {position + 1}"


PLAIN: Final = RuleBook()
"""No rules, and the most total fit."""
