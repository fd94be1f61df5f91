"""The flow of events on one page, troubles first, then each hop of the way; what to do about each kind of trouble, in
the order of the runbook, whose words these are; acts of operators, with their names, from the audits of all services.

Invariant: a service that does not answer is named, and hides nothing of the others. Among the acts of operators are no
acts of other people, and no network addresses.
"""

from http import HTTPStatus
from typing import Final

from isopolity.client import notify, operations
from isopolity.client.call import Call
from isopolity.client.operations.models import AuditPage
from isopolity.contracts.catalogue import GROUPS
from isopolity.portal.domain.drawings import trend_line
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.audit_acts import Bounds, listed_acts, people_called
from isopolity.portal.entrypoints.http.known_members import staff_names
from isopolity.portal.entrypoints.http.operations.hops import held, hops_of
from isopolity.portal.entrypoints.http.operations.reports import away, known, reports_of, with_portal
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other
from isopolity.web.operations.audit import OF_OPERATORS
from isopolity.web.operations.troubles import troubles_of

_PATH: Final = f"{FLOW}/audit"
_CHOICES: Final = ("actor", "action", "subject", "day")


@for_operators
async def steps(request: Request, _account: Account) -> Response:
    """The steps, each at the anchor of its kind of trouble; with a link to the page of the `group` that it is about."""
    group = request.query_params.get("group", "")
    known = group if group in {each.name for each in GROUPS} else ""
    return page(request, "operations/steps.html", group=known)


@for_operators
async def audit(request: Request, _account: Account) -> Response:
    """The acts that fit what is chosen; who wants older ones goes on from the time of the last."""
    selection = Selection.of(_PATH, request.query_params, _CHOICES)
    wanted = {name: value for name, value in selection.chosen.items() if name != "day"}
    people = await staff_names(request)
    meant = people_called(wanted["actor"], people) if "actor" in wanted else {}
    if len(meant) == 1:
        (wanted["actor"],) = meant

    def asked(service: str, at: Bounds) -> Call[AuditPage]:
        return operations.audit.operators(service, **wanted, since=at.since, until=at.until, limit=at.limit)

    found = await listed_acts(request, selection, asked)
    return page(
        request,
        "operations/audit.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if found.is_wrong_day else HTTPStatus.OK,
        selection=selection,
        people=people,
        meant=meant if len(meant) > 1 else {},
        acts=sorted(OF_OPERATORS),
        found=found,
    )


@for_operators
async def flow(request: Request, _account: Account) -> Response:
    """Show whether everything flows; POST has notify try the mail server at once."""
    if request.method == "POST":
        await apis_of(request).send(notify.mail_server.try_())
        return see_other(f"{FLOW}?tried=mail-server")
    reports = await reports_of(request)
    hops, troubles = hops_of(reports), list(troubles_of(await with_portal(request, reports)))
    people = await staff_names(request) if any(each.by for each in troubles) else {}
    return page(
        request,
        "operations/flow.html",
        reports=known(reports),
        away=away(reports),
        troubles=troubles,
        people=people,
        hops=[(hop, trend_line(hop.trend) if any(hop.trend) else "") for hop in hops],
        held=held(reports),
        unsampled=[name for name, report in known(reports).items() if report.sampled_at is None],
        tried="tried" in request.query_params,
    )


routes = [Route(f"{FLOW}/steps", steps), Route(_PATH, audit), Route(FLOW, flow, methods=["GET", "POST"])]
