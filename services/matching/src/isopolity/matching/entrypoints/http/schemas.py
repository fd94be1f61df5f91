"""Schemas of proposals and suggestions.

Invariant: a member's view of a proposal contains nothing from which the other side's answer could be inferred.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self

from pydantic import ConfigDict, Field, model_validator

from isopolity.contracts.matching import InterestSummary, ProgrammeSummary, Reason, RequestSummary, ScorePart
from isopolity.matching.application.candidates.pair_status import NO_CONTACT
from isopolity.matching.application.workflows.issuance import (
    LEGAL_ACT,
    NO_CAPACITY,
    OVER_BUDGET,
    OVERTAKEN,
    TOO_LATE,
    Issuance,
    Selection,
)
from isopolity.matching.domain.money.grants import NoGrant, gives_money, grant_span, reserved
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.entrypoints.http.view import View


class MemberView(View):
    """The member on a side, as it was when the proposal was made."""

    member_kind: str
    member_id: str
    name: str
    country: str
    region: str | None = None
    population: int | None = None
    programme_id: str | None = None
    programme_name: str | None = None
    request_id: str | None = None
    request_title: str | None = None
    illustrative: bool = False


class PresentedView(MemberView):
    """A member with the introduction that the other side of a proposal gets."""

    about: str | None = None
    web: str | None = None
    learning_city_since: int | None = None
    creative_field: str | None = None
    programme: ProgrammeSummary | None = None
    request: RequestSummary | None = None
    needs: tuple[InterestSummary, ...] = ()
    offers: tuple[InterestSummary, ...] = ()


class SideView(PresentedView):
    """A side with the reasons that it gets and its answer."""

    side: str
    reasons: list[Reason]
    answer: str | None = None
    answered_at: datetime | None = Field(default=None, description="When the side itself gave this answer.")
    pending_until: date | None = None
    time_zone: str | None = Field(
        default=None, description="Of the side when the proposal went out, by its IANA name; null counts as UTC."
    )
    answer_by: datetime | None = Field(
        default=None,
        description="The last second of the side's day to answer; null where it has none but the proposal's.",
    )


class ProposalView(View):
    """A proposal as staff sees it."""

    proposal_id: str
    version: int
    kind: str
    stage: Stage
    score: float
    parts: list[ScorePart]
    sides: list[SideView]
    round_id: str | None
    created_at: datetime
    issued_at: datetime | None
    answer_by: datetime | None = Field(description="When it closes: when the later side's day to answer ends.")
    settled_at: datetime | None
    cause: str | None
    lapsed_by: str | None = Field(description="The side by whose act nothing can be agreed; the other may not know.")
    weights_version: str | None = Field(description="Of the network's weights that the score was made with.")
    asked_by: str | None = Field(default=None, description="The side that asked to be introduced; it is not mailed.")
    asked_openly: bool = Field(default=False, description="Whether the other side is told who asked.")


class MemberStage(StrEnum):
    """The stage of a proposal as a member sees it: a refusal and silence look the same."""

    OPEN = "open"
    AGREED = "agreed"
    CLOSED = "closed"


class OwnProposalView(View):
    """A proposal as one of its members sees it."""

    proposal_id: str
    kind: str
    stage: MemberStage
    own: SideView
    other: PresentedView
    issued_at: datetime
    answer_by: datetime = Field(description="The last second of the day by which the member may answer, where it is.")
    time_zone: str | None = Field(
        default=None, description="Of the member when the proposal went out, by its IANA name; null counts as UTC."
    )
    closes_at: datetime = Field(description="When it closes: when the later side's day to answer ends.")
    other_asked: bool = Field(
        default=False, description="Whether the other side has asked for this, and lets the member know."
    )
    set_aside: int | None = Field(
        default=None,
        description="Of one's own programme that grants money: what its budget counts for this until it is over, in "
        "its currency; told of one proposal, not in lists, and not where it waits for an amount that staff sets.",
    )

    def with_set_aside(self) -> Self:
        """The view with the amount that the programme's budget sets aside, if it follows from the proposal alone.

        It is left out if it depends on an amount set by staff, since that is a fact about the other side's request.
        """
        programme, request = self.own.programme, self.other.request
        if programme is None or not gives_money(programme):
            return self
        span = grant_span(programme, self.other.request_id, request, {})
        return self if span is NoGrant.WAITS else self.model_copy(update={"set_aside": reserved(programme, span)})

    @classmethod
    def of(cls, proposal: Proposal, member_id: str) -> Self | None:
        """Make the view of the member's own side; None if it is not part of the proposal or never heard of it."""
        own = proposal.side_of(member_id)
        if own is None or not proposal.is_known_to(member_id):
            return None
        other = proposal.b if own is proposal.a else proposal.a
        stage = MemberStage.OPEN if proposal.takes_answers_of(own.side) else MemberStage.CLOSED
        return cls.copied(
            proposal,
            stage=MemberStage.AGREED if proposal.stage is Stage.AGREED else stage,
            own=own,
            other=other,
            answer_by=own.answer_by or proposal.answer_by,
            time_zone=own.time_zone,
            closes_at=proposal.answer_by,
            other_asked=proposal.asked_openly and proposal.asked_by != own.side,
        )


