"""`/matching/v1/members/…/departure` and `…/merger`: previews of the consequences of a member's leaving or merger;
`/matching/v1/members/in-use`: members on which something rests, before an import is taken back.

Invariant: a member reads only facts that follow from proposals that it knows and from its own acts, so it cannot infer
an answer of another side.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from isopolity.matching.adapters.sql.attention import members_in_use
from isopolity.matching.application.workflows.departures import Departure, OpenItems, departure, preview
from isopolity.matching.application.workflows.undone_mergers import Return, preview_return
from isopolity.matching.domain.interest import InterestStage
from isopolity.matching.domain.merger import Loss
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.entrypoints.http.context import Looker, Matching, MemberOrStaff, Staff, is_staff, require_own
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/members")
DuplicateId = Annotated[str, Query(max_length=128, description="The other entry of the member, which would leave")]

Since = Annotated[AwareDatetime, Query(description="When the two were merged")]


class DepartureView(View):
    """The consequences if the member left the network now."""

    proposals: int = Field(
        description="Its proposals that are out. Nothing is agreed of them any more; to the other side each stands as "
        "it was sent until its days to answer are over, and ends then like one that nobody answered."
    )
    first_ends: datetime | None = Field(description="When the first of these ends.")
    last_ends: datetime | None = Field(description="When the last of these ends.")
    partnerships: int = Field(description="Its partnerships, which end at once; nobody is mailed about that.")
    interests: int = Field(description="Introductions that it asked for, which end at once, without a mail.")
    drafts: int | None = Field(
        default=None, description="For staff: proposals that nobody has heard of; they end at once, without a mail."
    )
    told: int | None = Field(
        default=None,
        description="For staff: the mails to other sides, after the end of each proposal, that nothing was agreed. "
        "None says who left. A side that no mail has reached by then gets none.",
    )
    asking: int | None = Field(
        default=None,
        description="For staff: introductions to it that others asked for; each asker is mailed on its own day.",
    )
    last_hears: datetime | None = Field(default=None, description="For staff: the last of these days.")

    @classmethod
    def of(cls, found: Departure) -> Self:
        """Make the view of a departure."""
        hears = found.hears
        return cls.copied(
            found,
            proposals=len(found.ends),
            first_ends=min(found.ends, default=None),
            last_ends=max(found.ends, default=None),
            told=found.closing_mails,
            asking=None if hears is None else len(hears),
            last_hears=None if hears is None else max(hears, default=None),
        )


class LossView(View):
    """A proposal, a partnership or an interest of the duplicate that cannot continue."""

    what: Literal["proposal", "partnership", "interest"]
    identifier: str
    reason: str = Field(
        description="`both-in-it`: its sides are the two entries; `same-pair`: the entry that stays has one with the "
        "same other side; `no-place`: it has no place for it."
    )
    other: str = Field(description="The name of the other side.")
    until: datetime | None = Field(
        description="When it ends to the other side, which hears nothing before; null: at once."
    )


class MergerView(View):
    """The consequences of a merger: the number of items that continue at the entry that stays, and all others."""

    proposals: int = Field(description="Proposals that are out and go on, with the answers given to them.")
    partnerships: int = Field(description="Partnerships that go on, even where there is no place for them.")
    interests: int = Field(description="Introductions that it or others have asked for and that go on.")
    drafts: int = Field(description="Proposals that nobody has heard of, which end; rounds propose anew.")
    lost: list[LossView]

    @classmethod
    def of(cls, found: OpenItems, duplicate_id: str) -> Self:
        """Make the view of a duplicate's open items."""
        fates = found.fates
        return cls(
            proposals=len(fates.proposals),
            partnerships=len(fates.partnerships),
            interests=len(fates.interests),
            drafts=sum(not proposal.is_out for proposal in found.proposals),
            lost=list(_losses(found, duplicate_id)),
        )


class MembersToLookAt(BaseModel):
    """Members of an import, and when it was done."""

    model_config = {"extra": "forbid"}

    member_ids: Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=20_000)]
    since: AwareDatetime


class MemberInUse(View):
    """A member on which something rests."""

    member_id: str
    reason: Literal["proposal", "partnership", "introduction"]


class MembersInUse(View):
    """The members on which something rests."""

    items: list[MemberInUse]


