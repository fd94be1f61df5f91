"""CloudEvents 1.0, Kafka protocol binding, binary mode: attributes in headers, the JSON of the data as value.

Invariant: `decode(*encode(event))` is the event, and the CloudEvents SDK reads and writes the same bytes.
Spec: CloudEvents 1.0.2, Kafka Protocol Binding 1.0.2, section 3.2; correlationid and causationid are extensions,
traceparent stands bare, as OpenTelemetry writes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from pydantic import ValidationError

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data, Envelope, Event, Lineage, MalformedEvent

Headers = Sequence[tuple[str, bytes]]

_CONTENT_TYPE: Final = b"application/json"
_REQUIRED: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject")
_MOST_PROBLEMS: Final = 5
"""The most problems that one error names."""


def encode(event: Event[Data]) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The value and the headers of the Kafka message for `event`."""
    return encode_data(event.data), encode_headers(event.envelope)


def encode_data(data: Data) -> bytes:
    """The value that carries `data`."""
    return data.model_dump_json(exclude_none=True).encode()


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


def decode(value: bytes, headers: Iterable[tuple[str, bytes | None]]) -> Event[Data]:
    """The event that a message carries; a header that is null counts as missing.

    Raises MalformedEvent with reason `missing-attribute`, `invalid-attribute`, `unsupported-version`,
    `unsupported-content-type`, `unknown-type` or `invalid-data`; its detail names places, never values.
    """
    envelope = _envelope(dict(headers))
    event_type = EVENT_TYPES.get(envelope.type)
    if event_type is None:
        raise MalformedEvent("unknown-type", "ce_type is not in the catalogue of this release")
    try:
        return Event(envelope, event_type.data.model_validate_json(value))
    except ValidationError as error:
        raise MalformedEvent("invalid-data", describe(error)) from None


def describe(error: ValidationError) -> str:
    """Where the data is wrong and how, without any of its values: nothing personal may reach a dead letter."""
    problems = [f"{_place(problem['loc'])}: {problem['type']}" for problem in error.errors(include_url=False)]
    return "; ".join(problems[:_MOST_PROBLEMS])


def _place(location: tuple[int | str, ...]) -> str:
    """The path of fields; the key of a mapping is a value that came with the event, and is left out."""
    known = _field_names()
    return ".".join(str(part) if isinstance(part, int) or part in known else "*" for part in location) or "the value"


@cache
def _field_names() -> frozenset[str]:
    names: set[str] = set()
    for event_type in EVENT_TYPES.values():
        schema = event_type.data.model_json_schema()
        for model in (schema, *schema.get("$defs", {}).values()):
            names.update(model["properties"])
    return frozenset(names)


def _envelope(attributes: Mapping[str, Any]) -> Envelope:
    """The envelope in the attributes: straight away if they are as we write them, or else with all due care."""
    try:
        if attributes["ce_specversion"] == b"1.0" and attributes["content-type"] == _CONTENT_TYPE:
            return _ordinary_envelope(attributes)
    except (KeyError, ValueError, AttributeError):
        pass
    return _careful_envelope(attributes)


def _ordinary_envelope(attributes: Mapping[str, Any]) -> Envelope:
    event_id, source, event_type = attributes["ce_id"], attributes["ce_source"], attributes["ce_type"]
    subject, correlation_id = attributes["ce_subject"], attributes["ce_correlationid"]
    if not (event_id and source and event_type and subject and correlation_id):
        raise ValueError
    causation_id, traceparent = attributes.get("ce_causationid"), attributes.get("traceparent")
    time = datetime.fromisoformat(attributes["ce_time"].decode())
    if time.tzinfo is None:
        raise ValueError
    return Envelope(
        event_id.decode(),
        source.decode(),
        event_type.decode(),
        subject.decode(),
        time,
        attributes["ce_dataschema"].decode(),
        Lineage(
            correlation_id.decode(),
            causation_id.decode() if causation_id else None,
            traceparent.decode() if traceparent else None,
        ),
    )


def _careful_envelope(attributes: Mapping[str, bytes | None]) -> Envelope:
    for name in _REQUIRED:
        if not attributes.get(name):
            raise MalformedEvent("missing-attribute", f"the header {name} is missing or empty")
    if attributes["ce_specversion"] != b"1.0":
        raise MalformedEvent("unsupported-version", "ce_specversion is not 1.0")
    if attributes.get("content-type", _CONTENT_TYPE) != _CONTENT_TYPE:
        _require_json(attributes["content-type"])
    event_id = _text(attributes, "ce_id")
    return Envelope(
        event_id,
        _text(attributes, "ce_source"),
        _text(attributes, "ce_type"),
        _text(attributes, "ce_subject"),
        _time(_text(attributes, "ce_time")),
        _text(attributes, "ce_dataschema"),
        Lineage(
            # an event from elsewhere may lack our extension: then it is the first of its chain
            _text(attributes, "ce_correlationid") or event_id,
            _text(attributes, "ce_causationid") or None,
            _text(attributes, "traceparent") or None,
        ),
    )


def _text(attributes: Mapping[str, bytes | None], name: str) -> str:
    try:
        return (attributes.get(name) or b"").decode()
    except UnicodeDecodeError:
        raise MalformedEvent("invalid-attribute", f"the header {name} is not UTF-8 text") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.upper())
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise MalformedEvent("invalid-attribute", "ce_time is no RFC 3339 time with an offset from UTC")
    return time


def _require_json(content_type: bytes | None) -> None:
    media_type = (content_type or _CONTENT_TYPE).split(b";")[0].strip().lower()
    if media_type.startswith(b"application/cloudevents") or not media_type.endswith((b"/json", b"+json")):
        raise MalformedEvent("unsupported-content-type", "content-type is not JSON, or the mode is not binary")
