"""A proposal as its member sees it, and the member's answer: the same as by the link in the mail."""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.days.ends import day_in
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.partnerships import introductions
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422


@for_members
async def proposal(request: Request, account: Account) -> Response:
    """The page, and the form while it takes answers."""
    proposal_id = request.path_params["proposal_id"]
    if request.method == "GET":
        return await _shown(request, account, proposal_id, form=await typed_before(request, account))
    form = request.state.form
    body = {name: form[name].strip() for name in ("choice", "pending_until", "reason") if form.get(name, "").strip()}
    try:
        await apis_of(request).post("notify", f"/proposals/{proposal_id}/answer", body)
    except NotAllowed as refused:
        return await _shown(request, account, proposal_id, str(refused), form)
    return RedirectResponse(f"/proposals/{proposal_id}", _SEE_OTHER)


async def _shown(
    request: Request, account: Account, proposal_id: str, problem: str = "", form: dict[str, Any] | None = None
) -> Response:
    """The page; with what the form held, and what to change, where an answer was not taken."""
    apis = apis_of(request)
    known, told = await asyncio.gather(apis.get("matching", f"/proposals/{proposal_id}"), _told(apis, proposal_id))
    answer = told or _of_an_agreement(known)
    introduced = await introductions(apis, [proposal_id]) if known["stage"] == "agreed" else None
    filled = {name: (form or {}).get(name, "") for name in ("choice", "pending_until", "reason")}
    return page(
        request,
        "proposal.html",
        _UNPROCESSABLE if problem else 200,
        here="me",
        account=account,
        proposal=known,
        answer=answer,
        introduced=introduced,
        problem=problem,
        filled=filled,
        today=day_in(surroundings_of(request).clock(), known.get("time_zone")).isoformat(),
    )


async def _told(apis: ServiceApis, proposal_id: str) -> Any:
    """The own answer as notify has it, and whether it takes one; None where it knows no such proposal, or not yet."""
    try:
        return await apis.get("notify", f"/proposals/{proposal_id}/answer")
    except NothingThere:
        return None


def _of_an_agreement(known: Any) -> Any:
    """The own answer to a proposal that came of one's asking and that notify has not heard of yet.

    Raises NothingThere for any other proposal.
    """
    if known["stage"] != "agreed":
        raise NothingThere(known["proposal_id"])
    return {"answer": known["own"]["answer"], "takes_answers": False}


routes = [Route("/proposals/{proposal_id}", proposal, methods=["GET", "POST"])]
