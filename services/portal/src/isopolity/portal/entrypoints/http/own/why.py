"""Why nobody fits, or few do: how many each rule keeps out, and the one change that would help most.

Nothing is proposed to anybody by looking, and nothing is changed.
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/me/why"


@for_members
async def why(request: Request, account: Account) -> Response:
    """The page."""
    try:
        found = await apis_of(request).get("matching", f"/members/{account.member_id}/why")
    except NothingThere:  # a partner without programmes, or a member that is not endorsed yet
        found = None
    return page(request, "own-why.html", here="me", account=account, found=found)


async def counts_of(apis: ServiceApis, member_id: str | None) -> Any:
    """How many each rule keeps out, without the change, which takes longer; None where that cannot be told now."""
    try:
        return await apis.get("matching", f"/members/{member_id}/why", {"change": "false"})
    except (NothingThere, ServiceAway):
        return None


routes = [Route(PATH, why)]
