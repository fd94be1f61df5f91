"""The flow of events on one page: what is wrong first, then each hop of the way.

Invariant: a service that does not answer is named, and hides nothing of the others.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import notify
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.trend import trend_line
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.operations.hops import held, hops_of
from isopolity.portal.entrypoints.http.operations.reports import away, known, reports_of, with_portal
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of
from isopolity.web.operations.troubles import troubles_of


@for_operators
async def flow(request: Request, account: Account) -> Response:
    """Show whether everything flows; POST has notify try the mail server at once."""
    if request.method == "POST":
        await apis_of(request).send(notify.mail_server.try_())
        return RedirectResponse(f"{FLOW}?tried=mail-server", HTTPStatus.SEE_OTHER)
    reports = await reports_of(request)
    hops, troubles = hops_of(reports), list(troubles_of(await with_portal(request, reports)))
    people = await staff_names(request, account) if any(each.by for each in troubles) else {}
    return page(
        request,
        "operations/flow.html",
        here="me",
        account=account,
        reports=known(reports),
        away=away(reports),
        troubles=troubles,
        people=people,
        hops=[(hop, trend_line(hop.trend) if any(hop.trend) else "") for hop in hops],
        held=held(reports),
        unsampled=[name for name, report in known(reports).items() if report.sampled_at is None],
        tried="tried" in request.query_params,
    )


routes = [Route(FLOW, flow, methods=["GET", "POST"])]
