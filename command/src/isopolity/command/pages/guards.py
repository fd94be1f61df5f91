"""The guards of the pages: all are for this machine only, the mail box is for whoever has the link that `up` prints.

Invariant: a request from another machine, or with a foreign name in its Host header, is refused; the check of the
header keeps a web page from elsewhere from reading through a name of its own that leads to 127.0.0.1. Without the key
no page under `/mailbox` shows anything, not even how many mails there are. The link brings the key once; from then on a
cookie that no script can read holds it.
"""

from hashlib import sha256
from secrets import compare_digest
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from isopolity.command.pages.templating import page
from isopolity.web.rate_limits import is_loopback

_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_ELSEWHERE: Final = (
    "This page is for the machine that Isopolity runs on; open it there as http://127.0.0.1 with its port.\n"
)


class LoopbackOnly:
    """Middleware that answers 403 to every request that does not come from this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(scope):
            await PlainTextResponse(_ELSEWHERE, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(scope: Scope) -> bool:
    host = Headers(scope=scope).get("host", "").lower()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return name in _NAMES and scope["client"] is not None and is_loopback(scope["client"][0])


_PATH: Final = "/mailbox"
_REFUSAL: Final = "The mail box opens by the link that “isopolity up” printed when it started; open that one."


class MailBoxKey:
    """Middleware that answers 403 under `/mailbox` to a request without the key."""

    def __init__(self, app: ASGIApp, *, key: str, demo: bool) -> None:
        self._app = app
        self._key = key
        self._demo = demo
        # cookies of a host reach all its ports: two instances on one machine need two names
        self._cookie = f"isopolity_mailbox_{sha256(key.encode()).hexdigest()[:8]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_below(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        given = request.query_params.get("key")
        if given is not None and self._fits(given):
            await self._opened(request)(scope, receive, send)
        elif self._fits(request.cookies.get(self._cookie, "")):
            await self._app(scope, receive, send)
        else:
            refusal = page("problem.html", 403, here="", demo=self._demo, sentence=_REFUSAL)
            await refusal(scope, receive, send)

    def _fits(self, given: str) -> bool:
        return compare_digest(given.encode(), self._key.encode())

    def _opened(self, request: Request) -> Response:
        """A redirect to the page's address without the key, so that neither history nor screenshots show the key."""
        rest = str(request.url.remove_query_params("key").query)
        response = RedirectResponse(f"{request.url.path}?{rest}" if rest else request.url.path, 303)
        response.set_cookie(self._cookie, self._key, path=_PATH, httponly=True, samesite="strict")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response


def _is_below(path: str) -> bool:
    return path == _PATH or path.startswith(f"{_PATH}/")
