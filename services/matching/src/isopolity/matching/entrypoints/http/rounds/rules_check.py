"""`/matching/v1/rules/…`: a file of rules as sentences, or the changes that it needs; and a trial of them.

Invariant: nothing is stored and nothing is proposed; the sentences describe the rules that a round would keep.
"""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal, Self

from pydantic import ConfigDict, Field

from isopolity.matching.application.wording.rule_outcomes import floors_sentence
from isopolity.matching.application.wording.rule_sentences import book_sentences, rule_sentence, with_names
from isopolity.matching.application.workflows.member_names import gone_from, name_of_named
from isopolity.matching.application.workflows.rounds.rule_trial import try_rules
from isopolity.matching.domain.member import KINDS
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.floors import NO_FLOORS
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.entrypoints.http.context import Looker, Matching
from isopolity.matching.entrypoints.http.view import View
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules, rule_book
from isopolity.matching.errors import InvalidRules
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/rules")


GONE: Final = (
    "What is named that is not in the network now: ids of members, or PARTNER/PROGRAMME. No round can be started while "
    "one of them is named."
)


class RulesText(View):
    """The text of a file of rules."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=200_000, description="TOML, or JSON of the same shape; see docs/rules.md.")


class CheckedRules(View):
    """The rules of a file as sentences, or the changes that it needs."""

    faults: list[str] = Field(description="A sentence for each thing to change; a round could be run where empty.")
    rules: list[str] = Field(default=[], description="Each rule as a sentence, in the order of the file.")
    objective: str | None = Field(default=None, description="The objective as a sentence.")
    floors: str | None = Field(
        default=None, description="The floors for groups of cities as a sentence; null for those of the network."
    )
    gone: list[str] = Field(default=[], description=GONE)
    order: dict[str, Any] | None = Field(
        default=None, description="The file as fields of an order for a round: `POST /matching/v1/rounds`."
    )

    @classmethod
    def of(cls, document: dict[str, Any], book: RuleBook, gone: Sequence[str] = ()) -> Self:
        """Make the sentences of a document, which holds the rules of `book`."""
        *rules, objective = book_sentences(book)
        floors = None if book.floors is None else floors_sentence(book.floors)
        return cls(faults=[], rules=rules, objective=objective, floors=floors, gone=list(gone), order=document)


@router.post("/check")
async def check_rules(matching: Matching, _: Looker, given: RulesText) -> CheckedRules:
    """Check a file of rules without running a round: returns a sentence for each rule, or the changes that it needs.

    Members that are not in the network are no fault of the file; they are in `gone`.
    """
    try:
        document = _document(given.text)
        book = rule_book(document)
    except InvalidRules as error:
        return CheckedRules(faults=list(error.sentences))
    if not book.named:
        return CheckedRules.of(document, book)
    await matching.surroundings.graph.caught_up()
    return CheckedRules.of(document, book, gone_from(RoundPlan(book=book), matching.surroundings.network))


def _document(text: str) -> dict[str, Any]:
    """The document in a text, which is JSON if it begins like it, else TOML. Raises InvalidRules."""
    try:
        if not text.lstrip().startswith("{"):
            read_rules(text)
            return tomllib.loads(text)
        found: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidRules([f"This is not JSON: {error}. Correct that place."]) from None
    except RecursionError:
        raise InvalidRules(["The file has brackets within brackets, too deep for rules; take some away."]) from None
    return found


class RulesTrialOrder(RulesText):
    """A file of rules, and the round that they are tried in."""

    kinds: list[Literal["twinning", "sponsorship"]] = Field(
        default=["twinning", "sponsorship"], min_length=1, max_length=2, description="As in an order for a round."
    )
    rule: int | None = Field(
        default=None, ge=0, description="The rule whose cost is asked for, counted from 0; without it, that of all."
    )
    priced: bool = Field(default=True, description="False: only whom the rules concern is found, which is quick.")
    without_floors: bool = Field(default=False, description="Whether the round has no soft floors.")

    def plan(self, book: RuleBook) -> RoundPlan:
        """The plan of the round."""
        kinds = tuple(kind for kind in KINDS if kind in self.kinds)
        return RoundPlan(kinds=kinds, book=replace(book, floors=NO_FLOORS) if self.without_floors else book)


class TriedRuleView(View):
    """A rule in words, and what the trial found of it."""

    rule: str = Field(description="The rule as a sentence, with the names of members.")
    concerns: str = Field(description="Whom it concerns, such as “14 cities in 6 countries”.")
    faults: list[str] = Field(description="What keeps a round from keeping it, and what to do.")


class RuleTrialView(View):
    """What a round would make of these rules; nothing is proposed."""

    rules: list[TriedRuleView] = Field(description="Each rule, in the order of the file.")
    cost: str | None = Field(description="What the rule, or all rules, cost; null if they cannot be kept.")
    faults: list[str] = Field(description="Sentences about the file, or about all rules, where they cannot be kept.")
    members: dict[str, str] = Field(description="The names of the members that rules name, by id.")


@router.post("/trial")
async def try_rules_out(matching: Matching, _: Looker, given: RulesTrialOrder) -> RuleTrialView:
    """Try a file of rules: whom each concerns, what one of them costs a round now, and which cannot be kept together.

    No cost is given for a network that is too large to be tried at once, or if the trial takes too long; the round has
    it once it has run.
    """
    try:
        book = rule_book(_document(given.text))
    except InvalidRules as error:
        return RuleTrialView(rules=[], cost=None, faults=list(error.sentences), members={})
    asked = given.rule if given.rule is not None and given.rule < len(book.rules) else None
    found = await try_rules(
        given.plan(book), asked, matching.unit_of_work, matching.surroundings, is_priced=given.priced
    )
    network = matching.surroundings.network
    names = {each: name_of_named(each, network) for each in book.named}
    rules = [
        TriedRuleView(
            rule=rule_sentence(with_names(rule, lambda each: names[each])),
            concerns=tried.concerns,
            faults=list(tried.faults),
        )
        for rule, tried in zip(book.rules, found.rules, strict=True)
    ]
    return RuleTrialView(rules=rules, cost=found.cost, faults=list(found.faults), members=names)
