"""Guards of the pages for the person who started this instance: at this machine only, by the link that `up` prints.

Invariant: a request from another machine, through a proxy, or with a foreign name in its Host header is refused; the
check of the header stops web pages of other sites that resolve their own name to 127.0.0.1. Without the key a page
shows nothing, not even how many mails there are. The link brings the key once; from then on it is in a cookie that
scripts cannot read. With the key, a button begins a session in the demo network, which has the rights of the person
that it is for.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from secrets import compare_digest
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client.registry.models import SessionReceipt
from isopolity.portal.shell import foreign_page, refusal, signed_in
from isopolity.web.rate_limits import is_loopback

Handler = Callable[[Request], Awaitable[Response]]

AREAS: Final = ("/mailbox", "/look-around")
"""Paths that the key opens, with all paths below them."""
_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_ELSEWHERE: Final = (
    "This page is for the machine that Isopolity runs on; open it there as http://127.0.0.1 with its port."
)
_SHUT: Final = "This page opens by a link that “isopolity up” printed when it started; open that one."


class Key:
    """The key of one instance."""

    def __init__(self, key: str) -> None:
        self._key = key
        # cookies of a host reach all its ports: two instances on one machine need two names
        self._cookie = f"isopolity_mailbox_{sha256(key.encode()).hexdigest()[:8]}"

    def opening(self, handler: Handler) -> Handler:
        """The handler, for requests from this machine with the key; others get 403."""

        async def guarded(request: Request) -> Response:
            if not _is_local(request):
                return refusal(request, _ELSEWHERE)
            given = request.query_params.get("key")
            if given is not None and self._fits(given):
                return self._opened(request)
            if not self._fits(request.cookies.get(self._cookie, "")):
                return refusal(request, _SHUT)
            return await handler(request)

        return guarded

    def _fits(self, given: str) -> bool:
        return compare_digest(given.encode(), self._key.encode())

    def _opened(self, request: Request) -> Response:
        """A redirect to the page's address without the key, so that neither history nor screenshots show the key."""
        rest = str(request.url.remove_query_params("key").query)
        response = RedirectResponse(f"{request.url.path}?{rest}" if rest else request.url.path, 303)
        for area in AREAS:
            response.set_cookie(self._cookie, self._key, path=area, httponly=True, samesite="strict")
        return response


def _is_local(request: Request) -> bool:
    host = request.headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    came_directly = not any(header in request.headers for header in _FORWARDED)
    return came_directly and name in _NAMES and request.client is not None and is_loopback(request.client.host)


_FOLDER: Final = Path(__file__).parent / "templates"
ROLES: Final = ("coordinator", "foundation", "staff", "operator")

Begin = Callable[[str], Awaitable[SessionReceipt | None]]
"""Begins a session for somebody in one of `ROLES`; registry's receipt of it, or None without a person in that role."""


def routes(begin: Begin, key: Key) -> list[Route]:
    """The route `/look-around`."""

    async def look_around(request: Request) -> Response:
        role = (request.state.form or {}).get("role", "")
        if role not in ROLES:
            return foreign_page(request, _FOLDER, "look-around.html", nobody=False)
        receipt = await begin(role)
        if receipt is None:
            return foreign_page(request, _FOLDER, "look-around.html", 404, nobody=True)
        return await signed_in(request, receipt)

    return [Route("/look-around", key.opening(look_around), methods=["GET", "POST"])]
