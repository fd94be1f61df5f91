"""HTTP for staff: rounds, and held proposals approved or discarded."""

from typing import Annotated

from fastapi import APIRouter, Depends

from isopolity.matching.adapters.queries import MatchingQueries, ProposalFilter
from isopolity.matching.application.approving import Approving
from isopolity.matching.application.rounds import Rounds
from isopolity.matching.domain.errors import GraphNotReady, UnknownProposal
from isopolity.matching.domain.proposal import Stage
from isopolity.matching.entrypoints.http.pages import Cursor, Limit, Page, next_cursor
from isopolity.matching.entrypoints.http.schemas import (
    ApprovalView,
    DiscardView,
    ProposalView,
    RoundOrder,
    RoundView,
    SelectionOrder,
)
from isopolity.web.problems import Problem
from isopolity.web.security import require
from isopolity.web.tokens import Principal

Staff = Annotated[Principal, Depends(require("staff"))]


def staff_router(rounds: Rounds, approving: Approving, queries: MatchingQueries) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/matching/v1", tags=["staff"])
    _add_rounds(router, rounds, queries)
    _add_proposals(router, approving, queries)
    return router


def _add_rounds(router: APIRouter, rounds: Rounds, queries: MatchingQueries) -> None:
    @router.post("/rounds", status_code=201)
    async def run_round(_: Staff, order: RoundOrder | None = None) -> RoundView:
        """Compute a round over all members with free capacity; its proposals go out, or are held, by the policy."""
        try:
            return RoundView.of(await rounds.run((order or RoundOrder()).seed))
        except GraphNotReady as error:
            raise _not_ready(error) from error

    @router.get("/rounds")
    async def list_rounds(_: Staff, cursor: Cursor = None, limit: Limit = 50) -> Page[RoundView]:
        """The rounds, the newest first."""
        found = await queries.rounds(cursor, limit)
        ids = [done.round_id for done in found]
        return Page(items=[RoundView.of(done) for done in found], next=next_cursor(ids, limit))

    @router.get("/rounds/{round_id}")
    async def read_round(_: Staff, round_id: str) -> RoundView:
        """One round."""
        found = await queries.round(round_id)
        if found is None:
            raise Problem(404, "There is no round with this id.", code="unknown-round")
        return RoundView.of(found)


def _add_proposals(router: APIRouter, approving: Approving, queries: MatchingQueries) -> None:
    @router.get("/proposals")
    async def list_proposals(
        _: Staff,
        stage: Stage | None = None,
        member_id: str | None = None,
        round_id: str | None = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[ProposalView]:
        """The proposals, the newest first."""
        wanted = ProposalFilter(stage=stage, member_id=member_id, round_id=round_id)
        found = await queries.proposals(wanted, cursor, limit)
        ids = [proposal.proposal_id for proposal in found]
        return Page(items=[ProposalView.of(proposal) for proposal in found], next=next_cursor(ids, limit))

    @router.post("/proposals/approve")
    async def approve(_: Staff, order: SelectionOrder) -> ApprovalView:
        """Issue held proposals; one whose side has no free capacity stays held, one that is outdated is dropped."""
        try:
            return ApprovalView.of(await approving.approve(order.selection()))
        except UnknownProposal as error:
            raise Problem(404, str(error), code="unknown-proposal") from error
        except GraphNotReady as error:
            raise _not_ready(error) from error

    @router.post("/proposals/discard")
    async def discard(_: Staff, order: SelectionOrder) -> DiscardView:
        """Drop held proposals; nobody outside hears of it."""
        try:
            return DiscardView(discarded=await approving.discard(order.selection()))
        except UnknownProposal as error:
            raise Problem(404, str(error), code="unknown-proposal") from error


def _not_ready(error: GraphNotReady) -> Problem:
    return Problem(503, str(error), code="graph-not-ready", headers={"Retry-After": "5"})
