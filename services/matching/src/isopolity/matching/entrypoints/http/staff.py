"""HTTP for staff: held proposals approved or discarded."""

from typing import Annotated

from fastapi import APIRouter, Depends

from isopolity.matching.adapters.sql.queries import MatchingQueries, ProposalFilter
from isopolity.matching.application.workflows.approval import Approving
from isopolity.matching.domain.proposal import Stage
from isopolity.matching.entrypoints.http.pages import Cursor, Limit, Page, next_cursor
from isopolity.matching.entrypoints.http.schemas import (
    ApprovalView,
    DiscardView,
    ProposalView,
    SelectionOrder,
)
from isopolity.matching.errors import GraphNotReady, UnknownProposal
from isopolity.web.problems import Problem
from isopolity.web.security import require
from isopolity.web.tokens import Principal

Staff = Annotated[Principal, Depends(require("staff"))]


def staff_router(approving: Approving, queries: MatchingQueries) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/matching/v1", tags=["staff"])
    _add_proposals(router, approving, queries)
    return router


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
