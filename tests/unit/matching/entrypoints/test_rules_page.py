"""The page on rules says what is so: each example is read, told as the page tells it, and kept by a round."""

import json
import re
from pathlib import Path

import pytest

from isopolity.matching.application.candidates.candidate_search import free_capacities
from isopolity.matching.application.wording.rule_sentences import objective_sentence, rule_sentence
from isopolity.matching.application.workflows.rounds.computation import compute_draft
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.assignment.problem import unreported
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.filters import MemberFilter
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules, rule_book
from isopolity.matching.entrypoints.rule_files.shapes import FilterShape, RuleShape
from tests.support.matching.instance import surroundings_of
from tests.support.matching.ruled_networks import five_regions, world_of
from tests.support.matching.service import NOW

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
    assert len(EXAMPLES) == 14
    assert len(re.findall(r"^```toml$", PAGE, re.MULTILINE)) + PAGE.count("```json") == len(EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_told_as_the_page_tells_it(number: int) -> None:
    book, told = EXAMPLES[number]
    lines = [line.removeprefix("> - ") for line in told.splitlines()]
    sentences = [*map(rule_sentence, book.rules)]
    if len(lines) > len(sentences):
        sentences.append(objective_sentence(book))
    assert lines == sentences


@pytest.fixture(scope="module")
def situation() -> Situation:
    market = five_regions(64)
    return Situation(market=market, free=free_capacities(market, {}), closed=(), now=NOW)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_a_round_keeps_an_example(number: int, situation: Situation) -> None:
    book, _ = EXAMPLES[number]
    engine = surroundings_of(Network()).engine
    computed = compute_draft(RoundPlan(book=book), situation, engine, unreported)
    assert computed.rules is not None
    assert all(outcome.holds for outcome in computed.rules.outcomes)
    numbers = computed.numbers
    world = world_of(situation.market, numbers.choice.problem, numbers.holders)
    fixed = {outcome.source: outcome.at_least for outcome in computed.rules.outcomes}
    chosen = [world.pairs[edge] for edge in numbers.choice.chosen.tolist()]
    assert world.keeps(book, chosen, fixed)
    if book.rules:
        assert not world.keeps(book, world.pairs, fixed) or not world.keeps(book, [], fixed)


def test_the_page_names_every_key_and_objective() -> None:
    keys = {*FilterShape.model_fields, *RuleShape.model_fields}
    assert {key for key in keys if f"`{key}`" not in PAGE and f"`{key} =" not in PAGE} == set()
    assert {each for each in Objective if f"`{each.value}`" not in PAGE} == set()
    assert MemberFilter.__dataclass_fields__.keys() == FilterShape.model_fields.keys()
