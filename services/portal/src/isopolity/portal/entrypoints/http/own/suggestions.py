"""Who would fit the visitor's city or programmes now, and why; what if it were another region or subject.

Nothing is proposed to anybody by looking.
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.dealings import dealings_of
from isopolity.portal.entrypoints.http.own.why import counts_of
from isopolity.portal.entrypoints.http.programmes.shortlist import entries_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/suggestions"
_SEE_OTHER: Final = 303
_SHOWN: Final = "10"


@for_members
async def suggestions(request: Request, account: Account) -> Response:
    """The page."""
    names = ("region", "subject", "mode") if account.member_kind == "city" else ("region", "subject")
    selection = Selection.of(_PATH, request.query_params, names)
    parameters = {**selection.parameters, "limit": _SHOWN}
    apis = apis_of(request)
    found, dealings, states = await asyncio.gather(
        apis.get("matching", f"/members/{account.member_id}/suggestions", parameters),
        dealings_of(apis, account.member_id),
        _states(request, account),
    )
    of = "cities" if account.member_kind == "city" else "partners"
    own = None if found else await apis.get("registry", f"/{of}/{account.member_id}")
    counted = None if found or selection.chosen else await counts_of(apis, account.member_id)
    values = {"items": found, "selection": selection, "own": own, "why": counted, "dealings": dealings}
    return page(request, "suggestions.html", here="me", account=account, states=states, **values)


async def _states(request: Request, account: Account) -> dict[str, str]:
    """How far a partner is with the cities on its shortlist; a city has none."""
    entries = await entries_of(request, account) if account.member_kind == "partner" else []
    return {each["city_id"]: each["status"] for each in entries}


routes = [Route(_PATH, suggestions)]
