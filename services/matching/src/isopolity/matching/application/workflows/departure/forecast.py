"""Departures: what would end, when, and who would be mailed if a member left the network now.

Invariant: what a member itself is told depends on what it was told of and did, never on what others did, so that
asking, or leaving, lets it infer no answer of another side. Nothing here changes anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.domain.interests.interest import InterestStage
from isopolity.matching.domain.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What would become of all that a member has open; the last four fields are for staff alone."""

    ends: Sequence[datetime]
    """The days to answer of its proposals that are out, each of which stands until then to the other side."""
    partnerships: int
    """Those that end at once."""
    interests: int
    """Introductions that it asked for, which end at once."""
    drafts: int | None = None
    """Proposals that nobody has heard of, which end at once."""
    told: int | None = None
    """Mails to other sides of proposals, on those days, that nothing was agreed."""
    hears: Sequence[datetime] | None = None
    """The days on which members that asked to be introduced to it are mailed that nothing was agreed."""


async def departure(member_id: str, uow: UnitOfWork, now: datetime, *, for_staff: bool) -> Departure:
    """What would end with the member; without `for_staff` what it may know itself."""
    proposals = await uow.proposals.open_of(member_id=member_id)
    concerning = await uow.interests.concerning(member_id)
    waiting = [each for each in concerning if each.stage is InterestStage.OPEN]
    own = [each for each in waiting if each.member_id == member_id]
    partnerships = len(await uow.partnerships.active_of(member_id))
    out = [each for each in proposals if each.is_out]
    if not for_staff:
        known = [each for each in out if each.is_told_to(member_id) and _takes_answers(each, member_id)]
        seen = [each for each in own if each.hear_by > now]
        return Departure(ends=_ends(known), partnerships=partnerships, interests=len(seen))
    return Departure(
        ends=_ends(out),
        partnerships=partnerships,
        interests=len(own),
        drafts=len(proposals) - len(out),
        told=len(await _told(out, member_id, uow)),
        hears=sorted(each.hear_by for each in waiting if each.member_id != member_id),
    )


def _takes_answers(proposal: Proposal, member_id: str) -> bool:
    own = proposal.side_of(member_id)
    return own is not None and proposal.takes_answers_of(own.side)


def _ends(proposals: Sequence[Proposal]) -> Sequence[datetime]:
    return sorted(each.answer_by for each in proposals if each.answer_by is not None)


async def _told(out: Sequence[Proposal], member_id: str, uow: UnitOfWork) -> Sequence[Proposal]:
    """Those whose other side has heard of them: a mail has reached it, or it has answered."""
    reached = await uow.deliveries.reached([each.proposal_id for each in out])
    return [
        proposal
        for proposal in out
        for side in proposal.sides
        if side.member_id != member_id and side.side != proposal.asked_by
        if (proposal.proposal_id, side.side) in reached or side.answer is not None
    ]
