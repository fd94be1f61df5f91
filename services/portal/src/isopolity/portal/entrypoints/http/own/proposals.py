"""A proposal as its member sees it, and the member's answer: the same as by the link in the mail."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching, notify
from isopolity.client.matching.models import OwnProposalView
from isopolity.client.notify.models import AnswerOrder
from isopolity.machine.clock import day_in
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.forms.optional_answers import if_there
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.partnerships import introductions
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_FIELDS: Final = ("choice", "pending_until", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class _GivenByAsking:
    """The own answer to a proposal that came of one's asking."""

    answer: str | None
    pending_until: date | None = None
    takes_answers: bool = False


@for_members
async def proposal(request: Request, account: Account) -> Response:
    """The page, and the form while it takes answers; with what to change where an answer was not taken."""
    proposal_id = request.path_params["proposal_id"]
    form = await PageForm.of(request, account, _FIELDS)
    if form.was_sent:
        order = AnswerOrder.unchecked({name: text for name, text in form.fields.items() if text})
        if await form.done(apis_of(request).send(notify.proposals.answer(proposal_id, order))):
            return see_other(f"/proposals/{proposal_id}")
    apis = apis_of(request)
    known, given = await asyncio.gather(
        apis.send(matching.proposals.read(proposal_id)), if_there(apis.send(notify.answers.read(proposal_id)))
    )
    if not isinstance(known, OwnProposalView):
        raise NothingThere(proposal_id)
    answer = given or _of_an_agreement(known)
    introduced = await introductions(apis, [proposal_id]) if known.stage == "agreed" else None
    return page(
        request,
        "proposal.html",
        form.status,
        here="me",
        account=account,
        proposal=known,
        answer=answer,
        introduced=introduced,
        problem=form.sentence,
        filled=form.filled(dict.fromkeys(_FIELDS, "")),
        today=day_in(surroundings_of(request).clock(), known.time_zone).isoformat(),
    )


def _of_an_agreement(known: OwnProposalView) -> _GivenByAsking:
    """The own answer to a proposal that came of one's asking and that notify has not heard of yet.

    Raises NothingThere for any other proposal.
    """
    if known.stage != "agreed":
        raise NothingThere(known.proposal_id)
    return _GivenByAsking(answer=known.own.answer)


routes = [Route("/proposals/{proposal_id}", proposal, methods=["GET", "POST"])]
