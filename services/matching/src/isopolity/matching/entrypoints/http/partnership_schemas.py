"""Schemas of partnerships: the public view, the view of a side, and orders.

Invariant: the public sees no reason for an end; a side sees neither the reason nor the other side's choice.
"""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts.matching import EndReason, Reason
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.entrypoints.http.examples import OWN_PARTNERSHIP, PARTNERSHIP
from isopolity.matching.entrypoints.http.schemas import MemberView, PresentedView


class PartnershipView(BaseModel):
    """A partnership; the public sees it if both sides chose to show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [PARTNERSHIP]})

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
        return cls(
            partnership_id=partnership.partnership_id,
            kind=partnership.kind,
            stage=partnership.stage,
            members=[MemberView.of(side) for side in partnership.sides],
            established_at=partnership.established_at,
            ended_reason=partnership.ended_reason if for_staff else None,
            ended_at=partnership.ended_at,
            shown=partnership.is_shown,
        )


class OwnPartnershipView(BaseModel):
    """A partnership as one of its sides sees it."""

    model_config = ConfigDict(json_schema_extra={"examples": [OWN_PARTNERSHIP]})

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
        return cls(
            partnership_id=partnership.partnership_id,
            proposal_id=partnership.proposal_id,
            kind=partnership.kind,
            stage=partnership.stage,
            own=MemberView.of(own),
            other=PresentedView.of(partnership.b if own is partnership.a else partnership.a),
            reasons=[Reason.model_validate(reason, from_attributes=True) for reason in own.reasons],
            established_at=partnership.established_at,
            ended_at=partnership.ended_at,
            chosen=own.side in partnership.shown_by,
            shown=partnership.is_shown,
        )


class ShowOrder(BaseModel):
    """Whether a side wants its partnership to be public."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"show": True}]})

    show: bool


class EndOrder(BaseModel):
    """The reason for an end, which staff can read and both sides get in their mail."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "completed"}]})

    reason: EndReason
