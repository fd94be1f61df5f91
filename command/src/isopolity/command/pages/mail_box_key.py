"""The guard of the mail box: its pages open with the link that `isopolity up` prints, and not for other local users.

Invariant: without the key no page under `/mailbox` shows anything, not even how many mails there are. The link brings
the key once; from then on a cookie that no script can read holds it.
"""

from hashlib import sha256
from secrets import compare_digest
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from isopolity.command.pages.templating import page

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
