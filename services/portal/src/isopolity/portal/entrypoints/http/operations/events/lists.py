"""Events in a list: browsed from a place on, searched, and followed; masked, unless a reason is given for this page.

Invariant: what is unmasked stands on the page that answers a form, on no other, and in no file.
"""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES
from isopolity.contracts.seen_events import seen_type
from isopolity.messaging.scanning.query import UNFIT
from isopolity.portal.adapters.service_apis import NotAllowed, ServiceAway
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.operations.events.answers import Found, events_of
from isopolity.portal.entrypoints.http.operations.events.asked import Asked
from isopolity.portal.entrypoints.http.rendering import page

PATH: Final = f"{FLOW}/events"
MOST_IN_FILE: Final = 2_000
_WAIT: Final = 10
"""Seconds that a page waits for an event."""


@for_operators
async def events(request: Request, account: Account) -> Response:
    """The form, and what fits it; as a page or a file."""
    asked = Asked.of(request.query_params)
    if request.method == "POST":
        return await _unmasked(request, account, asked)
    if request.query_params.get("form") == "jsonl":
        if not asked.asks:
            raise NotAllowed("Name a topic that is published, or what is looked for.")
        return _file(await events_of(request, asked, limit=MOST_IN_FILE))
    wait = _WAIT if asked.after and request.query_params.get("wait") else 0
    return _list_page(request, account, asked, await events_of(request, asked, wait=wait))


async def _unmasked(request: Request, account: Account, asked: Asked) -> Response:
    reason = str(request.state.form.get("reason", "")).strip()
    if len(reason) < 3:
        return _list_page(request, account, asked, await events_of(request, asked), lacks_reason=True)
    return _list_page(request, account, asked, await events_of(request, asked, reason=reason), reason=reason)


def _list_page(
    request: Request, account: Account, asked: Asked, found: Found, *, reason: str = "", lacks_reason: bool = False
) -> Response:
    wrong = bool(found.problems or asked.unknown or lacks_reason)
    is_followed = bool(asked.after and request.query_params.get("follow"))
    return page(
        request,
        "operations/events.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        here="me",
        account=account,
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
        script="follow.js" if is_followed else None,
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
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    lines = (json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n" for event in found.events)
    return Response("".join(lines), media_type="application/jsonl", headers=headers)


routes = [Route(PATH, events, methods=["GET", "POST"])]
