"""A proposal as its member sees it, and the member's answer, the same as by the link in the mail; partnerships that
stand, whom to write to at each partner, and whether each is shown publicly.

Invariant: whom to write to is what notify tells this visitor, and it tells so only once both sides have agreed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from isopolity.client import matching, notify
from isopolity.client.matching.models import OwnProposalView, ShowOrder
from isopolity.client.notify.models import AnswerOrder, IntroductionView
from isopolity.machine.clock import day_in
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.reasons import reasons_in
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import for_members
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    page,
    see_other,
    surroundings_of,
)

_PATH: Final = "/me/partnerships"
_ON_A_PAGE: Final = 20
_FIELDS: Final = ("choice", "pending_until", "reason")


@for_members
async def partnerships(request: Request, account: Account) -> Response:
    """The member's standing partnerships, the newest first."""
    apis, selection = apis_of(request), Selection.of(_PATH, request.query_params, ())
    member_id = account.member
    asked = matching.members.partnerships(member_id, cursor=selection.cursor, standing=True, limit=_ON_A_PAGE)
    found = await apis.send(asked)
    introduced = await introductions(apis, [each.proposal_id for each in found.items])
    following = selection.address(found.next) if found.next else None
    return page(request, "own-partnerships.html", partnerships=found.items, introduced=introduced, following=following)


async def introductions(apis: ServiceApis, proposal_ids: Sequence[str]) -> Mapping[str, IntroductionView]:
    """Whom to write to at the other side, by the proposal that the partnership came of; where it may be told."""
    if not proposal_ids:
        return {}
    found = await apis.send(notify.introductions.list(proposal_id=proposal_ids))
    return {each.proposal_id: each for each in found.items}


@for_members
async def choose(request: Request, _account: Account) -> Response:
    """Whether a partnership is shown publicly, and back to the list."""
    order = ShowOrder(show=bool(request.state.form.get("show")))
    await apis_of(request).send(matching.partnerships.show(request.path_params["partnership_id"], order))
    return see_other(_PATH)


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
    return form.page(
        request,
        "proposal.html",
        proposal=known,
        answer=answer,
        reasons=reasons_in(known),
        introduced=introduced,
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


routes = [
    Route(_PATH, partnerships),
    Route(f"{_PATH}/{{partnership_id}}", choose, methods=["POST"]),
    Route("/proposals/{proposal_id}", proposal, methods=["GET", "POST"]),
]
