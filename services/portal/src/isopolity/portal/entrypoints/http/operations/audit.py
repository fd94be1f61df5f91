"""Acts of operators, with their names, from the audits of all services on one page, the newest first.

Invariant: acts of other people are not among them, nor the network addresses of operators.
"""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import operations
from isopolity.client.call import Call
from isopolity.client.operations.models import AuditPage
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.audit_acts import Bounds, listed_acts, people_called
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.web.operations.audit import OF_OPERATORS

_PATH: Final = f"{FLOW}/audit"
_CHOICES: Final = ("actor", "action", "subject", "day")


@for_operators
async def audit(request: Request, account: Account) -> Response:
    """The acts that fit what is chosen; who wants older ones goes on from the time of the last."""
    selection = Selection.of(_PATH, request.query_params, _CHOICES)
    wanted = {name: value for name, value in selection.chosen.items() if name != "day"}
    people = await staff_names(request, account)
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
        here="me",
        account=account,
        selection=selection,
        people=people,
        meant=meant if len(meant) > 1 else {},
        acts=sorted(OF_OPERATORS),
        found=found,
    )


routes = [Route(_PATH, audit)]