@router.post("/in-use", summary="See on which members something rests")
async def find_in_use(matching: Matching, _: Looker, wanted: MembersToLookAt) -> MembersInUse:
    """Counts open proposals, and proposals, partnerships and introductions since then. It changes nothing."""
    found = await members_in_use(matching.queries.database, set(wanted.member_ids), wanted.since)
    return MembersInUse(items=[MemberInUse(member_id=one, reason=why) for one, why in sorted(found.items())])


class UndoneMergerView(View):
    """What comes back to an entry if its merger is undone now."""

    proposals: int = Field(description="Proposals that are out and come back, with the answers given to them.")
    partnerships: int
    interests: int = Field(description="Introductions that it or others have asked for and that come back.")
    ended: int = Field(
        description="Proposals that the merger ended, or that cannot be agreed because of it: they stay so."
    )
    obstacle: Literal["answered", "agreed", "proposed"] | None = Field(
        description="Why the merger cannot be undone: since then the member has answered or agreed what was carried "
        "over, or a proposal has gone out to it. Null where it can, so far as matching knows."
    )

    @classmethod
    def of(cls, found: Return) -> Self:
        """Make the view of what comes back."""
        its = found.its
        lost = {each.proposal_id for each in its.ended}
        return cls.model_validate(
            {
                "proposals": sum(each.proposal_id not in lost for each in its.open_proposals),
                "partnerships": sum(each.stage is not PartnershipStage.ENDED for each in its.partnerships),
                "interests": sum(each.stage is InterestStage.OPEN for each in its.interests),
                "ended": len(lost),
                "obstacle": found.obstacle,
            }
        )


@router.get("/{member_id}/departure")
async def preview_departure(matching: Matching, principal: MemberOrStaff, member_id: str) -> DepartureView:
    """Preview the departure of a member: the proposals that would end, when they would, and the people to be mailed."""
    require_own(principal, member_id, "A member asks about itself only.")
    async with matching.unit_of_work() as uow:  # a dry run, which changes nothing
        found = await departure(member_id, uow, matching.surroundings.clock(), for_staff=is_staff(principal))
    return DepartureView.of(found)


@router.get("/{member_id}/merger")
async def preview_merger(matching: Matching, _: Staff, member_id: str, duplicate_id: DuplicateId) -> MergerView:
    """Preview the merger of a duplicate into this member: the items that would continue, and all that could not."""
    await matching.surroundings.graph.caught_up()
    async with matching.unit_of_work() as uow:  # a dry run, which changes nothing
        found = await preview(member_id, duplicate_id, matching.surroundings.network, uow)
    return MergerView.of(found, duplicate_id)


@router.get("/{member_id}/undone-merger")
async def preview_undone_merger(
    matching: Matching, _: Staff, member_id: str, duplicate_id: DuplicateId, since: Since
) -> UndoneMergerView:
    """Preview the return of an entry that was merged into this member: what comes back, and what stands in the way."""
    async with matching.unit_of_work() as uow:  # a dry run, which changes nothing
        found = await preview_return(member_id, duplicate_id, since, uow)
    return UndoneMergerView.of(found)


def _losses(found: OpenItems, duplicate_id: str) -> Iterator[LossView]:
    lost = found.fates.lost
    for proposal in found.proposals:
        if (reason := lost.get(proposal.proposal_id)) is not None:
            until = None if reason is Loss.BOTH_IN_IT else proposal.answer_by
            name = _other(proposal, duplicate_id)
            yield LossView(what="proposal", identifier=proposal.proposal_id, reason=reason, other=name, until=until)
    for partnership in found.partnerships:
        if (reason := lost.get(partnership.partnership_id)) is not None:
            name = _other(partnership, duplicate_id)
            yield LossView(
                what="partnership", identifier=partnership.partnership_id, reason=reason, other=name, until=None
            )
    for interest in found.interests:
        if (reason := lost.get(interest.interest_id)) is not None:
            is_own = interest.member_id == duplicate_id
            name = interest.other_name if is_own else interest.member_name or interest.member_id
            until = interest.hear_by if not is_own and reason is not Loss.BOTH_IN_IT else None
            yield LossView(what="interest", identifier=interest.interest_id, reason=reason, other=name, until=until)


def _other(pair: Proposal | Partnership, member_id: str) -> str:
    return next(side.name for side in pair.sides if side.member_id != member_id)