class SelectionOrder(View):
    """A selection of held proposals: some by id, those of a round, or all."""

    model_config = ConfigDict(extra="forbid")

    proposal_ids: list[str] | None = Field(default=None, max_length=10_000)
    round_id: str | None = None
    all: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.proposal_ids is not None) + (self.round_id is not None) + self.all != 1:
            raise ValueError("give exactly one of proposal_ids, round_id and all")
        return self

    def selection(self) -> Selection:
        """The proposals that the order selects."""
        return Selection(proposal_ids=self.proposal_ids, round_id=self.round_id)


class TakeBackOrder(View):
    """The proposals that staff takes back: some by id, or all issued ones of a round."""

    model_config = ConfigDict(extra="forbid")

    proposal_ids: list[str] | None = Field(default=None, max_length=10_000)
    round_id: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.proposal_ids is None) == (self.round_id is None):
            raise ValueError("give either proposal_ids or round_id")
        return self


class TakenBackView(View):
    """The number of proposals that were taken back; both sides of each get a mail."""

    taken_back: int


class SkippedProposal(View):
    """A proposal that was not issued, with the reason."""

    proposal_id: str
    reason: str
    detail: str


_DETAILS: Final = {
    NO_CAPACITY: "it stays held: one of its sides can handle no more of its kind, twinning or sponsorship, at present",
    TOO_LATE: "a member asked for it, and is to hear before the other side would have had its time to answer",
    OVER_BUDGET: "it stays held: the programme's budget has not enough left for it at present",
    NO_CONTACT: "it stays held: one of its sides cannot be mailed: it has no contact who has confirmed the address",
    LEGAL_ACT: "it is superseded: a binding legal act on the network's list keeps its two sides apart",
    OVERTAKEN: "it is superseded: a side or the request has changed since, and the next round weighs the two anew",
}


class ApprovalView(View):
    """The result of an approval."""

    issued: int
    skipped: list[SkippedProposal]

    @classmethod
    def of(cls, issuance: Issuance) -> Self:
        """Make the view of the issued and skipped proposals."""
        skipped = [
            SkippedProposal(proposal_id=each, reason=why, detail=_DETAILS.get(why, why))
            for each, why in sorted(issuance.skipped.items())
        ]
        return cls(issued=len(issuance.issued), skipped=skipped)


class DiscardView(View):
    """The number of held proposals that were discarded."""

    discarded: int


class SuggestionView(View):
    """A partner that would fit, as suggested to one member."""

    kind: str
    status: str = Field(
        description="`available`, `proposed` or `not proposed at present`; for staff and the member itself also "
        "`cannot be mailed: no contact` and `cannot be mailed: no contact has confirmed its address`."
    )
    score: float
    confidence: float = Field(description="How complete and how fresh the two profiles are, 0 to 1; not in the score.")
    parts: list[ScorePart]
    own: MemberView = Field(description="The member itself, with the programme of a partner.")
    other: MemberView
    reasons: list[Reason]
