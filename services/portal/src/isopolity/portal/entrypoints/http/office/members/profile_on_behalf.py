"""Staff acts for a member: it changes the profile step by step, as the member itself does.

Invariant: it is staff that the services see, so that the audit names it, and nothing waits for staff's leave.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.office.known_members import KINDS
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.story import member_of
from isopolity.portal.entrypoints.http.own.profile import change_step


@for_staff_to(ENDORSE)
async def step(request: Request, account: Account) -> Response:
    """One step of the member's profile, and its change."""
    folder, member_id = member_of(request)
    return await change_step(request, replace(account, member_kind=KINDS[folder], member_id=member_id))


routes = [
    Route(f"{PATH}/{folder}/{{{kind}_id}}/profile/{name}", step, methods=["GET", "POST"])
    for folder, kind in KINDS.items()
    for name in STEPS[kind]
]
