"""The programmes of a partner, each with how it stands."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.domain.programmes.life import state_of
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.programmes.admission import for_partners, may_edit
from isopolity.portal.entrypoints.http.programmes.own_programmes import own_programmes
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import today

PATH: Final = "/me/programmes"
WAITS: Final = "waits"
"""In the address: the programme that was saved just now waits for the office."""


@for_partners
async def programmes(request: Request, account: Account) -> Response:
    """The list."""
    own = await own_programmes(request, account)
    listed = [(each, state_of(each, own.waiting, own.refused, today(request))) for each in own.all]
    return page(
        request,
        "programmes/list.html",
        here="me",
        account=account,
        listed=listed,
        refused=own.refused,
        changes=own.changes,
        may_edit=may_edit(account),
        today=today(request),
        was_saved="saved" in request.query_params,
        it_waits=request.query_params.get("saved") == WAITS,
    )


routes = [Route(PATH, programmes)]
