"""Rules, what became of them and what they cost, as answers tell them."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from isopolity.matching.application.wording.rule_outcomes import (
    outcome_sentence,
    price_sentence,
    source_name,
    source_sentence,
)
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook, RuleOutcome, RulesResult, Source

_EXAMPLE: dict[str, JsonValue] = {
    "name": "Rule 1 “Africa”",
    "rule": "At least 40 twinnings with a city of Africa.",
    "told": "Rule 1 “Africa”: 40 twinnings, at least 40 asked for; the last one costs about 0.12.",
    "holds": True,
    "at_least": 40,
    "at_most": None,
    "reached": 40,
    "last_costs": 0.12,
}


class RuleView(BaseModel):
    """A rule, or the objective, and what became of it; a rule by region has one of these for each region."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str
    rule: str = Field(description="The rule as a sentence.")
    told: str | None = Field(default=None, description="What became of it; null before the round is done.")
    holds: bool | None = None
    at_least: int | None = None
    at_most: int | None = None
    reached: int | None = Field(default=None, description="Pairs, or members that have one.")
    last_costs: float | None = Field(
        default=None, description="What the last one that the rule asks for, or keeps out, costs about."
    )

    @classmethod
    def of(cls, book: RuleBook, outcome: RuleOutcome) -> Self:
        """The view of what became of a rule."""
        is_count = not outcome.source.is_of_members
        return cls(
            name=source_name(book, outcome.source),
            rule=source_sentence(book, outcome.source),
            told=outcome_sentence(book, outcome),
            holds=outcome.holds,
            at_least=outcome.at_least if is_count else None,
            at_most=outcome.at_most,
            reached=outcome.reached if is_count else None,
            last_costs=outcome.unit_price / WEIGHT_UNIT,
        )


class BrokenRules(BaseModel):
    """The rules of the round that do not hold."""

    broken_rules: list[str] = Field(
        default=[],
        description="A sentence for each rule of the round that does not hold; a certificate leaves all out.",
    )


class PriceView(BaseModel):
    """The price of fairness: the worth of the choice with and without rules and objective."""

    told: str
    value_without: float = Field(description="The worth of the best choice that was found without them.")
    bound_without: float = Field(description="No choice without them is worth more.")
    least: float = Field(description="They cost at least this, which is proved.")
    most: float = Field(description="They cost no more than this, which is proved.")

    @classmethod
    def of(cls, result: RulesResult, value: int, bound: int) -> Self:
        """The price of what became of the rules; value and bound are those under them."""
        return cls(
            told=price_sentence(result, value, bound),
            value_without=result.value_without / WEIGHT_UNIT,
            bound_without=result.bound_without / WEIGHT_UNIT,
            least=max(0, result.value_without - bound) / WEIGHT_UNIT,
            most=max(0, result.bound_without - value) / WEIGHT_UNIT,
        )


def rule_views(book: RuleBook, outcomes: Sequence[RuleOutcome] | None) -> list[RuleView]:
    """The rules of a book in their order, then the objective; with what became of them where that is known."""
    if outcomes is not None:
        return [RuleView.of(book, outcome) for outcome in outcomes]
    sources = [Source(position=position) for position in range(len(book.rules))]
    if book.objective is not Objective.MOST_TOTAL_FIT:
        sources.append(Source(position=None))
    return [RuleView(name=source_name(book, each), rule=source_sentence(book, each)) for each in sources]
