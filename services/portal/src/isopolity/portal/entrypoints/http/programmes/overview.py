"""The programmes of a partner, and opening and closing one."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile
from isopolity.portal.domain.programmes.life import closed, opened, state_of
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.programmes.admission import for_partner_editors, for_partners, may_edit
from isopolity.portal.entrypoints.http.programmes.own_programmes import own_programmes, save_programmes
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import today

PATH: Final = "/me/programmes"
_SEE_OTHER: Final = 303
_CONFLICT: Final = 409
_ACTS: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {"open": opened, "close": closed}


@for_partners
async def programmes(request: Request, account: Account) -> Response:
    """The list."""
    return await _shown(request, account)


@for_partner_editors
async def open_or_close(request: Request, account: Account) -> Response:
    """A programme takes cities from today on, or takes no new ones any more."""
    change = _ACTS[request.url.path.rpartition("/")[2]]
    own = await own_programmes(request, account)
    place = own.place_of(request.path_params["programme_id"])
    if place is None:
        raise HTTPException(404)
    changed = [change(each, today(request)) if number == place else each for number, each in enumerate(own.all)]
    try:
        await save_programmes(request, account, changed, str(own.partner["version"]))
    except ChangedMeanwhile:
        return await _shown(request, account, is_stale=True)
    return RedirectResponse(PATH, _SEE_OTHER)


async def _shown(request: Request, account: Account, *, is_stale: bool = False) -> Response:
    own = await own_programmes(request, account)
    listed = [(each, state_of(each, own.waiting, own.refused, today(request))) for each in own.all]
    return page(
        request,
        "programmes/list.html",
        _CONFLICT if is_stale else 200,
        here="me",
        account=account,
        partner=own.partner,
        listed=listed,
        refused=own.refused,
        may_edit=may_edit(account),
        is_stale=is_stale,
        was_saved="saved" in request.query_params,
    )


routes = [
    Route(PATH, programmes),
    *(Route(f"{PATH}/{{programme_id}}/{act}", open_or_close, methods=["POST"]) for act in _ACTS),
]
