"""`/matching/v1/proposals`: proposals, for staff and for their members.

Invariant: a member reads nothing from which the other side's answer could be inferred.
"""

from typing import Annotated, Literal

from fastapi import Query, Response

from isopolity.contracts.answers import Choice
from isopolity.machine.turns import each_in_turns
from isopolity.matching.adapters.sql.queries import ProposalFilter
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows import settlement
from isopolity.matching.application.workflows.issuance import approve as approve_held
from isopolity.matching.application.workflows.issuance import discard as discard_held
from isopolity.matching.domain.proposal import Stage
from isopolity.matching.entrypoints.http.context import (
    Cursor,
    Limit,
    Matching,
    MemberOrStaff,
    Page,
    Posting,
    Publisher,
    Staff,
    is_staff,
    require_own,
)
from isopolity.matching.entrypoints.http.schemas import (
    ApprovalView,
    DiscardView,
    OwnProposalView,
    ProposalView,
    SelectionOrder,
    TakeBackOrder,
    TakenBackView,
)
from isopolity.web.idempotent_posts import json_response
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1")

GivenAnswer = Annotated[
    Choice | Literal["none"] | None,
    Query(description="Only those of which a side has given this answer; `none`: of which a side has given none."),
]
LegalAct = Annotated[bool, Query(description="Only those whose two sides a legal act in force keeps apart.")]


@router.get("/proposals")
async def list_proposals(
    matching: Matching,
    _: Staff,
    stage: Stage | None = None,
    member_id: str | None = None,
    round_id: str | None = None,
    answer: GivenAnswer = None,
    legal_act: LegalAct = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProposalView]:
    """The proposals, the newest first."""
    surroundings = matching.surroundings
    acts = surroundings.markets.legal_acts.in_force(surroundings.clock().date()) if legal_act else None
    wanted = ProposalFilter(stage=stage, member_id=member_id, round_id=round_id, answer=answer, kept_apart_by=acts)
    found = await matching.queries.proposals(wanted, cursor, limit)
    ids = [proposal.proposal_id for proposal in found]
    return Page[ProposalView].of(await each_in_turns(ProposalView.copied, found), ids, limit)


@router.get("/members/{member_id}/proposals")
async def list_own_proposals(
    matching: Matching, principal: MemberOrStaff, member_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[OwnProposalView]:
    """The proposals that a member has received, as it sees them, the newest first."""
    require_own(principal, member_id, "A member sees its own proposals only.")
    found = await matching.queries.proposals(ProposalFilter(known_to=member_id), cursor, limit)
    views = [view for each in found if (view := OwnProposalView.of(each, member_id)) is not None]
    return Page[OwnProposalView].of(views, [view.proposal_id for view in views], limit)


@router.post("/proposals/approve", response_model=ApprovalView)
async def approve(matching: Matching, _: Publisher, posting: Posting, order: SelectionOrder) -> Response:
    """Issue held proposals; outdated ones are superseded.

    A proposal stays held if one of its sides has no room for another twinning or sponsorship.
    """
    await matching.surroundings.graph.caught_up()

    async def approved(uow: UnitOfWork) -> Response:
        return json_response(ApprovalView.of(await approve_held(order.selection(), uow, matching.surroundings)))

    return await posting(approved)


@router.post("/proposals/discard", response_model=DiscardView)
async def discard(matching: Matching, _: Publisher, posting: Posting, order: SelectionOrder) -> Response:
    """Discard held proposals; no member hears of it."""

    async def discarded(uow: UnitOfWork) -> Response:
        number = await discard_held(order.selection(), uow, matching.surroundings.clock())
        return json_response(DiscardView(discarded=number))

    return await posting(discarded)


@router.post("/proposals/take-back", response_model=TakenBackView)
async def take_back(matching: Matching, _: Publisher, posting: Posting, order: TakeBackOrder) -> Response:
    """Take back proposals that went out by mistake: they end, and both sides get a mail that says so."""

    async def taken_back(uow: UnitOfWork) -> Response:
        ended = await settlement.take_back(order.proposal_ids, order.round_id, uow, matching.surroundings.clock())
        return json_response(TakenBackView(taken_back=len(ended)))

    return await posting(taken_back)


@router.get("/proposals/{proposal_id}")
async def read_proposal(
    matching: Matching, principal: MemberOrStaff, proposal_id: str
) -> ProposalView | OwnProposalView:
    """One proposal: in full for staff; for a member its own side, without the other side's answer."""
    found = await matching.queries.proposal(proposal_id)
    view: ProposalView | OwnProposalView | None = None
    if found is not None and is_staff(principal):
        view = ProposalView.copied(found)
    elif found is not None:
        view = OwnProposalView.of(found, principal.member_id or "")
        view = view and view.with_set_aside()
    if view is None:
        raise Problem(404, "There is no proposal with this id for you.", code="unknown-proposal")
    return view
