"""The pipeline: what the partner did and when, and from agreement on what both sides did; what silence means."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching
from isopolity.portal.domain.programmes.pipeline import pipeline
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.programmes.admission import for_partners
from isopolity.portal.entrypoints.http.programmes.own_programmes import own_programmes
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/pipeline"
_SHOWN: Final = 100


@for_partners
async def shown(request: Request, account: Account) -> Response:
    """The page."""
    apis = apis_of(request)
    interests, proposals, partnerships, own = await asyncio.gather(
        apis.send(matching.interests.list(account.member, limit=_SHOWN)),
        apis.send(matching.members.proposals(account.member, limit=_SHOWN)),
        apis.send(matching.members.partnerships(account.member, limit=_SHOWN)),
        own_programmes(request, account),
    )
    steps = pipeline(interests.items, proposals.items, partnerships.items)
    more = any((interests.next, proposals.next, partnerships.next))
    programmes = {each.programme_id: each.name for each in own.all}
    return page(
        request, "programmes/pipeline.html", here="me", account=account, steps=steps, more=more, programmes=programmes
    )


routes = [Route(_PATH, shown)]
