"""Staff records that a member leaves, and takes one back that has left.

Invariant: what a departure ends is shown before it is recorded; while matching does not answer, nobody leaves here.
"""

import asyncio
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.registry.models import Departure, Return
from isopolity.portal.adapters.members import read_member
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.adapters.wording import _
from isopolity.portal.entrypoints.http.admission import ENDORSE, MANAGE, for_staff_to, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered
from isopolity.portal.entrypoints.http.known_members import KINDS
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.story import member_of
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    gettext_of,
    see_other,
    today,
)

_FIELDS: Final = ("reason", "day", "erase", "sure")
_OPEN: Final = ("held", "scheduled", "issued", "answered")
"""Stages of proposals that a departure ends."""
_MOST: Final = 100
_UNSURE: Final = _("Tick to confirm.")


@for_staff_to(ENDORSE)
async def leaving(request: Request, account: Account) -> Response:
    """What ends if the member leaves, and the form; for one that has left, the form that takes it back."""
    folder, member_id = member_of(request)
    apis, form = apis_of(request), await PageForm.of(request, account, _FIELDS)
    if not form.was_sent:
        return await _rendered(request, form)
    if request.url.path.endswith("/return"):
        if await form.done(_take_back(apis, folder, member_id, form["reason"])):
            return see_other(f"{PATH}/{folder}/{member_id}?done=returned")
        return await _rendered(request, form)
    if form["erase"]:
        require_right(request, account, MANAGE)
    if not form["sure"]:
        form.refuse({"sure": gettext_of(request)(_UNSURE)})
    elif await form.done(_leave(apis, folder, member_id, form)):
        return see_other(f"{PATH}/{folder}/{member_id}?done=left")
    return await _rendered(request, form)


async def _leave(apis: ServiceApis, folder: str, member_id: str, form: PageForm) -> None:
    """Raises NotAllowed."""
    why = Departure.unchecked({"reason": form["reason"], "day": form["day"] or None})
    erase = True if form["erase"] else None
    if KINDS[folder] == "city":
        await apis.send(registry.cities.withdraw(member_id, why, erase_contacts=erase))
    else:
        await apis.send(registry.partners.withdraw(member_id, why, erase_contacts=erase))


async def _take_back(apis: ServiceApis, folder: str, member_id: str, reason: str) -> None:
    """Raises NotAllowed."""
    why = Return(reason=reason or None)
    if KINDS[folder] == "city":
        await apis.send(registry.cities.reinstate(member_id, why))
    else:
        await apis.send(registry.partners.reinstate(member_id, why))


async def _rendered(request: Request, form: PageForm) -> Response:
    apis, (folder, member_id) = apis_of(request), member_of(request)
    member, departure, proposals, partnerships = await asyncio.gather(
        read_member(apis, KINDS[folder], member_id),
        if_answered(apis.send(matching.members.departure(member_id))),
        if_answered(apis.send(matching.proposals.list(member_id=member_id, limit=_MOST))),
        if_answered(apis.send(matching.members.partnerships(member_id, standing=True, limit=_MOST))),
    )
    is_known = departure is not None and proposals is not None and partnerships is not None
    return form.page(
        request,
        "office/members/leaving.html",
        folder=folder,
        member_id=member_id,
        member=member,
        departure=departure if is_known else None,
        proposals=[each for each in proposals.items if each.stage in _OPEN] if proposals else (),
        partnerships=partnerships.items if partnerships else (),
        filled=form.filled({"day": today(request).isoformat()}),
        today=today(request).isoformat(),
    )


routes = [
    *(
        Route(f"{PATH}/{folder}/{{{kind}_id}}/leaving", leaving, methods=["GET", "POST"])
        for folder, kind in KINDS.items()
    ),
    *(Route(f"{PATH}/{folder}/{{{kind}_id}}/return", leaving, methods=["POST"]) for folder, kind in KINDS.items()),
]
