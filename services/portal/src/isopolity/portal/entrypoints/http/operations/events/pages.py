"""Events in a list: browsed from a place on, searched, and followed; one event in its contract's words, beside the
record as it stands on the log; masked, unless a reason is given for this page.

Invariant: what is unmasked stands on the page that answers a form, on no other, and in no file. A record is shown as
text, whatever it holds, and cut where it is long.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client.operations.models import SeenRecord
from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES, PROPOSAL
from isopolity.contracts.masked_fields import MASK, model_in
from isopolity.contracts.seen_events import CLOSED_TYPE, seen_type
from isopolity.messaging.scanning.query import UNFIT
from isopolity.messaging.scanning.windows import PREFIX
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.files import attachment
from isopolity.portal.entrypoints.http.known_members import public_names_of
from isopolity.portal.entrypoints.http.operations.events.answers import Found, events_of
from isopolity.portal.entrypoints.http.operations.events.asked import Asked, service_of
from isopolity.portal.entrypoints.http.pages import page

PATH: Final = f"{FLOW}/events"
MOST_IN_FILE: Final = 2_000
_WAIT: Final = 10
"""Seconds that a page waits for an event."""
_MOST: Final = 120
"""Fields that a page shows."""
_LONGEST: Final = 12_000
"""Characters of a record that a page shows."""


@for_operators
async def events(request: Request, _account: Account) -> Response:
    """The form, and what fits it; as a page or a file."""
    asked = Asked.of(request.query_params)
    if request.method == "POST":
        return await _unmasked(request, asked)
    if request.query_params.get("form") == "jsonl":
        if not asked.asks:
            raise NotAllowed("Choose a topic, or fill in a field to search for.")
        return _file(await events_of(request, asked, limit=MOST_IN_FILE))
    wait = _WAIT if asked.after and request.query_params.get("wait") else 0
    return _list_page(request, asked, await events_of(request, asked, wait=wait))


async def _unmasked(request: Request, asked: Asked) -> Response:
    reason = str(request.state.form.get("reason", "")).strip()
    if len(reason) < 3:
        return _list_page(request, asked, await events_of(request, asked), lacks_reason=True)
    return _list_page(request, asked, await events_of(request, asked, reason=reason), reason=reason)


def _list_page(
    request: Request, asked: Asked, found: Found, *, reason: str = "", lacks_reason: bool = False
) -> Response:
    wrong = bool(found.problems or asked.unknown or lacks_reason)
    is_followed = bool(asked.after and request.query_params.get("follow"))
    return page(
        request,
        "operations/events.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        asked=asked,
        going_on=asked.asked_at(datetime.now(UTC)) if found.lacks else asked,
        found=found,
        path=PATH,
        topics=EVENT_TOPICS,
        types=[*dict.fromkeys(seen_type(name) for name in EVENT_TYPES), UNFIT],
        summaries={name: each.summary for name, each in EVENT_TYPES.items()},
        reason=reason,
        typed_reason="" if request.method == "GET" else str(request.state.form.get("reason", "")),
        lacks_reason=lacks_reason,
        is_followed=is_followed,
        most=MOST_IN_FILE,
        scripts=("follow.js",) if is_followed else (),
    )


def _file(found: Found) -> Response:
    """The events as JSON Lines, whose name says where a limit left some out.

    Raises NotAllowed or ServiceAway where a service tells nothing.
    """
    if refused := found.refused or found.problems:
        raise NotAllowed(" ".join(dict.fromkeys(refused.values())))
    if found.away:
        raise ServiceAway(", ".join(found.away))
    name = "events.jsonl" if {*found.stopped.values()} <= {"found"} else "events-incomplete.jsonl"
    lines = (json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n" for event in found.events)
    return attachment("".join(lines), name, "application/jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractField:
    """A field: its path, what its contract says of it, and its value; None where it is masked."""

    path: str
    words: str
    value: str | None


@for_operators
async def one(request: Request, _account: Account) -> Response:
    """Show the event at a place of a topic."""
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
        place=f"{names['topic']}/{names['partition']}/{names['offset']}",
        path=PATH,
        found=found,
        event=event,
        names=await public_names_of(request, () if event is None else event.members),
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


routes = [
    Route(PATH, events, methods=["GET", "POST"]),
    Route(f"{PATH}/{{topic}}/{{partition}}/{{offset}}", one, methods=["GET", "POST"]),
]
