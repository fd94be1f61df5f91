"""Pages for this machine only: any other peer, and any other name in the Host header, is refused.

The Host check keeps a foreign web page from reading the mail box through a name that it points at 127.0.0.1.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from isopolity.web.addresses import is_loopback

_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_REFUSAL: Final = (
    "This page is for the machine that Isopolity runs on; open it there as http://127.0.0.1 with its port.\n"
)


class LoopbackOnly:
    """Middleware that answers 403 to anybody who is not on this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(scope):
            await PlainTextResponse(_REFUSAL, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(scope: Scope) -> bool:
    host = Headers(scope=scope).get("host", "").lower()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return name in _NAMES and scope["client"] is not None and is_loopback(scope["client"][0])
