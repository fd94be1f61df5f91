"""Compressed answers.

Invariant: what a cache must not keep is not compressed: it may hold a secret beside words of the address, and its
length would betray the secret letter by letter (BREACH, 2013).
"""

import gzip
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COMPRESSIBLE: Final = ("text/", "image/svg+xml")
_LEVEL: Final = 5
_SMALLEST: Final = 1_000
"""Bytes below which it does not pay."""


class Compression:
    """Middleware that compresses the text in answers to GET that caches may keep, for browsers that read gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        is_read = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_compressed(message):
                start = message
                MutableHeaders(scope=start).add_vary_header("Accept-Encoding")
                return
            if start is not None:
                if is_read and not message.get("more_body", False) and len(message["body"]) >= _SMALLEST:
                    message = {**message, "body": _compressed(start, message["body"])}
                await send(start)
                start = None
            await send(message)

        await self._app(scope, receive, sending)


def _may_be_compressed(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    kept = headers.get("cache-control", "no-store")
    return (
        headers.get("content-type", "").startswith(_COMPRESSIBLE)
        and "no-store" not in kept
        and "content-encoding" not in headers
    )


def _compressed(start: Message, body: bytes) -> bytes:
    """The body, compressed; the headers say so."""
    packed = gzip.compress(body, _LEVEL, mtime=0)
    headers = MutableHeaders(scope=start)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    return packed
