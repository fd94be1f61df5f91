"""All requests of a city with what the office looks at, and closing one.

Invariant: what the office looks at first is seen by the city and the office alone. A network whose office looks at no
requests has none that wait.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import registry
from isopolity.client.registry.models import ChangeDocument, RequestEntry
from isopolity.portal.adapters.service_apis import NotForThisVisitor, NothingThere, ServiceApis
from isopolity.portal.domain.requests.own import OwnRequest, own_requests
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of, see_other, today

_LISTED: Final = ("pending", "refused")
_MOST: Final = 200


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


def request_among(items: Sequence[OwnRequest], request_id: str | None) -> OwnRequest | None:
    """The request of this id; None for a new one. Raises HTTPException where the city has none of this id."""
    if request_id is None:
        return None
    for each in items:
        if each.request_id == request_id:
            return each
    raise HTTPException(HTTPStatus.NOT_FOUND)


async def close_request(request: Request, account: Account, base: str, *, closed: str, withdrawn: str) -> Response:
    """Ask before a request of the account's city is closed; POST closes it.

    The address of the page begins with `base`. It leads to `closed`, or to `withdrawn` if others had not seen the
    request.
    """
    items = await requests_of(request, account)
    known = request_among(items, request.path_params["request_id"])
    if known is None or not known.is_kept:  # sent twice
        return see_other(closed)
    form = await PageForm.of(request, account)
    if form.was_sent and await form.done(_close(apis_of(request), known), may_be_gone=True):
        return see_other(closed if known.is_seen else withdrawn)
    return form.page(request, "requests/closing.html", known=known, base=base, city=account.member_name)


async def _close(apis: ServiceApis, known: OwnRequest) -> RequestEntry:
    return await apis.send(registry.requests.close(known.request_id))
