"""The guard of pages that are for this machine only.

Invariant: a request from another machine, or with a foreign name in its Host header, is refused. The check of the
header keeps a web page from elsewhere from reading the mail box through a name of its own that leads to 127.0.0.1.
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
    """Middleware that answers 403 to every request that does not come from this machine."""

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
