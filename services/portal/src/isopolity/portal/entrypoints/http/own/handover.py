"""A coordinator hands over: names a successor, sees that it waits, and may end it until it is confirmed.

Invariant: the page says what happens and when; until the successor confirms, nothing has changed.
"""

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import NewHandover
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.optional_answers import if_there
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
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
    form = await PageForm.of(request, account, _FIELDS)
    if form.was_sent:
        wanted = NewHandover(member_kind=str(account.member_kind), member_id=account.member, **form.fields)
        if await form.done(apis_of(request).send(registry.handovers.create(wanted))):
            return see_other(_PATH)
    found = await apis_of(request).send(registry.handovers.list(member_id=account.member))
    return page(
        request,
        "own-handover.html",
        form.status,
        here="me",
        account=account,
        waiting=next(iter(found.items), None),
        filled=form.fields,
        problems=form.problems,
    )


@for_predecessors
async def end(request: Request, _account: Account) -> Response:
    """The handover that waits is ended; one that has ended meanwhile is no problem."""
    await if_there(apis_of(request).send(registry.handovers.delete(request.path_params["handover_id"])))
    return see_other(_PATH)


routes = [
    Route(_PATH, handover, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{handover_id}}/end", end, methods=["POST"]),
]
