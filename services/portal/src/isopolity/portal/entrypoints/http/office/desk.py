"""The desk of the network's office: the first page of staff."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import DESK, for_staff
from isopolity.portal.entrypoints.http.rendering import page


@for_staff
async def desk(request: Request, account: Account) -> Response:
    """The desk."""
    return page(request, "office/desk.html", here="me", account=account)


routes = [Route(DESK, desk)]
