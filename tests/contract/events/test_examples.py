"""Examples made from schemas are events of their type, and of what is masked in them nothing is told."""

import json

import pytest

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.generation.json_schemas import example_of
from isopolity.contracts.seen_events import masked_event, validated


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_an_example_is_valid_and_says_each_field(name: str) -> None:
    event_type = EVENT_TYPES[name]
    example = example_of(event_type)
    assert example.keys() == event_type.data.model_fields.keys()
    value = json.dumps(example).encode()
    assert validated(event_type, value) is not None
    told = masked_event(None, value, [("ce_type", name.encode())])
    assert told.fits
    assert told.data is not None
    assert "about, in words" not in json.dumps(told.data)
