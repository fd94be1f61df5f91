"""Nothing personal in any event, key or header: every contract is walked, and every example read."""

from copy import deepcopy
from dataclasses import fields
from typing import Annotated, Any

import pytest
from pydantic import Field

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES, TOPICS
from isopolity.contracts.event import KIND, Code, Data, Envelope, Identifier, Lineage
from isopolity.contracts.masked_fields import FREE_TEXT
from tests.support.events.golden_examples import example
from tests.support.events.personal_data import free_texts, looks_personal, suspects

each_type = pytest.mark.parametrize("name", EVENT_TYPES)


@each_type
def test_no_field_is_named_personal_or_free_without_a_reason(name: str) -> None:
    assert suspects(EVENT_TYPES[name].data) == set()


def test_every_listed_free_text_is_one_and_has_a_reason() -> None:
    found = {field for event_type in EVENT_TYPES.values() for field in free_texts(event_type.data)}
    assert set(FREE_TEXT) == found
    assert all(len(reason.split()) >= 4 for reason in FREE_TEXT.values())


def test_the_catalogue_lists_no_personal_field() -> None:
    assert [topic.name for topic in TOPICS if topic.personal_fields] == []


@each_type
def test_a_key_is_an_identifier_that_can_hold_no_address(name: str) -> None:
    event_type = EVENT_TYPES[name]
    key = event_type.data.model_json_schema()["properties"][EVENT_TYPES[name].key_field]
    assert key[KIND] == "identifier"
    with pytest.raises(ValueError, match="string_pattern_mismatch"):
        event_type.data.model_validate({**example(name).data, EVENT_TYPES[name].key_field: "maria@example.org"})


def test_the_headers_have_no_place_for_a_person() -> None:
    assert [field.name for field in fields(Envelope)] == [
        *("id", "source", "type", "subject", "time", "dataschema", "lineage")
    ]
    assert [field.name for field in fields(Lineage)] == ["correlation_id", "causation_id", "traceparent"]


@each_type
def test_no_example_looks_personal(name: str) -> None:
    golden = example(name)
    assert list(looks_personal([golden.key, golden.headers, golden.data])) == []


def test_contacts_travel_as_ids_and_role_only() -> None:
    contact = next(topic for topic in EVENT_TOPICS if topic.name == "isopolity.registry.contact")
    for event_type in contact.types:
        assert free_texts(event_type.data) == set()


class _Inside(Data):
    remark: str


class _Mutant(Data):
    """A contract with something personal in every way that we look for."""

    contact_id: Identifier
    since: Code
    email: Code
    contact_name: Code
    phone_number: Annotated[str, Field(max_length=20)] | None
    note: str
    inside: tuple[_Inside, ...]
    extra: dict[str, Code]
    anything: Any
    things: list[Any]


def test_a_contract_with_something_personal_is_found_out() -> None:
    unexplained = "free text without a reason in FREE_TEXT"
    assert suspects(_Mutant) == {
        "_Mutant.email: named like something personal",
        "_Mutant.contact_name: named like something personal",
        "_Mutant.phone_number: named like something personal",
        f"_Mutant.phone_number: {unexplained}",
        f"_Mutant.note: {unexplained}",
        f"_Inside.remark: {unexplained}",
        f"_Mutant.extra: {unexplained}",
        "_Mutant.anything: anything may stand here",
        "_Mutant.things: anything may stand here",
    }


@pytest.mark.parametrize(
    "text",
    [
        "maria@example.org",
        "Write to Maria <maria@example.org>.",
        "+30 2410 123456",
        "(+353) 21 492 4000",
        "021/492 4000",
    ],
)
@pytest.mark.parametrize("place", ["key", "header", "field", "name of a parameter"])
def test_an_example_with_something_personal_is_found_out(text: str, place: str) -> None:
    golden = deepcopy(example("isopolity.matching.proposal.issued.v1"))
    match place:
        case "key":
            golden = golden._replace(key=text)
        case "header":
            golden.headers["ce_correlationid"] = text
        case "field":
            golden.data["sides"][0]["reasons"][0]["text"] = text
        case _:
            golden.data["sides"][0]["reasons"][0]["parameters"][text] = "x"
    assert list(looks_personal([golden.key, golden.headers, golden.data])) == [text]
