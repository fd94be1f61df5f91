"""What to do about each kind of trouble, in the order of the runbook, whose words these are."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.contracts.catalogue import GROUPS
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.rendering import page


@for_operators
async def steps(request: Request, account: Account) -> Response:
    """The steps, each at the anchor of its kind of trouble; with a link to the page of the `group` that it is about."""
    group = request.query_params.get("group", "")
    known = group if group in {each.name for each in GROUPS} else ""
    return page(request, "operations/steps.html", here="me", account=account, group=known)


routes = [Route(f"{FLOW}/steps", steps)]
