"""What awaits somebody who has signed in."""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, session_of

_SEE_OTHER: Final = 303
_SHOWN: Final = "100"
_ASKED: Final = "3"
"""As many as can be open at a time."""


async def me(request: Request) -> Response:
    """The first page after signing in: what waits for a member's answer, what came of the rest, and its partners."""
    session = session_of(request)
    if session is None:
        return RedirectResponse("/sign-in", _SEE_OTHER)
    account = session.account
    if account is None:
        return RedirectResponse("/accounts", _SEE_OTHER)
    if account.member_id is None:
        return page(request, "office.html", here="me", account=account)
    proposals, partnerships, asked = await _of_member(apis_of(request), account.member_id)
    waiting = [each for each in proposals if each["stage"] == "open" and each["own"]["answer"] is None]
    rest = [each for each in proposals if each not in waiting]
    told: dict[str, Any] = {"waiting": waiting, "rest": rest, "partnerships": partnerships, "asked": asked}
    return page(request, "me.html", here="me", account=account, **told)


async def _of_member(apis: ServiceApis, member_id: str) -> tuple[list[Any], list[Any], list[Any]]:
    """Its proposals, the partnerships that stand, and what it asked for last, as it sees them."""
    proposals, partnerships, asked = await asyncio.gather(
        apis.get("matching", f"/members/{member_id}/proposals", {"limit": _SHOWN}),
        apis.get("matching", f"/members/{member_id}/partnerships", {"standing": "true", "limit": _SHOWN}),
        apis.get("matching", f"/members/{member_id}/interests", {"limit": _ASKED}),
    )
    return proposals["items"], partnerships["items"], asked["items"]


routes = [Route("/me", me)]
