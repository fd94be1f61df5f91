"""An event: an envelope of CloudEvents attributes round the data of one contract; the error for what is no event.

The data of a contract is immutable, and tolerant of fields and codes that it does not know. Invariant: a field that is
not free text says what kind of thing it holds (`x-kind` in the JSON Schema), so that a test can demand a reason for
every free text. No identifier and no code can hold an e-mail address.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.types import JsonValue

KIND: Final = "x-kind"
"""The schema keyword for the kind of thing a string is; a string that has none, and is no date, is free text."""

_NO_ADDRESS: Final = r"^[^@\s]+$"


def _kind(name: str) -> dict[str, JsonValue]:
    return {KIND: name}


Identifier = Annotated[
    str, Field(min_length=1, max_length=128, pattern=_NO_ADDRESS, json_schema_extra=_kind("identifier"))
]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=_NO_ADDRESS, json_schema_extra=_kind("code"))]
Country = Annotated[str, Field(min_length=2, max_length=2, json_schema_extra=_kind("ISO 3166-1 alpha-2"))]
Currency = Annotated[str, Field(min_length=3, max_length=3, json_schema_extra=_kind("ISO 4217"))]
Language = Annotated[str, Field(min_length=2, max_length=35, pattern=_NO_ADDRESS, json_schema_extra=_kind("ISO 639"))]
Topics = Annotated[tuple[Code, ...], Field(max_length=3)]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Paragraph = Annotated[str, Field(min_length=1, max_length=500)]
"""A title and a text of a need or an offer, in its city's own words."""
Version = Annotated[int, Field(ge=1)]
Moment = AwareDatetime
"""A point in time; it always says its offset from UTC."""


class Data(BaseModel):
    """A part of an event: unknown fields are ignored, so that a newer producer does not break an older reader."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, use_attribute_docstrings=True)


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
