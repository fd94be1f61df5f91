"""A city's requests to sponsors: their list, and closing one.

Invariant: what the office looks at first is seen by the city and the office alone. A network whose office looks at no
requests has none that wait.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import registry
from isopolity.client.registry.models import ChangeDocument, RequestEntry
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotForThisVisitor, NothingThere, ServiceApis
from isopolity.portal.domain.requests.own import OwnRequest, is_new, own_requests
from isopolity.portal.entrypoints.http.admission import for_members, may_edit
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other, today

PATH: Final = "/me/requests"
for_city_editors: Final = partial(for_members, may=lambda account: account.member_kind == "city" and may_edit(account))
"""The page for contacts of a city who may change what it states."""
_LISTED: Final = ("pending", "refused")
_MOST: Final = 200
_BOTH: Final = ["GET", "POST"]
_OF_NO_CITY: Final = "-"


async def asked_of(apis: ServiceApis, account: Account) -> Sequence[ChangeDocument]:
    """Requests of the account's city that wait or were refused; none from a registry of the release before."""
    asked = apis.send(registry.changes.list(city_id=account.member_id, status="any", limit=_MOST))
    found = await unless(asked, NothingThere, NotForThisVisitor)
    return [] if found is None else [each for each in found.items if each.status in _LISTED]


async def requests_of(request: Request, account: Account) -> Sequence[OwnRequest]:
    """All requests of the account's city; a partner has none."""
    if account.member_kind != "city":
        return []
    apis = apis_of(request)
    listed = apis.send(registry.requests.list(city_id=account.member_id, status="any", order="newest", limit=_MOST))
    found, asked = await asyncio.gather(listed, asked_of(apis, account))
    return own_requests(found.items, asked, today(request))


@for_city_editors
async def listing(request: Request, account: Account) -> Response:
    """List the city's requests with what the office looks at; POST takes back what it has not agreed to yet."""
    form = await PageForm.of(request)
    if form.was_sent:
        taken = _take_back(apis_of(request), form["request_id"] or _OF_NO_CITY)
        if await form.done(unless(taken, NothingThere, ChangedMeanwhile, NotForThisVisitor)):
            return see_other(PATH)  # the page shows what is so now
    items = await requests_of(request, account)
    saved = request.query_params.get("saved", "")
    status = HTTPStatus.CONFLICT if form.is_refused else HTTPStatus.OK
    return page(
        request,
        "requests/list.html",
        status,
        items=items,
        problem=form.sentence,
        saved=next((each for each in items if each.request_id == saved), None),
        was_closed="closed" in request.query_params,
        was_withdrawn="withdrawn" in request.query_params,
    )


async def _take_back(apis: ServiceApis, request_id: str) -> None:
    """Close a new request; change one that stands back to what others see."""
    asked = await apis.send(registry.changes.read(request_id))
    if is_new(asked):
        await apis.send(registry.requests.close(request_id))
        return
    stands = await apis.send(registry.requests.read(request_id))
    same = stands.model_dump(mode="json", include=set(asked.wanted))
    await apis.send(registry.requests.change(request_id, same, version=stands.version))


def request_among(items: Sequence[OwnRequest], request_id: str | None) -> OwnRequest | None:
    """The request of this id; None for a new one. Raises HTTPException where the city has none of this id."""
    if request_id is None:
        return None
    for each in items:
        if each.request_id == request_id:
            return each
    raise HTTPException(HTTPStatus.NOT_FOUND)


@for_city_editors
async def closing(request: Request, account: Account) -> Response:
    """Ask before an open request is closed, or one that waits is withdrawn; POST does it."""
    items = await requests_of(request, account)
    known = request_among(items, request.path_params["request_id"])
    if known is None or not known.is_kept:  # sent twice
        return see_other(f"{PATH}?closed=1")
    form = await PageForm.of(request, account)
    if form.was_sent and await form.done(_close(apis_of(request), known), may_be_gone=True):
        return see_other(f"{PATH}?{'closed' if known.is_seen else 'withdrawn'}=1")
    return form.page(request, "requests/closing.html", known=known)


async def _close(apis: ServiceApis, known: OwnRequest) -> RequestEntry:
    return await apis.send(registry.requests.close(known.request_id))


routes = [
    Route(PATH, listing, methods=_BOTH),
    Route(f"{PATH}/{{request_id}}/close", closing, methods=_BOTH),
]
