"""Golden examples, one for each event type: an event that was once written stays readable.

One gets optional fields that its event type got; what it holds is never changed.
"""

import json
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator, ValidationError

from isopolity.contracts import cloudevents
from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.generation.json_schemas import schema_of
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import to_event, to_message
from tests.support.events.golden_examples import FOLDER, example

each_type = pytest.mark.parametrize("name", EVENT_TYPES)


def lost(old: Any, new: Any, path: str = "data") -> list[str]:
    """Where `new` has not kept what is in `old`; what `new` has besides does not matter."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [place for key in old for place in lost(old[key], new.get(key), f"{path}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [place for i, pair in enumerate(zip(old, new, strict=True)) for place in lost(*pair, f"{path}[{i}]")]
    return [] if old == new else [path]


def validator(name: str) -> Draft7Validator:
    return Draft7Validator(schema_of(EVENT_TYPES[name]), validate_formats=True)


def test_every_event_type_has_an_example_and_every_example_a_type() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(EVENT_TYPES)


@each_type
def test_todays_reader_reads_the_example(name: str) -> None:
    golden = example(name)
    record = Record(golden.topic, 0, 0, 0, golden.key, golden.value, golden.raw_headers)
    event = to_event(record)
    assert event.envelope.type == name
    assert event.envelope.dataschema == EVENT_TYPES[name].dataschema
    assert getattr(event.data, EVENT_TYPES[name].key_field) == golden.key


@each_type
def test_an_example_written_again_is_the_same_message(name: str) -> None:
    golden = example(name)
    event = golden.event()
    message = to_message(event)
    assert (message.topic, message.key, list(message.headers)) == (golden.topic, golden.key, golden.raw_headers)
    assert message.value is not None
    assert lost(golden.data, json.loads(message.value)) == []
    assert cloudevents.decode(message.value, message.headers) == event


@each_type
def test_the_example_fits_its_json_schema(name: str) -> None:
    validator(name).validate(example(name).data)


@each_type
def test_the_schema_refuses_an_example_without_its_key(name: str) -> None:
    data = {field: value for field, value in example(name).data.items() if field != EVENT_TYPES[name].key_field}
    with pytest.raises(ValidationError):
        validator(name).validate(data)


def test_a_lost_or_changed_value_is_seen() -> None:
    golden = example("isopolity.matching.proposal.issued.v1").data
    changed = json.loads(json.dumps(golden))
    changed["sides"][1]["reasons"][0]["text"] = "something else"
    del changed["round_id"]
    assert lost(golden, changed) == ["data.sides[1].reasons[0].text", "data.round_id"]
