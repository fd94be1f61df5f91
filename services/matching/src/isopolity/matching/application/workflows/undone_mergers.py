"""Undone mergers: what a merger carried to the entry that stays goes back to the one that had ended.

Invariant: what ended by the merger stays ended. What staff reads before depends on acts of the merged member and on
agreements, never on the other side's refusal, silence or first yes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.departures import move_slots
from isopolity.matching.application.workflows.published_states import publish_partnership, publish_proposal
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.member import WITHDRAWN, member_key
from isopolity.matching.domain.merger import MEMBER_MERGED, Merger, pair_key_of
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal, Stage

ANSWERED: Final = "answered"
AGREED: Final = "agreed"
PROPOSED: Final = "proposed"
OBSTACLES: Final = (ANSWERED, AGREED, PROPOSED)
"""Why a merger cannot be undone: since then the member answered or agreed what was carried, or got a proposal."""
PairT = TypeVar("PairT", Proposal, Partnership)


def way_back(state: CityState | PartnerState) -> Merger | None:
    """The merger that carries all back to a member whose own merger was undone; None for any other member."""
    member_id = state.city_id if isinstance(state, CityState) else state.partner_id
    if state.status == WITHDRAWN or state.parted_from is None:
        return None
    return Merger(
        duplicate_id=state.parted_from, into=member_id, moved_ids={each.now: each.former for each in state.moved_ids}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """All that one merger has carried from a duplicate to the entry that stays, as it is now."""

    open_proposals: Sequence[Proposal]
    settled: Sequence[Proposal]
    partnerships: Sequence[Partnership]
    interests: Sequence[Interest]
    ended: Sequence[Proposal]
    """Proposals of the duplicate that the merger ended, or that can no longer be agreed because of it."""

    @property
    def all_proposals(self) -> Sequence[Proposal]:
        return [*self.open_proposals, *self.settled, *self.ended]


async def carried(member_id: str, duplicate_id: str, uow: UnitOfWork) -> Carried:
    """Proposals, partnerships and interests that the duplicate's merger has carried to this member."""
    own = [*await uow.proposals.open_of(member_id=duplicate_id), *await uow.proposals.settled_of(duplicate_id)]
    open_ones = _of(duplicate_id, await uow.proposals.open_of(member_id=member_id))
    settled = _of(duplicate_id, await uow.proposals.settled_of(member_id))
    interests = [each for each in await uow.interests.concerning(member_id) if each.formerly == duplicate_id]
    return Carried(
        open_proposals=open_ones,
        settled=settled,
        partnerships=_of(duplicate_id, await uow.partnerships.all_of(member_id)),
        interests=[
            each for each in interests if each.member_id != each.other_id
        ],  # of the two: over, and whose is lost
        ended=[each for each in (*own, *open_ones, *settled) if each.cause == MEMBER_MERGED],
    )


def _of(duplicate_id: str, pairs: Sequence[PairT]) -> list[PairT]:
    return [each for each in pairs if any(side.formerly == duplicate_id for side in each.sides)]


async def carry_back(back: Merger, row: MemberRow, uow: UnitOfWork) -> None:
    """Carry all back to the member `row`, whose merger was undone; a second time it finds nothing."""
    stays = back.duplicate_id
    its = await carried(stays, back.into, uow)
    moved = [each.proposal_id for each in its.all_proposals]
    for partnership in its.partnerships:
        changed = _restored(back, partnership)
        await uow.partnerships.save(changed)
        publish_partnership(uow.outbox, changed)
        if partnership.stage is not PartnershipStage.ENDED:
            await move_slots(partnership, changed, partnership.proposal_id, uow)
    for interest in its.interests:
        again = replace(back.interest(interest), formerly=None, key=interest.key)
        if interest.stage is InterestStage.OPEN and interest.holder != again.holder:
            await uow.reservations.move(interest.interest_id, interest.holder, again.holder)
        await uow.interests.save([again])
    for proposal in (*its.open_proposals, *its.settled):
        restored = _restored(back, proposal)
        restored = replace(restored, pair_key=pair_key_of(*restored.sides))
        await uow.proposals.save([restored])
        if proposal.is_out:
            await move_slots(proposal, restored, proposal.proposal_id, uow)
        if proposal.is_out or proposal.stage is Stage.AGREED:
            publish_proposal(uow.outbox, restored)
    if moved:
        await uow.answers.move(member_key(row.kind, stays), member_key(row.kind, back.into), of=moved)


def _restored(back: Merger, pair: PairT) -> PairT:
    """The next version of a proposal or partnership, with the side that the merger had carried as it was before."""
    a, b = (replace(back.side(side), formerly=None) if side.formerly == back.into else side for side in pair.sides)
    return replace(pair, a=a, b=b, version=pair.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """All that comes back if a merger is undone now, and why it cannot be; `obstacle` is None where it can."""

    its: Carried
    obstacle: str | None


async def preview_return(member_id: str, duplicate_id: str, since: datetime, uow: UnitOfWork) -> Return:
    """Find what comes back to a duplicate that was merged into this member at `since`."""
    its = await carried(member_id, duplicate_id, uow)
    return Return(its=its, obstacle=await _obstacle(its, member_id, duplicate_id, since, uow))


async def _obstacle(its: Carried, member_id: str, duplicate_id: str, since: datetime, uow: UnitOfWork) -> str | None:
    if any(each.stage is Stage.AGREED and _is_since(each.settled_at, since) for each in its.settled):
        return AGREED
    own = [side for each in (*its.open_proposals, *its.settled) for side in each.sides if side.formerly == duplicate_id]
    if any(_is_since(side.answered_at, since) for side in own):
        return ANSWERED
    known = [*await uow.proposals.open_of(member_id=member_id), *await uow.proposals.settled_of(member_id)]
    return PROPOSED if any(_is_since(each.issued_at, since) for each in known) else None


def _is_since(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment > since
