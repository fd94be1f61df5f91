"""The flow of events on one page: what is wrong first, then each hop of the way.

Invariant: a service that does not answer is named, and hides nothing of the others.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.domain.session import Account
from isopolity.portal.domain.trend import trend_line
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.operations.hops import held, hops_of
from isopolity.portal.entrypoints.http.operations.reports import away, known, reports_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.web.operations.troubles import troubles_of


@for_operators
async def flow(request: Request, account: Account) -> Response:
    """Whether everything flows."""
    reports = await reports_of(request)
    hops = hops_of(reports, surroundings_of(request).clock())
    return page(
        request,
        "operations/flow.html",
        here="me",
        account=account,
        reports=known(reports),
        away=away(reports),
        troubles=list(troubles_of(known(reports))),
        hops=[(hop, trend_line(hop.trend) if any(hop.trend) else "") for hop in hops],
        held=held(reports),
    )


routes = [Route(FLOW, flow)]
