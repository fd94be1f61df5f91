"""Limits on what stands before a body: address, query and headers. What is refused here reaches no route."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from isopolity.web.body_limits import unstorable
from isopolity.web.problems import Problem

PATH_BYTES: Final = 2_000
QUERY_BYTES: Final = 8_000
QUERY_PARAMETERS: Final = 100
HEADER_BYTES: Final = 16_000
HEADERS: Final = 100


class HeadLimit:
    """Middleware that refuses long addresses, queries and headers, and texts in them that no database can store."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _check_address(scope["path"], scope["query_string"])
            _check_headers(scope["headers"])
        await self._app(scope, receive, send)


def _check_address(path: str, query: bytes) -> None:
    if len(path) > PATH_BYTES or len(query) > QUERY_BYTES:
        raise Problem(414, "The address is too long; ask for less at a time.", code="too-large")
    if query.count(b"&") >= QUERY_PARAMETERS:
        raise Problem(
            414, f"The query has more than {QUERY_PARAMETERS} parameters; ask for less at a time.", code="too-large"
        )
    if "\0" in path or 0 in query or b"%00" in query:
        raise unstorable("the address")


def _check_headers(headers: list[tuple[bytes, bytes]]) -> None:
    if len(headers) > HEADERS or sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
        sentence = f"The request has more than {HEADERS} headers or {HEADER_BYTES} bytes of them; send fewer."
        raise Problem(431, sentence, code="too-large")
