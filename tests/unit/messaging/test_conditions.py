"""Conditions on fields: what holds, what is no condition, and that nothing can be asked of what is masked."""

from typing import Any

import pytest
from pydantic import BaseModel

from isopolity.contracts.catalogue import CITY as CITY_TOPIC
from isopolity.contracts.catalogue import PROPOSAL
from isopolity.contracts.masked_fields import MASK
from isopolity.contracts.matching import ProposalState
from isopolity.contracts.registry import CityState
from isopolity.messaging.scanning.conditions import Condition, WrongCondition, conditions_of
from isopolity.messaging.scanning.query import topics_with_fields

NAMES = [CITY_TOPIC.name, PROPOSAL.name]
CITY: dict[str, Any] = {
    "name": "Espoo", "population": 305_000, "version": 3, "can_host": True, "paused_until": None,
    "languages": ["fi", "sv"], "at": "2026-11-02T09:00:00Z", "about": MASK, "country": "FI",
    "parameters": {"distance": "12"},
    "needs": [{"subject": "sdg.4", "intensity": 5}, {"subject": "area.work", "intensity": 2}],
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "name = Espoo", 'name = "Espoo"', "name contains SPO", "population > 100000", "population = 305000",
        "population != 1", "version < 4", "can_host = true", "paused_until = null", "name != null", "absent = null",
        "languages = sv", "needs.subject = sdg.4", "needs.intensity > 4", "needs.subject != sdg.1",
        "at > 2026-11-01", "at < 2026-11-02T12:00:00+02:00", " name=Espoo ", "version = 3.0",
    ],
)  # fmt: skip
def test_a_condition_holds(text: str) -> None:
    assert Condition.of(text).holds(CITY)


@pytest.mark.parametrize(
    "text",
    [
        "name = espoo", "name = Esp", "name contains Oulu", "population < 100000", 'population = "305000"',
        "can_host = false", "can_host = 1", "paused_until != null", "needs.subject != sdg.4", "name > 5",
        "absent != x", "absent = x", "needs = 5", "parameters = 5", "at > 2026-11-03", "needs.intensity > 5",
        "about = null", "about != null", "about != x", "about contains masked", f"about = {MASK}", "about.inner = null",
    ],
)  # fmt: skip
def test_a_condition_does_not_hold_and_none_does_of_what_is_masked(text: str) -> None:
    assert not Condition.of(text).holds(CITY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name =",
        "= x",
        "name == x",
        "name ~ x",
        "name > x",
        'name = "x',
        "a.b..c = 1",
        "x" * 600,
        "a\n=1=\0",
    ],
    ids=["nothing", "a name", "no value", "no field", "two signs", "no sign", "text", "open", "dots", "long", "lines"],
)
def test_what_is_no_condition_gets_a_sentence(text: str) -> None:
    if text == "name == x":
        assert Condition.of(text).text == "= x", "the value begins after the first sign"
        return
    if text.startswith("a\n"):
        assert Condition.of(text).text == "1=\0"
        return
    with pytest.raises(WrongCondition) as error:
        Condition.of(text)
    assert str(error.value).endswith(("100000.", "need one.", "quotation marks."))


def test_a_field_must_be_of_the_contracts_and_told() -> None:
    models: list[type[BaseModel]] = [CityState, ProposalState]
    assert conditions_of(["sides.member_id = espoo", "stage = closed"], models, unmasked=False)
    for unknown, near in (
        ("size", "the page of contracts lists the fields of each type."),
        ("populaton", "the nearest: population."),
        ("sides.programme", "the nearest: sides.programme.closes, "),
        ("member_id", "the nearest: sides.member_id."),
        ("sides.member_id.x", "the nearest: sides.member_id"),
    ):
        with pytest.raises(WrongCondition, match=rf"has a field {unknown}; {near}"):
            conditions_of([f"{unknown} = 1"], models, unmasked=False)
    with pytest.raises(WrongCondition) as holding:
        conditions_of(["sides = 1"], models, unmasked=False)
    assert str(holding.value).count(", sides.") == 2, "of many fields below it three are named"
    for masked in ("sides.answer = no", "about contains x", "lapsed_by = a", "sides.reasons.text contains x"):
        with pytest.raises(WrongCondition, match="is masked"):
            conditions_of([masked], models, unmasked=False)
        assert conditions_of([masked], models, unmasked=True)
    with pytest.raises(WrongCondition, match="at most 10"):
        conditions_of(["version = 1"] * 11, models, unmasked=False)


def test_topics_without_the_field_are_left_out_and_where_none_has_it_that_is_told() -> None:
    assert topics_with_fields(NAMES, []) == NAMES
    assert topics_with_fields(NAMES, ["population > 5000000"]) == [CITY_TOPIC.name]
    assert topics_with_fields(NAMES, ["version > 1", "sides.answer = no"]) == [PROPOSAL.name], "asked, and refused"
    for where, told in (
        (["population > 1", "stage = closed"], "has all of these fields"),
        (["stage = closed", "nowhere = 1"], "has a field nowhere;"),
        (["population"], "is no condition"),
    ):
        with pytest.raises(WrongCondition, match=told):
            topics_with_fields(NAMES, where)
