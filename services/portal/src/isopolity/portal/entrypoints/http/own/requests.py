"""A city's requests to sponsors: their list, the form of one, and closing one.

Invariant: what the office looks at first is seen by the city and the office alone. A network whose office looks at no
requests has none that wait.
"""

from functools import partial
from http import HTTPStatus
from typing import Final

from isopolity.client import registry
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotForThisVisitor, NothingThere, ServiceApis
from isopolity.portal.domain.requests.own import is_new
from isopolity.portal.entrypoints.http.admission import for_members, may_edit
from isopolity.portal.entrypoints.http.city_requests.request_form import edit_request
from isopolity.portal.entrypoints.http.city_requests.requests_of_city import close_request, requests_of
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other

PATH: Final = "/me/requests"
for_city_editors: Final = partial(for_members, may=lambda account: account.member_kind == "city" and may_edit(account))
"""The page for contacts of a city who may change what it states."""
NEW: Final = f"{PATH}/new"
"""The form of a new request; `Invitation` says which parameters fill it in."""
_BOTH: Final = ["GET", "POST"]
_OF_NO_CITY: Final = "-"


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


@for_city_editors
async def edited(request: Request, account: Account) -> Response:
    """The form, and the request that it makes or changes."""
    return await edit_request(request, account, PATH, f"{PATH}?saved=")


@for_city_editors
async def closing(request: Request, account: Account) -> Response:
    """Ask before an open request is closed, or one that waits is withdrawn; POST does it."""
    return await close_request(request, account, PATH, closed=f"{PATH}?closed=1", withdrawn=f"{PATH}?withdrawn=1")


routes = [
    Route(PATH, listing, methods=_BOTH),
    Route(NEW, edited, methods=_BOTH),
    Route(f"{PATH}/{{request_id}}", edited, methods=_BOTH),
    Route(f"{PATH}/{{request_id}}/close", closing, methods=_BOTH),
]
