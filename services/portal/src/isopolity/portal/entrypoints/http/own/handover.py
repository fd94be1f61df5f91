"""A coordinator hands over: names a successor, sees that it waits, and may end it until it is confirmed.

Invariant: the page says what happens and when; until the successor confirms, nothing has changed.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import NewHandover
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/handover"
_FIELDS: Final = ("name", "email", "predecessor_becomes")
HANDED_ROLES: Final = ("coordinator", "programme-officer")
"""The roles that registry lets be handed over."""
for_predecessors: Final = partial(for_members, may=lambda account: account.role in HANDED_ROLES)


@for_predecessors
async def handover(request: Request, account: Account) -> Response:
    """The form, or the handover that waits; and its start."""
    if request.method == "GET":
        return await _shown(request, account, await typed_before(request, account))
    filled = {name: request.state.form.get(name, "").strip() for name in _FIELDS}
    wanted = NewHandover(member_kind=str(account.member_kind), member_id=account.member, **filled)
    try:
        await apis_of(request).send(registry.handovers.create(wanted))
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        return await _shown(request, account, filled, problems or {"": str(refused)})
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


@for_predecessors
async def end(request: Request, _account: Account) -> Response:
    """The handover that waits is ended; one that has ended meanwhile is no problem."""
    with suppress(NothingThere):
        await apis_of(request).send(registry.handovers.delete(request.path_params["handover_id"]))
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    found = await apis_of(request).send(registry.handovers.list(member_id=account.member))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return page(
        request,
        "own-handover.html",
        status,
        here="me",
        account=account,
        waiting=next(iter(found.items), None),
        filled=filled or {},
        problems=problems or {},
    )


routes = [
    Route(_PATH, handover, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{handover_id}}/end", end, methods=["POST"]),
]
