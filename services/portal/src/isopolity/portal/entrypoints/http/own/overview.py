"""What awaits somebody who has signed in."""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.agenda import awaiting, takes_answer
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.office.admission import DESK, READ
from isopolity.portal.entrypoints.http.operations.admission import FLOW
from isopolity.portal.entrypoints.http.own.admission import APPROVER
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, session_of, today

_SEE_OTHER: Final = 303
_SHOWN: Final = "100"
_ASKED: Final = "3"
"""As many as can be open at a time."""
_FIRST: Final = 3
"""As many as are shown whole; the others are a list."""
_NONE: Final[dict[str, list[Any]]] = {"items": []}


async def me(request: Request) -> Response:
    """The first page after signing in: what waits for a member's answer, what came of the rest, and its partners.

    Staff goes on to its desk, an operator to the flow of events.
    """
    session = session_of(request)
    if session is None:
        return RedirectResponse("/sign-in", _SEE_OTHER)
    account = session.account
    if account is None:
        return RedirectResponse("/accounts", _SEE_OTHER)
    if account.may(READ):
        return RedirectResponse(DESK, _SEE_OTHER)
    if account.member_id is None:
        return RedirectResponse(FLOW, _SEE_OTHER)
    apis = apis_of(request)
    (proposals, partnerships, asked), (member, change, handovers, contact_changes) = await asyncio.gather(
        _of_member(apis, account.member_id), _of_registry(apis, account)
    )
    now = surroundings_of(request).clock()
    owed = [each for each in proposals if takes_answer(each, now)]
    rest = [each for each in proposals if not takes_answer(each, now)]
    waiting = awaiting(owed, member, change, handovers, today(request), contact_changes)
    told: dict[str, Any] = {"urgent": waiting[:_FIRST], "later": waiting[_FIRST:], "rest": rest}
    return page(request, "me.html", here="me", account=account, **told, partnerships=partnerships, asked=asked)


async def _of_member(apis: ServiceApis, member_id: str) -> tuple[list[Any], list[Any], list[Any]]:
    """Its proposals, the partnerships that stand, and what it asked for last, as it sees them."""
    proposals, partnerships, asked = await asyncio.gather(
        apis.get("matching", f"/members/{member_id}/proposals", {"limit": _SHOWN}),
        apis.get("matching", f"/members/{member_id}/partnerships", {"standing": "true", "limit": _SHOWN}),
        apis.get("matching", f"/members/{member_id}/interests", {"limit": _ASKED}),
    )
    return proposals["items"], partnerships["items"], asked["items"]


async def _of_registry(apis: ServiceApis, account: Account) -> tuple[Any, Any, list[Any], list[Any]]:
    """The member, its last change of identity, its handover, its changes of contacts; for those who may change them."""
    if account.role == APPROVER:
        return None, None, [], []
    folder = "cities" if account.member_kind == "city" else "partners"
    member, change, handovers, contact_changes = await asyncio.gather(
        _known(apis, f"/{folder}/{account.member_id}"),
        _known(apis, f"/changes/{account.member_id}"),
        _known(apis, "/handovers", {"member_id": str(account.member_id)}),
        _known(apis, "/contact-changes", {"member_id": str(account.member_id)}),
    )
    return member, change, (handovers or _NONE)["items"], (contact_changes or _NONE)["items"]


async def _known(apis: ServiceApis, path: str, parameters: dict[str, str] | None = None) -> Any:
    """What registry has there; None where it has nothing, or is away: proposals are shown all the same."""
    try:
        return await apis.get("registry", path, parameters)
    except (NothingThere, ServiceAway):
        return None


routes = [Route("/me", me)]
