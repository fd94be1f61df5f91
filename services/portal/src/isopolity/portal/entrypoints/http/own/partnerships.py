"""A member's partnerships as they stand: whom to write to at each partner, and whether it is shown publicly.

Invariant: whom to write to is what notify tells this visitor, and it tells so only once both sides have agreed.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import matching, notify
from isopolity.client.matching.models import ShowOrder
from isopolity.client.notify.models import IntroductionView
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/partnerships"
_SHOWN: Final = 20


@for_members
async def partnerships(request: Request, account: Account) -> Response:
    """Those that stand, the newest first."""
    apis, selection = apis_of(request), Selection.of(_PATH, request.query_params, ())
    member_id = account.member
    asked = matching.members.partnerships(member_id, cursor=selection.cursor, standing=True, limit=_SHOWN)
    found = await apis.send(asked)
    introduced = await introductions(apis, [each.proposal_id for each in found.items])
    following = selection.address(found.next) if found.next else None
    return page(
        request,
        "own-partnerships.html",
        here="me",
        account=account,
        partnerships=found.items,
        introduced=introduced,
        following=following,
    )


async def introductions(apis: ServiceApis, proposal_ids: Sequence[str]) -> Mapping[str, IntroductionView]:
    """Whom to write to at the other side, by the proposal that the partnership came of; where it may be told."""
    if not proposal_ids:
        return {}
    found = await apis.send(notify.introductions.list(proposal_id=proposal_ids))
    return {each.proposal_id: each for each in found.items}


@for_members
async def choose(request: Request, _account: Account) -> Response:
    """Whether a partnership is shown publicly, and back to the list."""
    order = ShowOrder(show=bool(request.state.form.get("show")))
    await apis_of(request).send(matching.partnerships.show(request.path_params["partnership_id"], order))
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


routes = [Route(_PATH, partnerships), Route(f"{_PATH}/{{partnership_id}}", choose, methods=["POST"])]
