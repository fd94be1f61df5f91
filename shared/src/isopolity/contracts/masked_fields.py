"""Which fields of the contracts are masked, how data reads without them, and why each free text may stand in an event.

Masked are a side's answer, what only a member itself reads, and free text that is no public name or title; ids and
codes are given where they look like such. That a proposal was declined, or that it expired, reads *closed*.

Invariant: a free text that is not listed as public is masked, and a field that holds an answer, or that is private,
reads the same whether there is something in it or not. Every free text is about an organisation, never a person.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from isopolity.contracts.event import Data

MASK: Final = "\u2026masked\u2026"
"""Replaces a masked value."""
CLOSED: Final = "closed"
"""Replaces stages and types that would reveal a side's answer."""
FREE_TEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CityState.name": "the public name of a city, district, county or consortium",
        "CityState.local_names": "the same name in the city's languages",
        "CityState.about": "who the city is, published in its own words",
        "CityState.web": "the city's public web site",
        "Need.title": "what the city looks for, published in its own words",
        "Need.text": "the same at length, published in its own words",
        "Offer.title": "what the city offers, published in its own words",
        "Offer.text": "the same at length, published in its own words",
        "PartnerState.name": "the public name of an organisation",
        "PartnerState.registration_id": "the organisation's number in a public register (org-id.guide)",
        "PartnerState.about": "who the organisation is, published in its own words",
        "PartnerState.web": "the organisation's public web site",
        "Programme.name": "the public name of a line of support",
        "Programme.purpose": "what the programme is for, published by the partner",
        "Programme.eligibility": "the programme's published conditions",
        "RequestState.title": "what the city asks for, published in its name",
        "RequestState.description": "the same at length, published in its name",
        "RequestState.payee": "the organisation that would receive the money, never a person",
        "Reason.text": "one sentence made from templates, codes and the names above",
        "Reason.parameters": "the codes, numbers and names above that the sentence is made from",
        "Side.name": "the member's public name, as it was when the proposal was made",
        "Side.programme_name": "the programme's public name, likewise",
        "Side.request_title": "the request's title, likewise",
        "Side.about": "who the member is, in its own published words, likewise",
        "Side.web": "the member's public web site, likewise",
        "InterestEnded.member_name": "the asker's public name, as it was when it asked",
        "InterestEnded.other_name": "the public name of the member that it asked for, likewise",
        "InterestSummary.title": "what a city looks for or offers, in its own published words, likewise",
        "InterestSummary.text": "the same at length, likewise",
        "ProgrammeSummary.purpose": "the programme's published purpose, likewise",
        "ProgrammeSummary.eligibility": "the programme's published conditions, likewise",
        "RequestSummary.description": "the request's description, likewise",
        "RequestSummary.payee": "the organisation that would receive the money, likewise",
    }
)
"""By `Model.field`. A test walks every contract and fails on a free text that is not listed, or listed for nothing."""
PUBLIC: Final = frozenset(
    {
        "CityState.name",
        "CityState.local_names",
        "PartnerState.name",
        "Programme.name",
        "RequestState.title",
        "Need.title",
        "Offer.title",
        "InterestSummary.title",
        "Side.name",
        "Side.programme_name",
        "Side.request_title",
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
"""Fields that reveal a side's answer, by `Model.field`; a request to be introduced counts as a yes."""
PRIVATE: Final = frozenset({"CityState.avoided_countries"})
"""Fields that only the member itself reads, by `Model.field`: masked also for operators with the right to unmask."""
_STAGES: Final = "ProposalState.stage"
_CLOSED_STAGES: Final = ("declined", "expired")

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/+-]{0,127}")


def is_id(text: str) -> bool:
    """Whether a text looks like an id or a code."""
    return ID.fullmatch(text) is not None


def is_masked(path: Sequence[str], data: type[BaseModel]) -> bool:
    """Whether the field at this path is masked. Raises KeyError where there is none; a list's fields are its items'."""
    name, *rest = path
    found = data.model_fields[name]
    inner = model_in(found.annotation)
    if rest:
        if inner is None:
            raise KeyError(name)
        return is_masked(rest, inner)
    return inner is None and _treatment(data, name) in ("answer", "private", "text")


@cache
def tells_answers(data: type[BaseModel]) -> bool:
    """Whether a field of this contract reveals a side's answer, or follows from it."""
    plan = _plan(data)
    return bool(plan.answers or plan.stages) or any(tells_answers(inner) for _, inner in plan.inner)


def field_names(data: type[BaseModel], above: str = "") -> Iterator[str]:
    """The paths of all fields that hold values."""
    for name, found in data.model_fields.items():
        inner = model_in(found.annotation)
        if inner is None:
            yield above + name
        else:
            yield from field_names(inner, f"{above}{name}.")


def masked_data(data: Data) -> dict[str, Any]:
    """The fields as JSON, without what is masked."""
    document = data.model_dump(mode="json", exclude_unset=True)
    _mask(document, type(data))
    return document


def without_private(data: Data) -> dict[str, Any]:
    """The fields as JSON, without what only their member reads."""
    document = data.model_dump(mode="json", exclude_unset=True)
    return document | dict.fromkeys(_plan(type(data)).private, MASK)


def _mask(document: dict[str, Any], model: type[BaseModel]) -> None:
    plan = _plan(model)
    for name in (*plan.answers, *plan.private):
        document[name] = MASK
    for name in plan.texts:
        if document.get(name) not in (None, "", [], {}):
            document[name] = MASK
    for name in plan.ids:
        found = document.get(name)
        if isinstance(found, str):  # as nearly all are: this is done for each event that a scan reads
            if not ID.fullmatch(found):
                document[name] = MASK
        elif isinstance(found, list) and not all(isinstance(each, str) and ID.fullmatch(each) for each in found):
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
    """How the fields of a model are treated."""

    answers: tuple[str, ...]
    private: tuple[str, ...]
    texts: tuple[str, ...]
    ids: tuple[str, ...]
    """Identifiers and codes: given where they look like one."""
    stages: tuple[str, ...]
    inner: tuple[tuple[str, type[BaseModel]], ...]


@cache
def _plan(model: type[BaseModel]) -> _Plan:
    inner = [(name, model_in(found.annotation)) for name, found in model.model_fields.items()]
    treated = {name: _treatment(model, name) for name, within in inner if within is None}
    return _Plan(
        answers=tuple(name for name, how in treated.items() if how == "answer"),
        private=tuple(name for name, how in treated.items() if how == "private"),
        texts=tuple(name for name, how in treated.items() if how == "text"),
        ids=tuple(name for name, how in treated.items() if how is None and _holds_text(model.model_fields[name])),
        stages=tuple(name for name, how in treated.items() if how == "stage"),
        inner=tuple((name, within) for name, within in inner if within is not None),
    )


def _treatment(model: type[BaseModel], name: str) -> str | None:
    place = f"{model.__name__}.{name}"
    if place in ANSWERS:
        return "answer"
    if place in PRIVATE:
        return "private"
    if place == _STAGES:
        return "stage"
    if place in PUBLIC:
        return "public"
    return "text" if place in FREE_TEXT else None


def _holds_text(found: FieldInfo) -> bool:
    """Whether the field holds texts; moments and numbers are given as they are."""

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
