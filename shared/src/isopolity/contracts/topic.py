"""A topic and its event types: what the catalogue is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from isopolity.contracts.event import Data

PARTITIONS: Final = 6
Refs = tuple[tuple[str, str], ...]
"""Pairs of a kind of thing and the path of the field that holds the id of one, such as `sides.member_id`."""
REF_KINDS: Final = ("member", "proposal", "partnership", "mail")
"""The kinds of things whose events are followed from service to service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One type of event, `isopolity.<service>.<subject>.<past tense>.v<major>`, and the model of its data."""

    name: str
    data: type[Data]
    summary: str
    key_field: str
    """The field of the data that holds the key."""
    refs: Refs = ()
    """Which things an event of the type is about."""
    is_journaled: bool = True
    """Whether a line stays of each event; signs of life and watermarks leave none."""

    @property
    def dataschema(self) -> str:
        """The `ce_dataschema` of the type: a URN, since no schema server is promised."""
        return f"urn:isopolity:schema:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One aggregate's topic. Compacted when `retention` is None: each event then carries the whole state."""

    name: str
    key: str
    """The key, in words."""
    key_field: str
    """The field that holds the key in the data of the aggregate's own events."""
    producer: str
    consumers: tuple[str, ...]
    types: tuple[EventType, ...]
    retention: timedelta | None = None
    partitions: int = PARTITIONS
    personal_fields: tuple[str, ...] = ()
    """Fields that hold personal data; none may, and a test walks them all."""

    @property
    def compacted(self) -> bool:
        """Whether only the latest event of each key is kept."""
        return self.retention is None

    @property
    def settings(self) -> Mapping[str, str]:
        """The topic's configuration in Kafka's own words."""
        if self.retention is None:
            return {"cleanup.policy": "compact"}
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention // timedelta(milliseconds=1))}

    def type_named(self, past_tense: str) -> str:
        """Name of the topic's event type with this past tense, such as `registered`; raises KeyError if it has none."""
        for event_type in self.types:
            if event_type.name.split(".")[3] == past_tense:
                return event_type.name
        raise KeyError(f"{self.name} has no event type {past_tense!r}")


def event_topic(
    service: str,
    subject: str,
    data: type[Data],
    summaries: Mapping[str, str],
    *,
    key_field: str,
    key: str = "",
    consumers: tuple[str, ...],
    retention: timedelta | None = None,
    partitions: int = PARTITIONS,
    besides: tuple[EventType, ...] = (),
    refs: Refs = (),
    is_journaled: bool = True,
) -> Topic:
    """The topic `isopolity.<service>.<subject>` of one aggregate.

    `summaries` holds the name and the summary of each of its event types; types with other data come `besides`. `key`
    says in words what `key_field` holds; by default the field's own words.
    """
    name = f"isopolity.{service}.{subject}"
    return Topic(
        name=name,
        key=key or key_field.replace("_", " "),
        key_field=key_field,
        producer=service,
        consumers=consumers,
        retention=retention,
        partitions=partitions,
        types=tuple(
            EventType(
                name=type_name, data=data, summary=summary, key_field=key_field, refs=refs, is_journaled=is_journaled
            )
            for type_name, summary in summaries.items()
        )
        + besides,
    )
