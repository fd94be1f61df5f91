"""An event: an envelope of CloudEvents attributes round the data of one contract; the error for what is no event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from isopolity.contracts.event_data import Data

DataT = TypeVar("DataT", bound=Data, covariant=True)


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where an event comes from: the first cause of the chain, the direct cause, and the W3C trace it belongs to."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """The CloudEvents attributes of one event; `id` is a UUIDv7 and, with `source`, unique."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    dataschema: str
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Event(Generic[DataT]):
    """An envelope and its data."""

    envelope: Envelope
    data: DataT


class MalformedEvent(ValueError):
    """The message cannot be read as an event. `reason` is a code, `detail` a sentence without any value of the data."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
