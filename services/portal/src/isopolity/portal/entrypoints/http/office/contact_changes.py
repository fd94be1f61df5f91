"""Changes of contacts to which the office was called: staff has them made or refuses them, with a reason either way."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import ContactDecision
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
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
    if request.method == "GET":
        return await _rendered(request, await typed_before(request, account) or {})
    form = request.state.form
    decision = form.get("do") if form.get("do") in _DECISIONS else "refuse"
    reason = form.get("reason", "").strip()
    if not reason:
        return await _rendered(request, form, problem=_MISSING)
    try:
        body = ContactDecision(decision=decision, reason=reason)
        await apis_of(request).send(registry.contact_changes.decide(form.get("change_id") or "-", body))
    except NothingThere:
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)  # it was decided or forgotten meanwhile
    except NotAllowed as refused:
        sentence = refused.fields.get("/reason", str(refused))
        return await _rendered(request, form, problem=sentence)
    return RedirectResponse(f"{PATH}?done={_DECISIONS[decision]}", HTTPStatus.SEE_OTHER)


async def _rendered(request: Request, typed: Mapping[str, str], problem: str = "") -> Response:
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
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        here="me",
        items=found,
        known=known,
        names=names,
        folders=FOLDERS,
        typed=typed,
        problem=problem,
        done=request.query_params.get("done", ""),
        longest=_LONGEST,
    )


routes = [Route(PATH, contact_changes, methods=["GET", "POST"])]
