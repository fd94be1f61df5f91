"""The query of a scan: where to begin, the direction, and conditions on records; the view of a record for people.

Invariant: filters apply to visible fields only, so no filter can find a masked answer. A presented record has its
place, its envelope and its data, shortened if they are long.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from isopolity.contracts.catalogue import TOPIC_OF_TYPE, TOPICS
from isopolity.contracts.event import Data
from isopolity.contracts.event_types import whole_name
from isopolity.contracts.seen_events import CLOSED_TYPE, SeenEvent, masked_event, seen_event, unknown_fields
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import visible_members
from isopolity.messaging.scanning.conditions import Condition, WrongCondition, conditions_of, models_with

UNFIT: Final = "unfit"
"""The type name for records that fit no contract."""
_CORRELATION: Final = "ce_correlationid"


class Place(BaseModel):
    """An offset of a partition."""

    model_config = ConfigDict(frozen=True)

    topic: str
    partition: int
    offset: int


class Query(BaseModel):
    """A query; without `places` and `since` it begins at the start, or backwards at the end."""

    model_config = ConfigDict(frozen=True)

    topics: tuple[str, ...]
    backwards: bool = False
    places: tuple[Place, ...] | None = None
    """Where to begin; partitions without a place begin at their ends."""
    since: datetime | None = None
    """The moment to begin with."""
    most: Annotated[int, Field(ge=1)] = 50
    """The most records to return."""
    key: str | None = None
    type: str | None = None
    """The name of a type, or `unfit`."""
    header: tuple[str, str] | None = None
    correlation: str | None = None
    where: tuple[str, ...] = ()
    unmasked: bool = False

    @cached_property
    def conditions(self) -> Sequence[Condition]:
        """The conditions on fields. Raises WrongCondition."""
        return conditions_of(self.where, _models(self.topics), unmasked=self.unmasked)

    def seen(self, record: Record) -> SeenEvent | None:
        """The visible part of the record if it matches the query, else None."""
        if self._is_out(record):
            return None
        see = seen_event if self.unmasked else masked_event
        event = see(record.key, record.value, record.headers)
        return event if self._fits(event) else None

    def _is_out(self, record: Record) -> bool:
        """Whether the undecoded record shows already that it does not match, which is cheap."""
        if self.key is not None and record.key != self.key:
            return True
        headers = dict(record.headers)
        if self.correlation is not None and headers.get(_CORRELATION) != self.correlation.encode():
            return True
        if self.type is None or self.type in (UNFIT, CLOSED_TYPE):
            return False
        return headers.get("ce_type") != self.type.encode()

    def _fits(self, event: SeenEvent) -> bool:
        if self.key is not None and event.key != self.key:
            return False
        if self.type == UNFIT:
            return not event.fits
        if self.type is not None and event.type != self.type:
            return False
        if self.correlation is not None and event.headers.get(_CORRELATION) != self.correlation:
            return False
        if self.header is not None and event.headers.get(self.header[0]) != self.header[1]:
            return False
        return all(event.data is not None and each.holds(event.data) for each in self.conditions)


def topics_with_fields(topics: Sequence[str], where: Sequence[str]) -> Sequence[str]:
    """The topics whose events have the fields of all conditions. Raises WrongCondition if no topic has."""
    conditions, models = [Condition.of(text) for text in where if text.strip()], _models(topics)
    fitting = [set(models_with(each, models)) for each in conditions]
    found = [name for name in topics if all(having & set(_models((name,))) for having in fitting)]
    if not found and conditions:
        raise WrongCondition("No event of these topics has all of these fields; ask for fewer.")
    return found


def _models(topics: Sequence[str]) -> Sequence[type[Data]]:
    """The contracts of all types on these topics."""
    wanted = set(topics)
    return list(dict.fromkeys(each.data for topic in TOPICS if topic.name in wanted for each in topic.types))


def type_named(name: str) -> str | None:
    """The type with this full name, or with this name as lists print it; None for an unknown one."""
    full = whole_name(name)
    known = {*TOPIC_OF_TYPE, CLOSED_TYPE, UNFIT}
    return next((each for each in (name, full, f"{full}.v1") if each in known), None)


LONGEST: Final = 20_000
"""The most characters of the data in a view."""
_HEADER: Final = 500
"""The most characters of a header or a key in a view."""
_HEADERS: Final = 50
_KILOBYTE: Final = 1_024


class SeenRecord(BaseModel):
    """The view of a record, masked unless the query asks for unmasked records."""

    topic: str
    partition: int
    offset: int
    at: datetime = Field(description="When it was published")
    type: str | None = Field(description="Null if the catalogue does not have it")
    fits: bool = Field(description="Whether it fits the contract of its type; if not, key, headers and data are masked")
    key: str | None
    headers: dict[str, str]
    hidden_headers: int
    trace_id: str | None
    data: JsonValue = Field(description="The fields of its contract; null without any, or if they are too long")
    text: str | None = Field(description="The beginning of long data; for an unmasked record, of its value")
    is_cut: bool
    is_text: bool = Field(description="Whether the value is text in UTF-8")
    is_tombstone: bool = Field(description="Whether it has no value: compaction then forgets the key")
    unknown_fields: int = Field(description="Number of fields that the contract lacks, and that are masked")
    kilobytes: int = Field(description="Its size, rounded up, since the exact size could reveal an answer")
    members: list[str] = Field(description="Ids of the members that it is about")


def presented(record: Record, event: SeenEvent, *, unmasked: bool) -> SeenRecord:
    """The view of the record for people."""
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
        members=visible_members(record.topic, event.data),
    )


def _type_of(record: Record) -> str:
    return dict(record.headers).get("ce_type", b"").decode("utf-8", "replace")


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
