"""Why nobody fits, or few do: how many each rule keeps out, and the one change that would help most.

What takes the member's own places, and programmes that are not open, are told beside it. Nothing is proposed to
anybody by looking, and nothing is changed.
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching
from isopolity.client.matching.models import AbsenceView
from isopolity.portal.adapters.members import read_member
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.dealings import first_free
from isopolity.portal.domain.introduction import Wanted, full_of, rooms_of
from isopolity.portal.domain.programmes.life import state_of
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.optional_answers import if_there, unless
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.dealings import dealings_of
from isopolity.portal.entrypoints.http.programmes.own_programmes import OwnProgrammes
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, today

PATH: Final = "/me/why"
_WITH_A_CITY: Final = Wanted(kind="city", member_id="")


@for_members
async def why(request: Request, account: Account) -> Response:
    """The page."""
    apis = apis_of(request)
    found, own, dealings = await asyncio.gather(
        if_there(apis.send(matching.members.why(account.member))),
        read_member(apis, account.member_kind, account.member),
        dealings_of(apis, account.member),
    )
    known = OwnProgrammes.of(own)
    states = [(each, state_of(each, known.waiting, known.refused, today(request))) for each in known.all]
    looked_at = [each for each, state in states if state == "open"]
    return page(
        request,
        "own-why.html",
        here="me",
        account=account,
        first_free=first_free,
        found=found,
        full=full_of(own, looked_at, _WITH_A_CITY, dealings),
        rooms=rooms_of(own, looked_at, _WITH_A_CITY),
        names={each.programme_id: each.name for each in known.all},
        left_out=[(each, state) for each, state in states if state != "open"],
    )


async def counts_of(apis: ServiceApis, member_id: str) -> AbsenceView | None:
    """How many each rule keeps out, without the change, which takes longer; None where that cannot be told now."""
    return await unless(apis.send(matching.members.why(member_id, change=False)), NothingThere, ServiceAway)


routes = [Route(PATH, why)]
