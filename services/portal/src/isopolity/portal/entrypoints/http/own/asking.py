"""A member asks to be introduced to another, and reads what it has asked for.

Invariant: a form that is sent twice asks once; what a page says depends on what matching tells the asker, and that on
nothing that the other side does before both have agreed.
"""

import asyncio
from secrets import token_urlsafe
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, ServiceApis
from isopolity.portal.domain.asking import Wanted
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import elsewhere, for_members
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_ASKED: Final = "/me/asked"
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_AT_A_TIME: Final = 3
"""Introductions that may be open; matching refuses a fourth."""
_MANY: Final = {"limit": "100"}
_OPEN: Final = {"status": "published", **_MANY}


@for_members
async def ask(request: Request, account: Account) -> Response:
    """The form, and the interest that it makes."""
    typed = request.state.form or await typed_before(request, account)
    values = typed or dict(request.query_params)
    wanted = Wanted.of(values)
    if wanted is None:
        raise HTTPException(404)
    if not wanted.may_be_asked_for_by(account):
        return elsewhere(request)
    if request.method == "GET":
        return await _shown(request, account, wanted, typed or {"key": token_urlsafe()})
    order, key = wanted.order(openly="openly" in values), values.get("key") or None
    try:
        await apis_of(request).post("matching", f"/members/{account.member_id}/interests", order, key=key)
    except NotAllowed as refused:
        return await _shown(request, account, wanted, values, problem=str(refused))
    return RedirectResponse(f"{_ASKED}?new=1", _SEE_OTHER)


@for_members
async def asked(request: Request, account: Account) -> Response:
    """What the member has asked for, the newest first."""
    cursor = {name: value for name, value in request.query_params.items() if name == "cursor"}
    found = await apis_of(request).get("matching", f"/members/{account.member_id}/interests", cursor)
    following = f"{_ASKED}?cursor={found['next']}" if found["next"] else None
    told = {"items": found["items"], "following": following, "is_new": "new" in request.query_params}
    return page(request, "own-asked.html", here="me", account=account, **told)


async def _shown(request: Request, account: Account, wanted: Wanted, filled: Any, problem: str = "") -> Response:
    apis = apis_of(request)
    path = f"/{'cities' if wanted.kind == 'city' else 'partners'}/{wanted.member_id}"
    other, about, programmes, requests, asked = await asyncio.gather(
        apis.get("registry", path),
        _about(apis, wanted),
        _own_programmes(apis, account),
        _own_requests(apis, account, wanted),
        apis.get("matching", f"/members/{account.member_id}/interests", _MANY),
    )
    waiting = [each for each in asked["items"] if each["state"] == "waiting"]
    values = {
        "account": account,
        "wanted": wanted,
        "other": other,
        "about": about,
        "programmes": programmes,
        "requests": requests,
        "filled": filled,
        "problem": problem,
        "has_room": await _has_room(apis, account, wanted, waiting),
        "again_after": min(each["hear_by"] for each in waiting) if len(waiting) >= _AT_A_TIME else None,
    }
    return page(request, "own-ask.html", _UNPROCESSABLE if problem else 200, here="me", **values)


async def _about(apis: ServiceApis, wanted: Wanted) -> Any:
    """The request of the other city that it is about, if it is."""
    return await apis.get("registry", f"/requests/{wanted.request_id}") if wanted.is_about_their_request else None


async def _has_room(apis: ServiceApis, account: Account, wanted: Wanted, waiting: list[Any]) -> bool:
    """Whether a city has a place left, by what it is told itself; a partner's programmes are not counted here."""
    if account.member_kind != "city":
        return True
    kind = "twinning" if wanted.kind == "city" else "sponsorship"
    of = f"/members/{account.member_id}"
    own, proposals, partnerships = await asyncio.gather(
        apis.get("registry", f"/cities/{account.member_id}"),
        apis.get("matching", f"{of}/proposals", _MANY),
        apis.get("matching", f"{of}/partnerships", {"standing": "true", **_MANY}),
    )
    taken = [
        *(each for each in proposals["items"] if each["stage"] == "open" and each["own"]["answer"] != "no"),
        *partnerships["items"],
        *waiting,
    ]
    capacity = own["sponsorship_capacity"] if kind == "sponsorship" else None
    room = int(own["capacity"] if capacity is None else capacity)
    return len([each for each in taken if each["kind"] == kind]) < room


async def _own_programmes(apis: ServiceApis, account: Account) -> list[Any]:
    """The programmes of a partner that asks."""
    if account.member_kind != "partner":
        return []
    known = await apis.get("registry", f"/partners/{account.member_id}")
    return list(known["programmes"])


async def _own_requests(apis: ServiceApis, account: Account, wanted: Wanted) -> list[Any]:
    """The open requests of a city that asks a partner."""
    if account.member_kind != "city" or wanted.kind != "partner":
        return []
    found = await apis.get("registry", "/requests", {"city_id": str(account.member_id), **_OPEN})
    return list(found["items"])


routes = [Route("/me/ask", ask, methods=["GET", "POST"]), Route(_ASKED, asked)]
