"""Our codec and the CloudEvents SDK read each other's messages."""

import json
import re
from dataclasses import replace
from typing import Any

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from jsonschema_rs import Draft7Validator

from isopolity.contracts import cloudevents
from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data, Event, Lineage
from isopolity.contracts.generation.json_schemas import schema_of
from isopolity.messaging.codec import to_message
from tests.support.events.golden_examples import example
from tests.support.events.strategies import events

SCHEMAS = {name: schema_of(event_type) for name, event_type in EVENT_TYPES.items()}


def attributes(event: Event[Data]) -> dict[str, Any]:
    """The CloudEvents attributes of `event`; traceparent is none, it stands bare among the headers."""
    envelope, lineage = event.envelope, event.envelope.lineage
    found = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time,
        "dataschema": envelope.dataschema,
        "datacontenttype": "application/json",
        "correlationid": lineage.correlation_id,
        "causationid": lineage.causation_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def without_trace(event: Event[Data]) -> Event[Data]:
    lineage = replace(event.envelope.lineage, traceparent=None)
    return replace(event, envelope=replace(event.envelope, lineage=lineage))


@given(events)
def test_what_we_write_we_read(event: Event[Data]) -> None:
    assert cloudevents.decode(*cloudevents.encode(event)) == event


@given(events)
def test_what_we_write_fits_its_schema_and_holds_no_null(event: Event[Data]) -> None:
    value, _ = cloudevents.encode(event)
    Draft7Validator(SCHEMAS[event.envelope.type], validate_formats=True).validate(json.loads(value))
    assert not re.search(rb":null[,}]", re.sub(rb'"(\\.|[^"\\])*"', b"", value))


@given(events)
def test_the_sdk_reads_what_we_write(event: Event[Data]) -> None:
    message = to_message(event)
    assert message.value is not None
    read = from_binary_event(KafkaMessage(dict(message.headers), message.key, message.value))
    assert read.get_attributes() == {**attributes(event), "partitionkey": event.envelope.subject}
    assert read.get_data() == json.loads(message.value)


@given(events)
def test_we_read_what_the_sdk_writes(event: Event[Data]) -> None:
    written = to_binary_event(CloudEvent(attributes(event), event.data.model_dump(mode="json")))
    assert cloudevents.decode(written.value, written.headers.items()) == without_trace(event)


@given(events)
def test_an_event_that_passed_through_the_sdk_is_the_same(event: Event[Data]) -> None:
    value, headers = cloudevents.encode(event)
    passed = to_binary_event(from_binary_event(KafkaMessage(dict(headers), None, value)))
    assert cloudevents.decode(passed.value, passed.headers.items()) == without_trace(event)


def test_an_event_of_the_sdk_without_our_extensions_is_the_first_of_its_chain() -> None:
    golden = example("isopolity.notify.response.received.v1")
    plain = CloudEvent(
        {"type": golden.headers["ce_type"], "source": "/operator", "subject": golden.key, "id": "an-id"}, golden.data
    )
    written = to_binary_event(plain)
    assert cloudevents.decode(written.value, written.headers.items()).envelope.lineage == Lineage("an-id")
