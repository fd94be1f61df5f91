"""The page on rules says what is so: each example is read, told as the page tells it, and kept by a round."""

import json
import re
from pathlib import Path

import pytest

from isopolity.matching.application.wording.rules.rule_sentences import objective_sentence, rule_sentence
from isopolity.matching.domain.rules.filters import MemberFilter
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook
from isopolity.matching.entrypoints.rule_files.reading import read_rules, rule_book
from isopolity.matching.entrypoints.rule_files.shapes import FilterShape, RuleShape

PAGE = (Path(__file__).parents[4] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```(toml|json)\n(.*?)^```\n((?:> - [^\n]*\n)+)", re.MULTILINE | re.DOTALL)


def book_of(kind: str, text: str) -> RuleBook:
    if kind == "toml":
        return read_rules(text)
    order = json.loads(text)
    return rule_book({name: order[name] for name in ("rules", "objective")})


EXAMPLES = [(book_of(kind, text), told) for kind, text, told in EXAMPLE.findall(PAGE)]


def test_there_are_ten_worked_examples_and_more() -> None:
    assert len(re.findall(r"^### \d+\. ", PAGE, re.MULTILINE)) == 10
    assert len(EXAMPLES) == 12
    assert len(re.findall(r"^```toml$", PAGE, re.MULTILINE)) + PAGE.count("```json") == len(EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_told_as_the_page_tells_it(number: int) -> None:
    book, told = EXAMPLES[number]
    lines = [line.removeprefix("> - ") for line in told.splitlines()]
    sentences = [*map(rule_sentence, book.rules)]
    if len(lines) > len(sentences):
        sentences.append(objective_sentence(book))
    assert lines == sentences


def test_the_page_names_every_key_and_objective() -> None:
    keys = {*FilterShape.model_fields, *RuleShape.model_fields}
    assert {key for key in keys if f"`{key}`" not in PAGE and f"`{key} =" not in PAGE} == set()
    assert {each for each in Objective if f"`{each.value}`" not in PAGE} == set()
    assert MemberFilter.__dataclass_fields__.keys() == FilterShape.model_fields.keys()
