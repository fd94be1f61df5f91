"""The proposals of a round after publishing: how many stand where, and what became of each.

Invariant: staff alone reads answers; a side is told of the other's by both having agreed, and by nothing else.
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.office.rounds.frame import known_round, round_page
from isopolity.portal.entrypoints.http.office.rounds.overview import PATH
from isopolity.portal.entrypoints.http.visitors import apis_of

_SHOWN: Final = 25


@for_staff
async def answers(request: Request, _account: Account) -> Response:
    """Counts by stage, and the proposals, all or of one stage."""
    known, apis = await known_round(request), apis_of(request)
    selection = Selection.of(f"{PATH}/{known.round_id}/answers", request.query_params, ("stage",))
    asked = matching.proposals.list(
        stage=selection.chosen.get("stage"), round_id=known.round_id, cursor=selection.cursor, limit=_SHOWN
    )
    found, counts = await asyncio.gather(apis.send(asked), apis.send(matching.rounds.outcomes(known.round_id)))
    return round_page(
        request,
        "answers.html",
        known,
        "answers",
        selection=selection,
        proposals=found.items,
        counts=counts.stages,
        following=selection.address(found.next) if found.next else None,
    )


routes = [Route(f"{PATH}/{{round_id}}/answers", answers)]
