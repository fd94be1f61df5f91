"""The AsyncAPI document is valid AsyncAPI 3, and whole."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator
from yaml import safe_load

from isopolity.contracts.catalogue import EVENT_TYPES, TOPICS
from isopolity.contracts.generation.files import ASYNCAPI
from isopolity.messaging.dead_letters import DeadLetter
from tests.support.events.golden_examples import example

REPOSITORY = Path(__file__).parents[3]
SPECIFICATION = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text("utf-8"))
Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    return safe_load((REPOSITORY / ASYNCAPI).read_text("utf-8"))  # type: ignore[no-any-return] # YAML


def resolved(document: Json, reference: str) -> Any:
    """The target of a reference, in the document or in a file beside it."""
    file, _, pointer = reference.partition("#")
    if file:
        return json.loads((REPOSITORY / ASYNCAPI).parent.joinpath(file).read_text("utf-8"))
    found: Any = document
    for part in pointer.strip("/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_document_is_valid(document: Json) -> None:
    Draft7Validator(SPECIFICATION).validate(document)


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d.update(asyncapi="2.6.0"),
        lambda d: d["operations"]["registry.sends.registry.city"].update(action="publish"),
        lambda d: d["channels"]["registry.city"]["bindings"]["kafka"].update(partitions="six"),
        lambda d: d["components"]["messages"]["dead-letter"].update(payload=3),
    ],
)
def test_an_invalid_document_is_refused(document: Json, edit: Any) -> None:
    broken = deepcopy(document)
    edit(broken)
    assert not Draft7Validator(SPECIFICATION).is_valid(broken)


def test_every_reference_leads_somewhere(document: Json) -> None:
    found = list(references(document))
    assert found
    for reference in found:
        assert resolved(document, reference)


def test_every_topic_has_a_channel_and_its_operations(document: Json) -> None:
    channels = {channel["address"]: name for name, channel in document["channels"].items()}
    assert set(channels) == {topic.name for topic in TOPICS}
    expected = {f"{topic.producer}.sends.{channels[topic.name]}" for topic in TOPICS} | {
        f"{service}.receives.{channels[topic.name]}" for topic in TOPICS for service in topic.consumers
    }
    assert set(document["operations"]) == expected


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_headers_of_every_example_fit_its_message(document: Json, name: str) -> None:
    message = document["components"]["messages"][name]
    validator = Draft7Validator({**message["headers"], "components": document["components"]})
    headers = example(name).headers
    validator.validate(headers)
    assert not validator.is_valid({**headers, "ce_type": "isopolity.registry.city.other.v1"})
    assert not validator.is_valid({key: text for key, text in headers.items() if key != "ce_id"})


def test_the_headers_of_a_dead_letter_are_those_that_are_added(document: Json) -> None:
    letter = DeadLetter(
        topic="t",
        partition=0,
        offset=0,
        key="k",
        value=b"",
        headers=(),
        group="g",
        reason="r",
        detail="d",
        at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    described = document["components"]["messages"]["dead-letter"]["headers"]["properties"]
    assert [name for name, _ in letter.to_message("isopolity.notify.dead-letter").headers] == list(described)
