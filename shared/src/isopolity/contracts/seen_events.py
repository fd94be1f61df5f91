"""Views of a record: masked for any operator; with the right to unmask whole, but for what only its member reads.

Invariant: the masked view is built from the validated data, field by field, never by taking things out of the bytes; of
a record that does not fit its contract no content is given.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from isopolity.contracts import event_types as types
from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data
from isopolity.contracts.masked_fields import ID, is_id, masked_data, without_private
from isopolity.contracts.topic import EventType

Headers = Sequence[tuple[str, bytes]]

CLOSED_TYPE: Final = "isopolity.matching.proposal.closed.v1"
"""Replaces the types that reveal how a proposal closed."""
_CLOSED_TYPES: Final = (types.PROPOSAL_DECLINED, types.PROPOSAL_EXPIRED)

_URN: Final = re.compile(r"urn:isopolity:[a-z0-9:._-]{1,100}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ][0-9:.]{5,15}(?:Z|[+-]\d\d:\d\d)")
_TRACE: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_HEADERS: Final[Mapping[str, re.Pattern[str]]] = {
    "ce_specversion": re.compile(r"1\.0"),
    "ce_id": ID,
    "ce_source": _URN,
    "ce_type": re.compile(r"isopolity(?:\.[a-z0-9-]+){2,4}"),
    "ce_time": _MOMENT,
    "ce_subject": ID,
    "ce_dataschema": _URN,
    "content-type": re.compile(r"application/json"),
    "ce_correlationid": ID,
    "ce_causationid": ID,
    "traceparent": _TRACE,
}
"""Headers that any operator may see, each only in this form."""
VISIBLE_HEADERS: Final = tuple(_HEADERS)
"""Headers that any operator may see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEvent:
    """The visible part of a record that should be an event."""

    type: str | None
    """None where the catalogue does not know it."""
    fits: bool
    """Whether the value fits the contract of its type."""
    key: str | None
    """None where it is masked."""
    headers: Mapping[str, str] = field(default_factory=dict)
    hidden_headers: int = 0
    data: Mapping[str, Any] | None = None
    """The fields of its contract as JSON; None where it does not fit, and of a tombstone."""

    @property
    def trace_id(self) -> str | None:
        """The id of the trace that it belongs to."""
        found = _TRACE.fullmatch(self.headers.get("traceparent", ""))
        return None if found is None else found[1]


def masked_event(key: str | None, value: bytes | None, headers: Headers) -> SeenEvent:
    """The visible part of a record for any operator: answers, texts and unknown fields are masked."""
    by_name = {name: text.decode("utf-8", "replace") for name, text in headers}
    event_type = EVENT_TYPES.get(by_name.get("ce_type", ""))
    data = None if event_type is None else validated(event_type, value)
    fits = data is not None or (value is None and event_type is not None)
    name = None if event_type is None else seen_type(event_type.name)
    if event_type is None or not fits:
        return SeenEvent(type=name, fits=False, key=None, hidden_headers=len(headers))
    subject = by_name.get("ce_subject") if data is None else getattr(data, event_type.key_field, None)
    seen_key = key if key is not None and key == subject and is_id(key) else None
    visible = dict(_headers(by_name, seen_key))
    return SeenEvent(
        type=name,
        fits=True,
        key=seen_key,
        headers=visible,
        hidden_headers=len(headers) - len(visible),
        data=None if data is None else masked_data(data),
    )


def seen_event(key: str | None, value: bytes | None, headers: Headers) -> SeenEvent:
    """All of a record but what only its member reads, for operators with the right to unmask."""
    by_name = {name: text.decode("utf-8", "replace") for name, text in headers}
    event_type = EVENT_TYPES.get(by_name.get("ce_type", ""))
    data = None if event_type is None else validated(event_type, value)
    return SeenEvent(
        type=None if event_type is None else event_type.name,
        fits=data is not None or (value is None and event_type is not None),
        key=key,
        headers=by_name,
        data=None if data is None else without_private(data),
    )


def seen_type(name: str) -> str:
    """The name of an event type where answers are masked: `CLOSED_TYPE` for a proposal that was declined or expired."""
    return CLOSED_TYPE if name in _CLOSED_TYPES else name


def validated(event_type: EventType, value: bytes | None) -> Data | None:
    """The data in the value of a record; None if the value is not of this type."""
    try:
        return None if value is None else event_type.data.model_validate_json(value)
    except (ValidationError, RecursionError):
        return None


def document_of(value: bytes | None) -> Mapping[str, Any]:
    """The fields in the value of a record, also those that no contract has; empty if the value cannot be read."""
    try:
        found = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def unknown_fields(type_name: str | None, value: bytes | None) -> int:
    """The number of fields of a record that the contract of its type lacks; their names are masked too."""
    event_type = EVENT_TYPES.get(type_name or "")
    return 0 if event_type is None else sum(name not in event_type.data.model_fields for name in document_of(value))


def _headers(by_name: Mapping[str, str], key: str | None) -> Iterator[tuple[str, str]]:
    for name, pattern in _HEADERS.items():
        text = by_name.get(name)
        if text is None or not pattern.fullmatch(text) or (name == "ce_subject" and text != key):
            continue
        if name in ("ce_type", "ce_dataschema"):
            for each in _CLOSED_TYPES:
                text = text.replace(each, CLOSED_TYPE)
        yield name, text
