"""Requests of a city that the office looks at first: those that wait, those refused and why; taking them back.

Invariant: a city without such requests sees nothing of this; a network whose office looks at no requests has none.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import ChangeDocument
from isopolity.portal.adapters.service_apis import (
    ChangedMeanwhile,
    NotForThisVisitor,
    NothingThere,
    ServiceApis,
)
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.optional_answers import unless
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
from isopolity.portal.entrypoints.http.own.admission import for_editors
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/requests"
_LISTED: Final = ("pending", "refused")
_MOST: Final = 500


@for_editors
async def asked_requests(request: Request, account: Account) -> Response:
    """List the requests that wait or were refused; POST takes one back."""
    if account.member_kind != "city":
        return see_other("/me")
    form = await PageForm.of(request)
    if form.was_sent:
        taken = _take_back(apis_of(request), form["request_id"] or "-")
        if await form.done(unless(taken, NothingThere, ChangedMeanwhile, NotForThisVisitor)):
            return see_other(_PATH)  # the page shows what is so now
    items = await asked_of(apis_of(request), account)
    status = HTTPStatus.CONFLICT if form.is_refused else HTTPStatus.OK
    return page(request, "own-requests.html", status, here="me", account=account, items=items, problem=form.sentence)


async def asked_of(apis: ServiceApis, account: Account) -> Sequence[ChangeDocument]:
    """Requests of the account's city that wait or were refused; none from a registry of the release before."""
    if account.member_kind != "city":
        return []
    asked = apis.send(registry.changes.list(city_id=account.member_id, status="any", limit=_MOST))
    found = await unless(asked, NothingThere, NotForThisVisitor)
    return [] if found is None else [each for each in found.items if each.status in _LISTED]


async def _take_back(apis: ServiceApis, request_id: str) -> None:
    """Close a new request; change one that stands back to what others see."""
    asked = await apis.send(registry.changes.read(request_id))
    if "title" not in asked.before:
        await apis.send(registry.requests.close(request_id))
        return
    stands = await apis.send(registry.requests.read(request_id))
    same = stands.model_dump(mode="json", include=set(asked.wanted))
    await apis.send(registry.requests.change(request_id, same, version=stands.version))


routes = [Route(_PATH, asked_requests, methods=["GET", "POST"])]
