"""HTTP for members: their own proposals; and the partnerships, which are public."""

from typing import Annotated

from fastapi import APIRouter, Depends

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.entrypoints.http.pages import Cursor, Limit, Page, next_cursor
from isopolity.matching.entrypoints.http.schemas import (
    OwnProposalView,
    PartnershipView,
    ProposalView,
)
from isopolity.web.problems import Problem
from isopolity.web.security import require
from isopolity.web.tokens import Principal

MemberOrStaff = Annotated[Principal, Depends(require("member", "staff"))]


def member_router(queries: MatchingQueries) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/matching/v1", tags=["members"])
    _add_proposal(router, queries)

    @router.get("/partnerships", tags=["public"])
    async def list_partnerships(cursor: Cursor = None, limit: Limit = 50) -> Page[PartnershipView]:
        """The partnerships of the network, the newest first."""
        found = await queries.partnerships(cursor, limit)
        ids = [partnership.partnership_id for partnership in found]
        return Page(items=[PartnershipView.of(each) for each in found], next=next_cursor(ids, limit))

    return router


def _add_proposal(router: APIRouter, queries: MatchingQueries) -> None:
    @router.get("/proposals/{proposal_id}")
    async def read_proposal(principal: MemberOrStaff, proposal_id: str) -> ProposalView | OwnProposalView:
        """One proposal: whole for staff; for a member its own side, and nothing of the other's answer."""
        found = await queries.proposal(proposal_id)
        view: ProposalView | OwnProposalView | None = None
        if found is not None:
            is_staff = "staff" in principal.scopes
            view = ProposalView.of(found) if is_staff else OwnProposalView.of(found, principal.member_id or "")
        if view is None:
            raise Problem(404, "There is no proposal with this id for you.", code="unknown-proposal")
        return view
