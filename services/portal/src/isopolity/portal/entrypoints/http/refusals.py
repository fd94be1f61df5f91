"""Pages for requests that are refused before a page is asked, such as too many requests.

Invariant: status and headers of the refusal stay; below the service's own prefix, which is for programs, all stays.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isopolity.portal.entrypoints.http.pages import Request, page
from isopolity.portal.entrypoints.http.visitors import form_of
from isopolity.web.problems import PROBLEM_JSON

_FOR_PROGRAMS: Final = "/portal/"
_OF_THE_BODY: Final = ("content-type", "content-length")
_LARGEST: Final = 100_000
"""Bytes of a form that is shown again."""
_KINDS: Final = {HTTPStatus.TOO_MANY_REQUESTS: "busy", HTTPStatus.SERVICE_UNAVAILABLE: "away"}


class ReadableRefusals:
    """Middleware that puts a page in the place of problem details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_FOR_PROGRAMS):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def sending(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    answer = await _readable(Request(scope, receive), start, json.loads(body))
                    await answer(scope, receive, send)

        await self._app(scope, receive, sending)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(PROBLEM_JSON)


async def _readable(request: Request, start: Message, problem: Mapping[str, object]) -> HTMLResponse:
    """The page, with the headers of the refusal where it has none of its own."""
    kind, again = _KINDS.get(start["status"], "refused"), request.url.path
    values = {"kind": kind, "sentence": problem["detail"], "again": again, **await _typed(request, start["status"])}
    answer = page(request, "problem.html", start["status"], **values)
    first = Headers(raw=start["headers"])
    headers = MutableHeaders(raw=answer.raw_headers)
    for name, value in first.items():
        if name not in _OF_THE_BODY:
            headers.setdefault(name, value)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _typed(request: Request, status: int) -> dict[str, object]:
    """The fields of a form that came too often, for the form of the page; no handler has read this request's body."""
    if (
        request.method != "POST"
        or status != HTTPStatus.TOO_MANY_REQUESTS
        or int(request.headers.get("content-length", 0)) > _LARGEST
    ):
        return {"kept": None}
    try:
        form, token = await form_of(request)
    except (HTTPException, ClientDisconnect):
        return {"kept": None}
    return {"kept": form, "form_token": token}
