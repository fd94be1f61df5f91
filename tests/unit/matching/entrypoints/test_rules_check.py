"""A file of rules, TOML or JSON, told back over HTTP, or what to change in it."""

from typing import Any, cast
from unittest.mock import AsyncMock, Mock

import pytest

from isopolity.matching.entrypoints.http.rounds.rules_check import CheckedRules, RulesText, check_rules
from isopolity.web.tokens import Principal
from tests.support.matching.instance import many_wishes, network_of

STAFF = Principal(subject="staff", scopes=frozenset({"staff"}))
TOML = '[[rules]]\npairs = "twinnings"\nincluding = { region = "africa" }\nat_least = 5\n'
JSON = '{"rules": [{"pairs": "twinnings", "including": {"region": "africa"}, "at_least": 5}]}'


async def checked(text: str) -> CheckedRules:
    network = network_of(many_wishes(2, capacity=1))
    matching = Mock(surroundings=Mock(network=network, graph=Mock(caught_up=AsyncMock())))
    return await check_rules(cast("Any", matching), STAFF, RulesText(text=text))


@pytest.mark.parametrize("text", [TOML, JSON])
async def test_rules_are_told_and_given_as_an_order(text: str) -> None:
    found = await checked(text)
    assert found.faults == []
    assert found.rules == ["At least 5 twinnings with a city of Africa."]
    assert found.order == {"rules": [{"pairs": "twinnings", "including": {"region": "africa"}, "at_least": 5}]}


@pytest.mark.parametrize("text", ["", "  \n", "{}"])
async def test_no_rules_are_an_order_without_rules(text: str) -> None:
    found = await checked(text)
    assert (found.faults, found.rules, found.order) == ([], [], {})
    assert found.objective


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Africa first", "This is not TOML: Expected '=' after a key in a key/value pair (at line 1, column 8). "),
        ('{"rules": [', "This is not JSON: Expecting value: line 1 column 12 (char 11). Correct that place."),
        ("[[rules]]\nat_lest = 5", "Rule 1: `at_lest`: There is no such key. Did you mean `at_least`?"),
    ],
)
async def test_one_sentence_tells_what_is_wrong_in_the_format_that_the_text_looks_like(text: str, fault: str) -> None:
    (told,) = (await checked(text)).faults
    assert told.startswith(fault)
    assert told.count("This is not") <= 1
    assert ".." not in told


@pytest.mark.parametrize("text", ["[[rules]", '{"rules": [', "[[rules]]\nat_lest = 5", '{"rules": 5}', "{} x", "["])
async def test_what_is_wrong_is_told_in_sentences(text: str) -> None:
    found = await checked(text)
    assert found.faults
    assert all(each.endswith((".", "?")) for each in found.faults)
    assert found.order is None


async def test_members_that_are_not_in_the_network_are_no_fault_of_the_file() -> None:
    found = await checked('[[rules]]\neach = { id = ["city-0", "left"] }\nat_most = 1\n')
    assert (found.faults, found.gone) == ([], ["left"])
    assert found.order is not None
