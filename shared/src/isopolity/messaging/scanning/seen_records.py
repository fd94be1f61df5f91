"""Records as they are told to people: their place, their envelope and their data, cut where they are long."""

import json
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, Field, JsonValue

from isopolity.contracts.seen_events import SeenEvent, unknown_fields
from isopolity.messaging.broker import Record
from isopolity.messaging.member_ids import members_told

LONGEST: Final = 20_000
"""Characters of the data that are told."""
_HEADER: Final = 500
"""Characters of a header or a key that are told."""
_HEADERS: Final = 50
_KILOBYTE: Final = 1_024


class SeenRecord(BaseModel):
    """A record, masked unless it was asked for otherwise."""

    topic: str
    partition: int
    offset: int
    at: datetime = Field(description="When it was published")
    type: str | None = Field(description="Null where the catalogue does not know it")
    fits: bool = Field(description="Whether it fits the contract of its type; else nothing is told that it came with")
    key: str | None
    headers: dict[str, str]
    hidden_headers: int
    trace_id: str | None
    data: JsonValue = Field(description="The fields of its contract; null where there are none, or they are long")
    text: str | None = Field(description="The beginning of what is long; of a record that is not masked, as it came")
    is_cut: bool
    is_text: bool = Field(description="Whether the value is text in UTF-8")
    is_tombstone: bool = Field(description="It says that its key is gone")
    unknown_fields: int = Field(description="Fields that the contract does not know, and that are masked")
    kilobytes: int = Field(description="Its size, rounded up: to the byte it would tell answers apart")
    members: list[str] = Field(description="Ids of the members that it is about")


def told(record: Record, event: SeenEvent, *, unmasked: bool) -> SeenRecord:
    """The record as it is told."""
    value = record.value or b""
    text: str | None = None
    data = event.data
    if unmasked:
        text = value[: 4 * LONGEST].decode("utf-8", "replace")
    elif data is not None and len(value) > LONGEST:
        text = json.dumps(data, ensure_ascii=False)
    is_cut = text is not None and len(text) > LONGEST
    if data is not None and len(value) > LONGEST:
        data = None
    return SeenRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at=record.written_at or datetime.fromtimestamp(0, UTC),
        type=event.type,
        fits=event.fits,
        key=None if event.key is None else event.key[:_HEADER],
        headers={name[:_HEADER]: content[:_HEADER] for name, content in [*event.headers.items()][:_HEADERS]},
        hidden_headers=event.hidden_headers,
        trace_id=event.trace_id,
        data=data if data is None else dict(data),
        text=None if text is None else text[:LONGEST],
        is_cut=is_cut,
        is_text=_is_text(value),
        is_tombstone=record.value is None,
        unknown_fields=unknown_fields(_type_of(record), record.value) if event.fits else 0,
        kilobytes=-(-len(value) // _KILOBYTE),
        members=members_told(record.topic, event.data),
    )


def _type_of(record: Record) -> str:
    return dict(record.headers).get("ce_type", b"").decode("utf-8", "replace")


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
