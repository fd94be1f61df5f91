"""CloudEvents 1.0, Kafka protocol binding, binary mode: attributes in headers, the JSON of the data as value.

Its invariant: `decode(*encode(event))` is the event, and the CloudEvents SDK reads and writes the same bytes.
Spec: CloudEvents 1.0.2, Kafka Protocol Binding 1.0.2, section 3.2; correlationid and causationid are extensions,
traceparent stands bare, as OpenTelemetry writes it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.data import Data
from isopolity.contracts.errors import MalformedEvent
from isopolity.contracts.event import Envelope, Event, Lineage
from pydantic import ValidationError

Headers = Sequence[tuple[str, bytes]]

_CONTENT_TYPE: Final = b"application/json"
_REQUIRED: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_correlationid")


def encode(event: Event[Data]) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The value and the headers of the Kafka message for `event`."""
    return event.data.model_dump_json(exclude_none=True).encode(), encode_headers(event.envelope)


def encode_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The headers that carry `envelope`."""
    lineage = envelope.lineage
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_time", envelope.time.isoformat().encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_dataschema", envelope.dataschema.encode()),
        ("content-type", _CONTENT_TYPE),
        ("ce_correlationid", lineage.correlation_id.encode()),
    ]
    if lineage.causation_id is not None:
        headers.append(("ce_causationid", lineage.causation_id.encode()))
    if lineage.traceparent is not None:
        headers.append(("traceparent", lineage.traceparent.encode()))
    return headers


def decode(value: bytes, headers: Iterable[tuple[str, bytes]]) -> Event[Data]:
    """The event that a message carries.

    Raises MalformedEvent with reason `missing-attribute`, `unsupported-version`, `unknown-type`, `invalid-attribute`,
    `invalid-data`; its detail names places, never values.
    """
    attributes = dict(headers)
    try:
        envelope = _envelope(attributes)
    except KeyError as error:
        raise MalformedEvent("missing-attribute", f"the header {error.args[0]} is missing") from None
    except ValueError as error:
        if isinstance(error, MalformedEvent):
            raise
        raise MalformedEvent(
            "invalid-attribute", "a header is not UTF-8 text, or ce_time is no RFC 3339 time"
        ) from None
    event_type = EVENT_TYPES.get(envelope.type)
    if event_type is None:
        raise MalformedEvent("unknown-type", "ce_type is not in the catalogue of this release")
    try:
        return Event(envelope, event_type.data.model_validate_json(value))
    except ValidationError as error:
        raise MalformedEvent("invalid-data", describe(error)) from None


def describe(error: ValidationError) -> str:
    """Where the data is wrong and how, without any of its values: nothing personal may reach a dead letter."""
    problems = [f"{'.'.join(map(str, p['loc'])) or 'the value'}: {p['type']}" for p in error.errors(include_url=False)]
    return "; ".join(problems[:5])


def _envelope(attributes: dict[str, bytes]) -> Envelope:
    for name in _REQUIRED:
        if not attributes[name]:
            raise KeyError(name)
    if attributes["ce_specversion"] != b"1.0":
        raise MalformedEvent("unsupported-version", "ce_specversion is not 1.0")
    causation = attributes.get("ce_causationid")
    traceparent = attributes.get("traceparent")
    return Envelope(
        attributes["ce_id"].decode(),
        attributes["ce_source"].decode(),
        attributes["ce_type"].decode(),
        attributes["ce_subject"].decode(),
        datetime.fromisoformat(attributes["ce_time"].decode()),
        attributes.get("ce_dataschema", b"").decode(),
        Lineage(
            attributes["ce_correlationid"].decode(),
            None if causation is None else causation.decode(),
            None if traceparent is None else traceparent.decode(),
        ),
    )
