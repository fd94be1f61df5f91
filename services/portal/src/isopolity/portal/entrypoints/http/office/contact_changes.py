"""Changes of contacts to which the office was called: staff has them made or refuses them, with a reason either way."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import ContactDecision
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.office.known_members import FOLDERS, members_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/contact-changes"
_LONGEST: Final = 1000
"""Most characters of a reason that registry takes."""
_DECISIONS: Final = {"make": "made", "refuse": "refused"}
"""Decisions of staff, and the word by which the next page reports each."""
_MISSING: Final = "missing"
"""Problem of an empty reason; the template has the sentence."""


@for_staff_to(ENDORSE)
async def contact_changes(request: Request, account: Account) -> Response:
    """List the changes that wait for the office; POST decides about one of them."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _rendered(request, form)
    if not form["reason"]:
        form.refuse({"": _MISSING})
        return await _rendered(request, form)
    decision = form["do"] if form["do"] in _DECISIONS else "refuse"
    body = ContactDecision(decision=decision, reason=form["reason"])
    decided = registry.contact_changes.decide(form["change_id"] or "-", body)
    if await form.done(apis_of(request).send(decided), may_be_gone=True):
        return see_other(f"{PATH}?done={_DECISIONS[decision]}")
    # it was decided or forgotten meanwhile
    return see_other(PATH) if form.is_gone else await _rendered(request, form)


async def _rendered(request: Request, form: PageForm) -> Response:
    apis = apis_of(request)
    found = (await apis.send(registry.contact_changes.list())).items
    kinds = {each.member_id: each.member_kind for each in found}
    known, contacts = await asyncio.gather(
        members_of(apis, kinds),
        asyncio.gather(*(apis.send(registry.contacts.list(member_id=each)) for each in kinds)),
    )
    names = {one.contact_id: one for each in contacts for one in each.items}
    return page(
        request,
        "office/contact-changes.html",
        form.status,
        here="me",
        items=found,
        known=known,
        names=names,
        folders=FOLDERS,
        typed=form.fields,
        problem=form.problems.get("reason", form.sentence),
        done=request.query_params.get("done", ""),
        longest=_LONGEST,
    )


routes = [Route(PATH, contact_changes, methods=["GET", "POST"])]
