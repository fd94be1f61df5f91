"""Limits on requests: on address, query and headers, and on a body's size, time and content.

A request that is refused here reaches no route. Invariant: the application gets a body whole and checked, except on a
path with a limit of its own, whose body comes in pieces as it arrives. JSON is checked as bytes before it is parsed:
accepted JSON is UTF-8, and has no text that a database cannot store.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isopolity.web.problems import Problem
from isopolity.web.security import is_accepted

PATH_BYTES: Final = 2_000
QUERY_BYTES: Final = 8_000
QUERY_PARAMETERS: Final = 100
HEADER_BYTES: Final = 16_000
HEADERS: Final = 100


class HeadLimit:
    """Middleware that refuses long addresses, queries and headers, and texts in them that a database cannot store."""

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


BODY_SECONDS: Final = 30.0
"""Seconds that a body may take in all."""
SILENCE_SECONDS: Final = 60.0
"""Seconds that a body on a path with a limit of its own may pause; its whole time has no limit, for slow lines."""
ANONYMOUS_PARTS: Final = 10_000
"""Names, texts, brackets and commas of a JSON body without an accepted token; twice what the largest profile has."""
PARTS: Final = 200_000
"""Names, texts, brackets and commas of a JSON body with an accepted token."""
FORM_FIELDS: Final = 1_000
"""Fields of the largest form: a hundred needs and a hundred offers with five fields each."""
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_UTF_8: Final = re.compile(r"""charset=(["']?)(utf-?8|us-ascii)\1\s*(;|$)""")
_LONGEST_LENGTH: Final = 15
"""The most digits of a Content-Length; Python refuses to read thousands of digits as a number."""


class BodyLimit:
    """Middleware that refuses bodies over `limit` bytes; `exceptions` gives other limits by path."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int,
        exceptions: Mapping[str, int],
        seconds: float = BODY_SECONDS,
        silence: float = SILENCE_SECONDS,
    ) -> None:
        self._app = app
        self._limit = limit
        self._exceptions = exceptions
        self._seconds = seconds
        self._silence = silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        _check_charset(headers)
        limit = self._exceptions.get(scope["path"])
        receiving = self._whole(receive, headers, scope) if limit is None else self._in_pieces(receive, headers, limit)
        await self._app(scope, receiving, send)

    def _whole(self, receive: Receive, headers: Headers, scope: Scope) -> Receive:
        complete = False

        async def receiving() -> Message:
            nonlocal complete
            if complete:
                return await receive()
            body = bytearray()
            async with _in_time(self._seconds):
                while not complete:
                    _check_size(_announced(headers), self._limit)
                    message = await receive()
                    if message["type"] != "http.request":
                        return message
                    body += message.get("body", b"")
                    _check_size(len(body), self._limit)
                    complete = not message.get("more_body", False)
            _check(bytes(body), headers, PARTS if await is_accepted(scope) else ANONYMOUS_PARTS)
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        return receiving

    def _in_pieces(self, receive: Receive, headers: Headers, limit: int) -> Receive:
        complete = False
        received = 0

        async def receiving() -> Message:
            nonlocal complete, received
            if complete:
                return await receive()
            _check_size(_announced(headers), limit)
            async with _in_time(self._silence):
                message = await receive()
            received += len(message.get("body", b""))
            _check_size(received, limit)
            complete = not message.get("more_body", False)
            return message

        return receiving


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        sentence = "The body did not come in time; send it again, on a better line or in smaller pieces."
        raise Problem(408, sentence, code="too-slow", headers={"Connection": "close"}) from None


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length[:_LONGEST_LENGTH]) if length.isascii() and length.isdecimal() else 0


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise Problem(413, f"The body is over the limit of {limit} bytes; send less at a time.", code="too-large")


def _check(body: bytes, headers: Headers, parts: int) -> None:
    media_type = _media_type(headers)
    if media_type == _MULTIPART:
        raise Problem(415, f"Send the form as Content-Type: {_FORM}.", headers={"Accept": _FORM})
    if media_type == _FORM:
        _check_form(body)
    elif media_type.endswith(("/json", "+json")):
        check_json(body, parts=parts)


def _check_form(body: bytes) -> None:
    if body.count(b"&") >= FORM_FIELDS:
        raise Problem(413, f"The form has more than {FORM_FIELDS} fields; send less at a time.", code="too-large")
    if 0 in body or b"%00" in body:
        raise unstorable("the form")


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_charset(headers: Headers) -> None:
    """Refuse any charset of a form but UTF-8: a form is decoded by any codec of Python, and some yield no text."""
    content_type = headers.get("content-type", "").lower()
    named = content_type.count("charset")
    if _media_type(headers) in (_FORM, _MULTIPART) and (named > 1 or (named and not _UTF_8.search(content_type))):
        raise Problem(415, "Send the form in UTF-8, and name no other charset in Content-Type.", code="charset")


DEPTH: Final = 32
"""The deepest nesting of objects and lists; our own documents have at most six levels."""
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
_UNSTORABLE: Final = re.compile(
    rb"""(?:
        [^\\]++
        | \\u[dD][89abAB]..\\u[dD][c-fC-F]..  # a whole surrogate pair
        | \\(?!u0000|u[dD][89a-fA-F]).        # any other escape
    )*+
    \\u""",
    re.DOTALL | re.VERBOSE,
)
"""Matches from the beginning up to the first escape of NUL or of half a surrogate pair."""
_OPENING: Final = b"[{"
_CLOSING: Final = b"]}"


def check_json(body: bytes, *, parts: int) -> None:
    """Raise Problem unless `body` is UTF-8, at most `DEPTH` deep, and has at most `parts` names, texts and signs."""
    try:
        body.decode()
    except UnicodeDecodeError:
        raise _unreadable() from None
    if 0 in body:  # UTF-16 and UTF-32, which a JSON parser would accept too
        raise _unreadable()
    _check_structure(body, parts)
    if _UNSTORABLE.match(body):
        raise unstorable("the body")


def unstorable(place: str) -> Problem:
    """The problem of a text that a database cannot store; `place` says where it is."""
    sentence = f"Take out of {place} what is no character: NUL, or half of a surrogate pair."
    return Problem(422, sentence, code="invalid-request")


def _check_structure(body: bytes, parts: int) -> None:
    depth = 0
    for number, token in enumerate(_TOKEN.finditer(body)):
        if number >= parts:
            raise Problem(413, "The body has too many fields and entries; send less at a time.", code="too-large")
        first = body[token.start()]
        if first in _OPENING:
            depth += 1
            if depth > DEPTH:
                raise Problem(422, f"The body is more than {DEPTH} levels deep; nest it less.", code="invalid-request")
        elif first in _CLOSING:
            depth -= 1


def _unreadable() -> Problem:
    return Problem(400, "The body cannot be read as JSON in UTF-8; correct it and send it again.", code="not-json")
