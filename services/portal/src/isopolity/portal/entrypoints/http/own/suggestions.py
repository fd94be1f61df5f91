"""Who would fit the visitor's city or programmes now, and why; what if it were another region or subject.

Nothing is proposed to anybody by looking.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching, registry
from isopolity.portal.adapters.members import read_member
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.dealings import dealings_of
from isopolity.portal.entrypoints.http.own.why import counts_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/suggestions"
_SHOWN: Final = 10


@for_members
async def suggestions(request: Request, account: Account) -> Response:
    """The page."""
    names = ("region", "subject", "mode") if account.member_kind == "city" else ("region", "subject")
    selection = Selection.of(_PATH, request.query_params, names)
    apis, wanted = apis_of(request), {name: [value] for name, value in selection.chosen.items()}
    asked = matching.members.suggestions(
        account.member,
        region=wanted.get("region"),
        subject=wanted.get("subject"),
        mode=wanted.get("mode"),
        limit=_SHOWN,
    )
    found, dealings, states = await asyncio.gather(
        apis.send(asked),
        dealings_of(apis, account.member),
        _states(apis, account),
    )
    own = None if found else await read_member(apis, account.member_kind, account.member)
    counted = None if found or selection.chosen else await counts_of(apis, account.member)
    return page(
        request,
        "suggestions.html",
        here="me",
        account=account,
        states=states,
        items=found,
        selection=selection,
        own=own,
        why=None if counted is None else counted.model_copy(update={"own": ()}),
        dealings=dealings,
    )


async def _states(apis: ServiceApis, account: Account) -> Mapping[str, str]:
    """How far a partner is with the cities on its shortlist; a city has none."""
    if account.member_kind != "partner":
        return {}
    shortlist = await apis.send(registry.partners.shortlist(account.member))
    return {each.city_id: each.status for each in shortlist.items}


routes = [Route(_PATH, suggestions)]
