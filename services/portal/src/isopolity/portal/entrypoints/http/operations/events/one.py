"""One event: in its contract's words, beside the record as it stands on the log; masked, unless a reason is given.

Invariant: what a record says is shown as text, whatever it holds, and cut where it is long.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client.operations.models import SeenRecord
from isopolity.contracts.catalogue import EVENT_TYPES, PROPOSAL
from isopolity.contracts.masked_fields import MASK, model_in
from isopolity.contracts.seen_events import CLOSED_TYPE
from isopolity.messaging.scanning.places import PREFIX
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.operations.admission import for_operators
from isopolity.portal.entrypoints.http.operations.events.answers import events_of
from isopolity.portal.entrypoints.http.operations.events.asked import Asked, service_of
from isopolity.portal.entrypoints.http.operations.events.lists import PATH
from isopolity.portal.entrypoints.http.operations.members import names_of_members
from isopolity.portal.entrypoints.http.rendering import page

_MOST: Final = 120
"""Fields that a page shows."""
_LONGEST: Final = 12_000
"""Characters of a record that a page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractField:
    """A field: its path, what its contract says of it, and its value; None where it is masked."""

    path: str
    words: str
    value: str | None


@for_operators
async def one(request: Request, account: Account) -> Response:
    """The event at a place."""
    names = request.path_params
    topic = PREFIX + names["topic"].removeprefix(PREFIX)
    if service_of(topic) is None or not (names["partition"].isdecimal() and names["offset"].isdecimal()):
        raise NothingThere(topic)
    asked = Asked(
        topics=(topic,), fields={"begin": "offset", "partition": names["partition"], "offset": names["offset"]}
    )
    reason = "" if request.method == "GET" else str(request.state.form.get("reason", "")).strip()
    lacks_reason = request.method == "POST" and len(reason) < 3
    found = await events_of(request, asked, limit=1, reason=None if lacks_reason or not reason else reason)
    event = next((each for each in found.events if each.offset == int(names["offset"][:18])), None)
    event_type = None if event is None else EVENT_TYPES.get(event.type or "")
    data = None if event_type is None else event_type.data
    if event is not None and event.type == CLOSED_TYPE:
        data = PROPOSAL.types[0].data
    fields = [] if event is None or data is None or event.data is None else list(_fields(event.data, data))
    return page(
        request,
        "operations/event.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if lacks_reason or found.problems else HTTPStatus.OK,
        here="me",
        account=account,
        place=f"{names['topic']}/{names['partition']}/{names['offset']}",
        path=PATH,
        found=found,
        event=event,
        names=await names_of_members(request, () if event is None else event.members),
        summary="" if event_type is None else event_type.summary,
        fields=fields[:_MOST],
        left_out=max(0, len(fields) - _MOST),
        raw="" if event is None else _raw(event),
        reason="" if lacks_reason else reason,
        lacks_reason=lacks_reason,
        typed_reason="" if request.method == "GET" else str(request.state.form.get("reason", "")),
    )


def _raw(event: SeenRecord) -> str:
    """The value of the record: as it came, or without what is masked."""
    text = event.text
    if text is None:
        text = "" if event.data is None else json.dumps(event.data, ensure_ascii=False, indent=2)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _fields(document: Mapping[str, object], model: type[BaseModel], above: str = "") -> Iterator[ContractField]:
    for name, value in document.items():
        found = model.model_fields.get(name)
        if found is None:
            continue
        inner, items = model_in(found.annotation), value if isinstance(value, list) else [value]
        if inner is None or not any(isinstance(each, dict) for each in items):
            text = None if value == MASK else _text(value)
            yield ContractField(path=above + name, words=found.description or "", value=text)
            continue
        for number, each in enumerate(items, start=1):
            place = f"{above}{name}." if not isinstance(value, list) else f"{above}{name} {number}."
            yield from _fields(each, inner, place) if isinstance(each, dict) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


routes = [Route(f"{PATH}/{{topic}}/{{partition}}/{{offset}}", one, methods=["GET", "POST"])]
