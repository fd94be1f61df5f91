"""Staff acts for a member: it changes the profile step by step or a request, or starts a handover where the predecessor
has left.

Invariant: the services see staff, so that the audit names it, and nothing waits for staff's leave. A handover changes
nothing until the successor confirms by the mailed link; the page says so.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import NewHandover
from isopolity.portal.adapters.members import read_member
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import HANDED_ROLES
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.city_requests.request_form import edit_request
from isopolity.portal.entrypoints.http.city_requests.requests_of_city import close_request
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.known_members import FOLDERS, KINDS, KnownMember, members_listed
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.member_page import member_of
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other
from isopolity.portal.entrypoints.http.profile_steps import change_step

_PATH: Final = "/office/handovers"
_FIELDS: Final = ("name", "email", "predecessor_id", "predecessor_becomes", "reason")
_FOUND: Final = 10
"""Members of each kind that a search shows; who looks for another one types more of its name."""


@for_staff_to(ENDORSE)
async def step(request: Request, account: Account) -> Response:
    """One step of the member's profile, and its change."""
    folder, member_id = member_of(request)
    return await change_step(request, replace(account, member_kind=KINDS[folder], member_id=member_id))


@for_staff_to(ENDORSE)
async def city_request(request: Request, account: Account) -> Response:
    """Render the form of a city's request to sponsors; POST makes, changes or closes the request."""
    folder, city_id = member_of(request)
    city = await read_member(apis_of(request), KINDS[folder], city_id)
    acting = replace(account, member_kind=KINDS[folder], member_id=city_id, member_name=city.name)
    story = f"{PATH}/{folder}/{city_id}"
    if request.url.path.endswith("/close"):
        done = f"{story}?done=closed"
        return await close_request(request, acting, f"{story}/requests", closed=done, withdrawn=done)
    return await edit_request(request, acting, f"{story}/requests", f"{story}?done=requested&request=")


@for_staff
async def search(request: Request, _account: Account) -> Response:
    """Search for a member by name."""
    selection = Selection.of(_PATH, request.query_params, ("text",))
    found: Sequence[KnownMember] = ()
    if selection.chosen:
        found, _ = await members_listed(apis_of(request), text=selection.chosen["text"], status="any", limit=_FOUND)
    return page(request, "office/handovers/search.html", selection=selection, found=found, folders=FOLDERS)


@for_staff_to(ENDORSE)
async def handover(request: Request, account: Account) -> Response:
    """The form for one member, or the handover of it that waits; and its start."""
    folder, member_id = member_of(request)
    form = await PageForm.of(request, account, _FIELDS)
    if not form.was_sent:
        return await _rendered(request, form)
    wanted = {name: value for name, value in form.fields.items() if value or name not in ("predecessor_id", "reason")}
    order = NewHandover.unchecked({"member_kind": KINDS[folder], "member_id": member_id, **wanted})
    if await form.done(apis_of(request).send(registry.handovers.create(order))):
        return see_other(f"{_PATH}/{folder}/{member_id}")
    return await _rendered(request, form)


@for_staff_to(ENDORSE)
async def end(request: Request, _account: Account) -> Response:
    """The handover that waits is ended; one that has ended meanwhile is no problem."""
    folder, member_id = member_of(request)
    form = await PageForm.of(request)
    await if_there(apis_of(request).send(registry.handovers.delete(form["handover_id"] or "-")))
    return see_other(f"{_PATH}/{folder}/{member_id}")


async def _rendered(request: Request, form: PageForm) -> Response:
    folder, member_id = member_of(request)
    apis = apis_of(request)
    member, contacts, found = await asyncio.gather(
        read_member(apis, KINDS[folder], member_id),
        apis.send(registry.contacts.list(member_id=member_id)),
        apis.send(registry.handovers.list(member_id=member_id)),
    )
    return form.page(
        request,
        "office/handovers/handover.html",
        folder=folder,
        member_id=member_id,
        member=member,
        predecessors=[each for each in contacts.items if each.role in HANDED_ROLES],
        waiting=next(iter(found.items), None),
    )


routes = [
    *(
        Route(f"{PATH}/{folder}/{{{kind}_id}}/profile/{name}", step, methods=["GET", "POST"])
        for folder, kind in KINDS.items()
        for name in STEPS[kind]
    ),
    *(
        Route(f"{PATH}/cities/{{city_id}}/requests/{name}", city_request, methods=["GET", "POST"])
        for name in ("new", "{request_id}", "{request_id}/close")
    ),
    Route(_PATH, search),
    *(Route(f"{_PATH}/{folder}/{{{kind}_id}}", handover, methods=["GET", "POST"]) for folder, kind in KINDS.items()),
    *(Route(f"{_PATH}/{folder}/{{{kind}_id}}/end", end, methods=["POST"]) for folder, kind in KINDS.items()),
]
