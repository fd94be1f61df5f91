"""HTTP for members: their own proposals and suggestions; and the partnerships, which are public."""

from typing import Annotated

from fastapi import APIRouter, Depends

from isopolity.contracts.matching import ScorePart
from isopolity.matching.adapters.queries import MatchingQueries
from isopolity.matching.application.explaining import Explaining, Suggestion
from isopolity.matching.application.publishing import side_state
from isopolity.matching.domain.errors import GraphNotReady, UnknownMember
from isopolity.matching.entrypoints.http.pages import Cursor, Limit, Page, next_cursor
from isopolity.matching.entrypoints.http.schemas import (
    MemberView,
    OwnProposalView,
    PartnershipView,
    ProposalView,
    SuggestionView,
)
from isopolity.web.problems import Problem
from isopolity.web.security import require
from isopolity.web.tokens import Principal

MemberOrStaff = Annotated[Principal, Depends(require("member", "staff"))]


def member_router(explaining: Explaining, queries: MatchingQueries) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/matching/v1", tags=["members"])
    _add_proposal(router, queries)
    _add_suggestions(router, explaining, queries)

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


def _add_suggestions(router: APIRouter, explaining: Explaining, queries: MatchingQueries) -> None:
    @router.get("/members/{member_id}/suggestions")
    async def suggestions(principal: MemberOrStaff, member_id: str, limit: Limit = 10) -> list[SuggestionView]:
        """Who would fit a member, the best first, and why; whether somebody is proposed says nothing of answers."""
        if "staff" not in principal.scopes and principal.member_id != member_id:
            raise Problem(403, "A member sees its own suggestions only.", code="not-your-own")
        standing = await queries.standing(member_id, explaining.frozen_since())
        try:
            found = await explaining.suggestions(member_id, standing, limit)
        except UnknownMember as error:
            raise Problem(404, str(error), code="unknown-member") from error
        except GraphNotReady as error:
            raise Problem(503, str(error), code="graph-not-ready", headers={"Retry-After": "5"}) from error
        return [_suggestion_view(each) for each in found]


def _suggestion_view(suggestion: Suggestion) -> SuggestionView:
    return SuggestionView(
        kind=suggestion.kind,
        status=suggestion.status,
        score=suggestion.score,
        parts=[ScorePart(name=part.name, value=part.value, weight=part.weight) for part in suggestion.parts],
        other=MemberView.of(suggestion.other),
        reasons=list(side_state(suggestion.own).reasons),
    )
