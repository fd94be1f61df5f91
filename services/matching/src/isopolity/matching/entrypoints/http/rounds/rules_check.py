"""`/matching/v1/rules/check`: a file of rules as sentences, or the changes that it needs.

Invariant: nothing is stored and no round is run; the sentences describe the rules that a round would keep.
"""

import json
import tomllib
from typing import Any, Self

from pydantic import ConfigDict, Field

from isopolity.matching.application.wording.rule_outcomes import floors_sentence
from isopolity.matching.application.wording.rule_sentences import book_sentences
from isopolity.matching.entrypoints.http.context import Looker
from isopolity.matching.entrypoints.http.view import View
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules, rule_book
from isopolity.matching.errors import InvalidRules
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/rules")


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
    order: dict[str, Any] | None = Field(
        default=None, description="The file as fields of an order for a round: `POST /matching/v1/rounds`."
    )

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """Make the sentences of a document. Raises InvalidRules."""
        book = rule_book(document)
        *rules, objective = book_sentences(book)
        floors = None if book.floors is None else floors_sentence(book.floors)
        return cls(faults=[], rules=rules, objective=objective, floors=floors, order=document)


@router.post("/check")
async def check_rules(_: Looker, given: RulesText) -> CheckedRules:
    """Check a file of rules without running a round: returns a sentence for each rule, or the changes that it needs."""
    try:
        return CheckedRules.of(_document(given.text))
    except InvalidRules as error:
        return CheckedRules(faults=list(error.sentences))


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
