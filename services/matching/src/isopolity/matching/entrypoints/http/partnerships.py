"""`/matching/v1/partnerships`: public if both sides chose to show them; each side sees its own, staff sees all.

Each side chooses whether to show a partnership. Staff ends a partnership for a reason, which only staff can read here.

Invariant: the public sees no reason for an end; a side sees neither the reason nor the other side's choice.
"""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Query, Response
from pydantic import ConfigDict, Field

from isopolity.contracts.matching import EndReason, Reason
from isopolity.machine.turns import each_in_turns
from isopolity.matching.adapters.sql.queries import PartnershipFilter
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.settlement import choose_to_show, end_partnership
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.entrypoints.http.context import (
    MEMBER,
    Cursor,
    Limit,
    Matching,
    MemberOrStaff,
    Page,
    Posting,
    Publisher,
    is_staff,
    require_own,
)
from isopolity.matching.entrypoints.http.schemas import MemberView, PresentedView
from isopolity.matching.entrypoints.http.view import View
from isopolity.matching.errors import UnknownPartnership
from isopolity.web.idempotent_posts import json_response
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/matching/v1")
PartnershipId = Annotated[str, Path(description="The id of the partnership", max_length=100)]
Standing = Annotated[bool | None, Query(description="Those that stand, or those that have ended")]
Member = Annotated[Principal, Depends(require(MEMBER))]


class PartnershipView(View):
    """A partnership; the public sees it if both sides chose to show it."""

    partnership_id: str
    kind: str
    stage: str
    members: list[MemberView]
    established_at: datetime
    ended_reason: str | None = Field(default=None, description="Why staff ended it; told to staff only.")
    ended_at: datetime | None = None
    shown: bool = Field(description="Whether both sides chose to show it, so that it is public.")

    @classmethod
    def of(cls, partnership: Partnership, *, for_staff: bool) -> Self:
        """Make the view of a partnership; only staff gets the reason for its end."""
        reason = partnership.ended_reason if for_staff else None
        return cls.copied(partnership, members=partnership.sides, ended_reason=reason, shown=partnership.is_shown)


@router.get("/partnerships")
async def list_partnerships(
    matching: Matching,
    caller: Caller,
    member_id: Annotated[str | None, Query(description="Of this member only")] = None,
    standing: Standing = None,
    shown: Annotated[
        bool | None, Query(description="Those that are public, or those that are not; the latter for staff only")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PartnershipView]:
    """The partnerships that both sides chose to show, the newest first; staff gets all, with the reasons for ends."""
    for_staff = _for_staff(caller)
    wanted = PartnershipFilter(member_id=member_id, standing=standing, shown=shown if for_staff else True)
    found = await matching.queries.partnerships(wanted, cursor, limit)
    ids = [partnership.partnership_id for partnership in found]
    views = await each_in_turns(lambda each: PartnershipView.of(each, for_staff=for_staff), found)
    return Page[PartnershipView].of(views, ids, limit)


class OwnPartnershipView(View):
    """A partnership as one of its sides sees it."""

    partnership_id: str
    proposal_id: str = Field(description="The proposal that it came of.")
    kind: str
    stage: str
    own: MemberView
    other: PresentedView
    reasons: list[Reason] = Field(description="Why it was proposed to this side.")
    established_at: datetime
    ended_at: datetime | None = None
    chosen: bool = Field(description="Whether this side chose to show it.")
    shown: bool = Field(description="Whether both sides chose to show it, so that it is public.")

    @classmethod
    def of(cls, partnership: Partnership, member_id: str) -> Self | None:
        """Make the view of the member's own side; None if the member is not part of the partnership."""
        own = partnership.side_of(member_id)
        if own is None:
            return None
        return cls.copied(
            partnership,
            own=own,
            other=partnership.b if own is partnership.a else partnership.a,
            reasons=own.reasons,
            chosen=own.side in partnership.shown_by,
            shown=partnership.is_shown,
        )


@router.get("/members/{member_id}/partnerships")
async def list_own_partnerships(
    matching: Matching,
    principal: MemberOrStaff,
    member_id: str,
    standing: Standing = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OwnPartnershipView]:
    """The partnerships of a member as it sees them, the newest first."""
    require_own(principal, member_id, "A member sees its own partnerships only.")
    wanted = PartnershipFilter(member_id=member_id, standing=standing)
    found = await matching.queries.partnerships(wanted, cursor, limit)
    views = [view for each in found if (view := OwnPartnershipView.of(each, member_id)) is not None]
    return Page[OwnPartnershipView].of(views, [view.partnership_id for view in views], limit)


@router.get("/partnerships/{partnership_id}")
async def read_partnership(
    matching: Matching, caller: Caller, partnership_id: PartnershipId
) -> PartnershipView | OwnPartnershipView:
    """One partnership: in full for staff, as its own for a side; others can read it if both sides chose to show it."""
    found = await matching.queries.partnership(partnership_id)
    if found is not None:
        for_staff = _for_staff(caller)
        own = None if caller is None or for_staff else OwnPartnershipView.of(found, caller.member_id or "")
        if own is not None:
            return own
        if for_staff or found.is_shown:
            return PartnershipView.of(found, for_staff=for_staff)
    raise UnknownPartnership(f"There is no partnership {partnership_id} for you.")


class ShowOrder(View):
    """Whether a side wants its partnership to be public."""

    model_config = ConfigDict(extra="forbid")

    show: bool


@router.post("/partnerships/{partnership_id}/show", response_model=OwnPartnershipView)
async def show(member: Member, posting: Posting, partnership_id: PartnershipId, order: ShowOrder) -> Response:
    """Choose whether the own side shows a partnership publicly; it is public as long as both sides choose so."""
    member_id = member.member_id or ""

    async def chosen(uow: UnitOfWork) -> Response:
        view = OwnPartnershipView.of(await choose_to_show(partnership_id, member_id, uow, show=order.show), member_id)
        assert view is not None  # noqa: S101 - the member is one of its sides
        return json_response(view)

    return await posting(chosen)


class EndOrder(View):
    """The reason for an end, which staff can read and both sides get in their mail."""

    model_config = ConfigDict(extra="forbid")

    reason: EndReason


@router.post("/partnerships/{partnership_id}/end", response_model=PartnershipView)
async def end(
    matching: Matching, _: Publisher, posting: Posting, partnership_id: PartnershipId, order: EndOrder
) -> Response:
    """End a partnership: each side gets its slot back and a mail. A partnership that has ended already is unchanged."""

    async def ended(uow: UnitOfWork) -> Response:
        found = await end_partnership(partnership_id, order.reason, uow, matching.surroundings.clock())
        return json_response(PartnershipView.of(found, for_staff=True))

    return await posting(ended)


def _for_staff(caller: Principal | None) -> bool:
    return caller is not None and is_staff(caller)
