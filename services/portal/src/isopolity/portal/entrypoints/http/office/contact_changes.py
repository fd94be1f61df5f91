"""Changes of contacts to which the office was called: staff has them made or refuses them, with a reason either way."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.office.known_members import FOLDERS, members_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/contact-changes"
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
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
    body = {"decision": decision, "reason": form.get("reason", "").strip()}
    if not body["reason"]:
        return await _rendered(request, form, problem=_MISSING)
    try:
        await apis_of(request).post("registry", f"/contact-changes/{form.get('change_id') or '-'}/decide", body)
    except NothingThere:
        return RedirectResponse(PATH, _SEE_OTHER)  # it was decided or forgotten meanwhile
    except NotAllowed as refused:
        sentence = refused.fields.get("/reason", str(refused))
        return await _rendered(request, form, problem=sentence)
    return RedirectResponse(f"{PATH}?done={_DECISIONS[decision]}", _SEE_OTHER)


async def _rendered(request: Request, typed: Mapping[str, str], problem: str = "") -> Response:
    apis = apis_of(request)
    found = (await apis.get("registry", "/contact-changes"))["items"]
    known, *contacts = await asyncio.gather(
        members_of(apis, {each["member_id"]: each["member_kind"] for each in found}),
        *(apis.get("registry", "/contacts", {"member_id": member_id}) for member_id in {e["member_id"] for e in found}),
    )
    names: dict[str, Any] = {one["contact_id"]: one for each in contacts for one in each["items"]}
    return page(
        request,
        "office/contact-changes.html",
        _UNPROCESSABLE if problem else 200,
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
