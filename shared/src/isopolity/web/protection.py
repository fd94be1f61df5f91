"""Headers on what goes out."""

import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_OF_SCRIPTED: Final = {
    **HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_ORIGIN: Final = re.compile(r"\A(?:https?:)?//[^/?#]*/*", re.IGNORECASE)
HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""The proxy sends it with what it answers itself (deploy/proxy/nginx.conf)."""


_LEADS_OUT: Final = "isopolity.leads_out"


def lead_out(scope: Scope) -> None:
    """Let the answer to this request redirect to another site; its address must not come from the visitor."""
    scope[_LEADS_OUT] = True


class SecurityHeaders:
    """Middleware that adds headers where the response has none of its own; pages in `scripted` may load own scripts.

    With `https`, when the public URL begins so, browsers are told to use nothing else. A redirect within the service
    names no scheme and no host, since only the proxy knows them; one that leaves says so by `lead_out`.
    """

    def __init__(self, app: ASGIApp, *, scripted: frozenset[str] = frozenset(), https: bool = False) -> None:
        self._app = app
        self._scripted = scripted
        self._more = HTTPS_ONLY if https else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = (_OF_SCRIPTED if scope["path"] in self._scripted else HEADERS) | self._more

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
                if _LEADS_OUT not in scope:
                    _make_relative(headers)
            await send(message)

        await self._app(scope, receive, sending)


def _make_relative(headers: MutableHeaders) -> None:
    if location := headers.get("location"):
        headers["location"] = _ORIGIN.sub("/", location)
