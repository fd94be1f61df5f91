"""All rounds and their drafts, the newest first."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/rounds"
_SHOWN: Final = 20


@for_staff
async def rounds(request: Request, _account: Account) -> Response:
    """A page of them; a round that has ended in a draft tells how the draft stands."""
    apis, selection = apis_of(request), Selection.of(PATH, request.query_params, ())
    found, drafts = await asyncio.gather(
        apis.send(matching.rounds.list(cursor=selection.cursor, limit=_SHOWN)),
        apis.send(matching.drafts.list(cursor=selection.cursor, limit=_SHOWN)),
    )
    return page(
        request,
        "office/rounds/overview.html",
        here="me",
        rounds=found.items,
        drafts={each.round_id: each for each in drafts.items},
        following=selection.address(found.next) if found.next else None,
    )


routes = [Route(PATH, rounds)]
