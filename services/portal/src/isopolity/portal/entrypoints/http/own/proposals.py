"""A proposal as its member sees it, and the member's answer: the same as by the link in the mail."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import matching, notify
from isopolity.client.matching.models import OwnProposalView
from isopolity.client.notify.models import AnswerOrder, OwnAnswer
from isopolity.days.ends import day_in
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.partnerships import introductions
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _GivenByAsking:
    """The own answer to a proposal that came of one's asking."""

    answer: str | None
    pending_until: date | None = None
    takes_answers: bool = False


@for_members
async def proposal(request: Request, account: Account) -> Response:
    """The page, and the form while it takes answers."""
    proposal_id = request.path_params["proposal_id"]
    if request.method == "GET":
        return await _shown(request, account, proposal_id, form=await typed_before(request, account))
    form = request.state.form
    body = {name: form[name].strip() for name in ("choice", "pending_until", "reason") if form.get(name, "").strip()}
    try:
        await apis_of(request).send(notify.proposals.answer(proposal_id, AnswerOrder.unchecked(body)))
    except NotAllowed as refused:
        return await _shown(request, account, proposal_id, str(refused), form)
    return RedirectResponse(f"/proposals/{proposal_id}", HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request, account: Account, proposal_id: str, problem: str = "", form: Mapping[str, str] | None = None
) -> Response:
    """The page; with what the form held, and what to change, where an answer was not taken."""
    apis = apis_of(request)
    known, given = await asyncio.gather(apis.send(matching.proposals.read(proposal_id)), _given(apis, proposal_id))
    if not isinstance(known, OwnProposalView):
        raise NothingThere(proposal_id)
    answer = given or _of_an_agreement(known)
    introduced = await introductions(apis, [proposal_id]) if known.stage == "agreed" else None
    filled = {name: (form or {}).get(name, "") for name in ("choice", "pending_until", "reason")}
    return page(
        request,
        "proposal.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        here="me",
        account=account,
        proposal=known,
        answer=answer,
        introduced=introduced,
        problem=problem,
        filled=filled,
        today=day_in(surroundings_of(request).clock(), known.time_zone).isoformat(),
    )


async def _given(apis: ServiceApis, proposal_id: str) -> OwnAnswer | None:
    """The own answer as notify has it, and whether it takes one; None where it knows no such proposal, or not yet."""
    try:
        return await apis.send(notify.answers.read(proposal_id))
    except NothingThere:
        return None


def _of_an_agreement(known: OwnProposalView) -> _GivenByAsking:
    """The own answer to a proposal that came of one's asking and that notify has not heard of yet.

    Raises NothingThere for any other proposal.
    """
    if known.stage != "agreed":
        raise NothingThere(known.proposal_id)
    return _GivenByAsking(answer=known.own.answer)


routes = [Route("/proposals/{proposal_id}", proposal, methods=["GET", "POST"])]
