"""Reads a file of rules, and reports every mistake in it in a sentence.

Invariant: a sentence names the rule by number or name, as its author does, and says what to change.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from isopolity.contracts.validation_sentences import sentence
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook
from isopolity.matching.entrypoints.rule_files.shapes import (
    FilterShape,
    Groupings,
    Percent,
    RuleShape,
    floors_of,
)
from isopolity.matching.errors import InvalidRules

MOST_RULES: Final = 200
_QUOTE_IS_OPEN: Final = re.compile(r"Unterminated string|Expected \"'+\"|Illegal character '\\n'")
_FILTERS: Final = frozenset({"including", "between", "each", "partner", "serve"})


class BookShape(BaseModel):
    """The rules of a round and its objective."""

    model_config = ConfigDict(extra="forbid")

    rules: list[RuleShape] = Field(default=[], max_length=MOST_RULES)
    objective: Objective = Objective.MOST_TOTAL_FIT
    tolerance_percent: Percent = 1.0
    floors: Groupings | None = None
    floor_tolerance_percent: Percent = 5.0

    def book(self) -> RuleBook:
        """The rules and objective as a rule book of the domain."""
        return RuleBook(
            rules=tuple(shape.rule() for shape in self.rules),
            objective=self.objective,
            tolerance_percent=self.tolerance_percent,
            floors=floors_of(self.floors, self.floor_tolerance_percent),
        )


def read_rules(text: str) -> RuleBook:
    """The rule book in the text of a TOML file. Raises InvalidRules."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidRules([_not_toml(text, str(error))]) from None
    return rule_book(document)


def rule_book(document: Mapping[str, Any]) -> RuleBook:
    """The rule book in a document of the same shape. Raises InvalidRules."""
    try:
        return BookShape.model_validate(document).book()
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise InvalidRules([_sentence(entry, document) for entry in found]) from None


def _not_toml(text: str, error: str) -> str:
    if _QUOTE_IS_OPEN.match(error):
        for number, line in enumerate(text.splitlines(), 1):
            if _leaves_quote_open(line):
                return f"Line {number}: a quote is not closed. Write the same quote behind the text, too."
    return f"This is not TOML: {error}. Correct that line."


def _leaves_quote_open(line: str) -> bool:
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError as error:
        return _QUOTE_IS_OPEN.match(str(error)) is not None
    return False


def _sentence(entry: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    place: Sequence[int | str] = entry["loc"]
    whose, rest = _rule_named(list(_as_written(place, document)), document)
    says = _no_such_key(place) if entry["type"] == "extra_forbidden" else _says(entry)
    key = ".".join(str(step + 1) if isinstance(step, int) else step for step in rest)
    return f"{whose}{key and f'`{key}`'}{key and ': '}{says}" if whose or key else says


def _as_written(place: Sequence[int | str], document: Any) -> Iterator[int | str]:
    """The steps to a place, without the positions of lists that were written as a single value."""
    for step in place:
        if isinstance(document, list | tuple) and isinstance(step, int):
            document = document[step]
        elif isinstance(step, int):
            continue
        else:
            document = document.get(step) if isinstance(document, Mapping) else None
        yield step


def _says(entry: Mapping[str, Any]) -> str:
    if entry["loc"] == ("rules",) and entry["type"] == "list_type":
        return "Write `[[rules]]`, with two brackets on each side, above each rule."
    return _of_choices(entry) if entry["type"] in ("enum", "literal_error") else sentence(entry)


def _of_choices(entry: Mapping[str, Any]) -> str:
    """The words to write instead of one that is not among a few allowed ones."""
    choices = re.findall("'([^']+)'", entry["ctx"]["expected"])
    if len(choices) == 1:
        return f"Write {choices[0]!r}."
    close = get_close_matches(str(entry["input"]), choices, 1)
    return f"{sentence(entry)} Did you mean {close[0]!r}?" if close else sentence(entry)


def _rule_named(place: Sequence[int | str], document: Mapping[str, Any]) -> tuple[str, Sequence[int | str]]:
    """The name of the rule at a place, and the steps from there; an empty name if the place is in no rule."""
    if len(place) < 2 or place[0] != "rules" or not isinstance(place[1], int):
        return "", place
    rule = document["rules"][place[1]]
    name = rule.get("name") if isinstance(rule, Mapping) else None
    named = f" “{name}”" if isinstance(name, str) and name else ""
    return f"Rule {place[1] + 1}{named}: ", place[2:]


def _no_such_key(place: Sequence[int | str]) -> str:
    is_in_rule = place[0] == "rules"
    is_in_filter = is_in_rule and not _FILTERS.isdisjoint(place[:-1])
    shape: type[BaseModel] = FilterShape if is_in_filter else RuleShape if is_in_rule else BookShape
    if is_in_rule and place[-1] in BookShape.model_fields:
        return "It is about the whole file. Move it above the first `[[rules]]`."
    close = get_close_matches(str(place[-1]), shape.model_fields, 1)
    listed = ", ".join(shape.model_fields)
    return (
        f"There is no such key. Did you mean `{close[0]}`?" if close else f"There is no such key; there are {listed}."
    )
