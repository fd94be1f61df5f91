"""An event as any operator may see it: its contract's fields, without what a person or a side has said.

Masked are a side's answer, free text that is no public name or title, what the schema does not know, and all of a
record that does not fit its contract. That a proposal was declined, or that it expired, reads *closed*.

Invariant: what is told is built from the validated data, field by field, never by taking things out of the bytes; a
field that holds an answer reads the same whether there is one or not.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from isopolity.contracts import event_types as types
from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event_data import Data
from isopolity.contracts.free_text import FREE_TEXT
from isopolity.contracts.topic import EventType

Headers = Sequence[tuple[str, bytes]]

MASK: Final = "\u2026masked\u2026"
"""What stands for a value that is masked."""
CLOSED: Final = "closed"
"""What stands for the stages and types of which a side's answer decides."""
CLOSED_TYPE: Final = "isopolity.matching.proposal.closed.v1"
"""What stands for the types that tell how a proposal closed."""
PUBLIC: Final = frozenset(
    {
        "CityState.name",
        "CityState.local_names",
        "PartnerState.name",
        "Programme.name",
        "RequestState.title",
        "Side.name",
        "Side.programme_name",
        "Side.request_title",
        "InterestEnded.member_name",
        "InterestEnded.other_name",
    }
)
"""Free texts that are public names and titles, by `Model.field`."""
ANSWERS: Final = frozenset(
    {
        "Side.answer",
        "Side.pending_until",
        "ResponseReceived.answer",
        "ResponseReceived.pending_until",
        "ProposalState.lapsed_by",
        "ProposalState.asked_by",
        "ProposalState.asked_openly",
    }
)
"""Fields that tell what a side answered, by `Model.field`: whoever asked to be introduced said yes by that."""
_STAGES: Final = "ProposalState.stage"
_CLOSED_STAGES: Final = ("declined", "expired")
_CLOSED_TYPES: Final = (types.PROPOSAL_DECLINED, types.PROPOSAL_EXPIRED)

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/+-]{0,127}")
_URN: Final = re.compile(r"urn:isopolity:[a-z0-9:._-]{1,100}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ][0-9:.]{5,15}(?:Z|[+-]\d\d:\d\d)")
_TRACE: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_HEADERS: Final[Mapping[str, re.Pattern[str]]] = {
    "ce_specversion": re.compile(r"1\.0"),
    "ce_id": _ID,
    "ce_source": _URN,
    "ce_type": re.compile(r"isopolity(?:\.[a-z0-9-]+){2,4}"),
    "ce_time": _MOMENT,
    "ce_subject": _ID,
    "ce_dataschema": _URN,
    "content-type": re.compile(r"application/json"),
    "ce_correlationid": _ID,
    "ce_causationid": _ID,
    "traceparent": _TRACE,
}
"""Headers that are told, where they look as they should."""
TOLD_HEADERS: Final = tuple(_HEADERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEvent:
    """What may be seen of a record that should be an event."""

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
    """The record as any operator may see it."""
    told = {name: text.decode("utf-8", "replace") for name, text in headers}
    event_type = EVENT_TYPES.get(told.get("ce_type", ""))
    data = None if event_type is None else validated(event_type, value)
    fits = data is not None or (value is None and event_type is not None)
    name = None if event_type is None else seen_type(event_type.name)
    if event_type is None or not fits:
        return SeenEvent(type=name, fits=False, key=None, hidden_headers=len(headers))
    subject = told.get("ce_subject") if data is None else getattr(data, event_type.key_field, None)
    seen_key = key if key is not None and key == subject and _ID.fullmatch(key) else None
    shown = dict(_headers(told, seen_key))
    return SeenEvent(
        type=name,
        fits=True,
        key=seen_key,
        headers=shown,
        hidden_headers=len(headers) - len(shown),
        data=None if data is None else _masked(data),
    )


def seen_event(key: str | None, value: bytes | None, headers: Headers) -> SeenEvent:
    """The record for who may see what is masked: as it is."""
    told = {name: text.decode("utf-8", "replace") for name, text in headers}
    event_type = EVENT_TYPES.get(told.get("ce_type", ""))
    data = None if event_type is None else validated(event_type, value)
    return SeenEvent(
        type=None if event_type is None else event_type.name,
        fits=data is not None or (value is None and event_type is not None),
        key=key,
        headers=told,
        data=None if data is None else data.model_dump(mode="json", exclude_unset=True),
    )


def seen_type(name: str) -> str:
    """The name of an event type, as it reads where answers are masked."""
    return CLOSED_TYPE if name in _CLOSED_TYPES else name


def validated(event_type: EventType, value: bytes | None) -> Data | None:
    """The data in the value of a record; None where it is none of this type."""
    try:
        return None if value is None else event_type.data.model_validate_json(value)
    except (ValidationError, RecursionError):
        return None


def document_of(value: bytes | None) -> Mapping[str, Any]:
    """The fields in the value of a record, whatever their names; none where it cannot be read."""
    try:
        found = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_id(text: str) -> bool:
    """Whether a text looks like an id or a code."""
    return _ID.fullmatch(text) is not None


def unknown_fields(type_name: str | None, value: bytes | None) -> int:
    """How many fields of a record the contract of its type does not know; they are masked with their names."""
    event_type = EVENT_TYPES.get(type_name or "")
    return 0 if event_type is None else sum(name not in event_type.data.model_fields for name in document_of(value))


def is_masked(path: Sequence[str], data: type[BaseModel]) -> bool:
    """Whether the field at this path is masked. Raises KeyError where there is none; a list's fields are its items'."""
    name, *rest = path
    found = data.model_fields[name]
    inner = model_in(found.annotation)
    if rest:
        if inner is None:
            raise KeyError(name)
        return is_masked(rest, inner)
    return inner is None and _treatment(data, name) in ("answer", "text")


def field_names(data: type[BaseModel], above: str = "") -> Iterator[str]:
    """The paths of all fields that hold values."""
    for name, found in data.model_fields.items():
        inner = model_in(found.annotation)
        if inner is None:
            yield above + name
        else:
            yield from field_names(inner, f"{above}{name}.")


def _headers(told: Mapping[str, str], key: str | None) -> Iterator[tuple[str, str]]:
    for name, pattern in _HEADERS.items():
        text = told.get(name)
        if text is None or not pattern.fullmatch(text) or (name == "ce_subject" and text != key):
            continue
        if name in ("ce_type", "ce_dataschema"):
            for each in _CLOSED_TYPES:
                text = text.replace(each, CLOSED_TYPE)
        yield name, text


def _masked(data: Data) -> dict[str, Any]:
    document = data.model_dump(mode="json", exclude_unset=True)
    _mask(document, type(data))
    return document


def _mask(document: dict[str, Any], model: type[BaseModel]) -> None:
    plan = _plan(model)
    for name in plan.answers:
        document[name] = MASK
    for name in plan.texts:
        if document.get(name) not in (None, "", [], {}):
            document[name] = MASK
    for name in plan.ids:
        found = document.get(name)
        texts = found if isinstance(found, list) else (found,)
        if any(isinstance(text, str) and not _ID.fullmatch(text) for text in texts):
            document[name] = MASK
    for name in plan.stages:
        if document.get(name) in _CLOSED_STAGES:
            document[name] = CLOSED
    for name, inner in plan.inner:
        found = document.get(name)
        for each in found if isinstance(found, list) else (found,):
            if isinstance(each, dict):
                _mask(each, inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is done with the fields of a model."""

    answers: tuple[str, ...]
    texts: tuple[str, ...]
    ids: tuple[str, ...]
    """Identifiers and codes: told where they look like one."""
    stages: tuple[str, ...]
    inner: tuple[tuple[str, type[BaseModel]], ...]


@cache
def _plan(model: type[BaseModel]) -> _Plan:
    inner = [(name, model_in(found.annotation)) for name, found in model.model_fields.items()]
    treated = {name: _treatment(model, name) for name, within in inner if within is None}
    return _Plan(
        answers=tuple(name for name, how in treated.items() if how == "answer"),
        texts=tuple(name for name, how in treated.items() if how == "text"),
        ids=tuple(name for name, how in treated.items() if how is None and _holds_text(model.model_fields[name])),
        stages=tuple(name for name, how in treated.items() if how == "stage"),
        inner=tuple((name, within) for name, within in inner if within is not None),
    )


def _treatment(model: type[BaseModel], name: str) -> str | None:
    place = f"{model.__name__}.{name}"
    if place in ANSWERS:
        return "answer"
    if place == _STAGES:
        return "stage"
    if place in PUBLIC:
        return "public"
    return "text" if place in FREE_TEXT else None


def _holds_text(found: FieldInfo) -> bool:
    """Whether the field holds texts: moments and numbers are told as they are."""

    def parts(annotation: Any) -> Iterator[Any]:
        yield annotation
        for each in get_args(annotation):
            yield from parts(each)

    return str in parts(found.annotation)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, alone, in a list, or where there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := model_in(each)) is not None), None)
