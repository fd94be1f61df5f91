"""Merging: a duplicate entry's partnerships, proposals, interests and answers are carried to the entry that stays.

Invariant: `fates` decides which of them go on, for the preview and for the event alike. An event that comes again finds
nothing more to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.published_states import publish_partnership, publish_proposal
from isopolity.matching.application.workflows.settlement import end_early, end_interests, end_unsent, end_with, give_up
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.member import WITHDRAWN, member_key
from isopolity.matching.domain.merger import MEMBER_MERGED, Belongings, Fates, Loss, Merger, fates_of, pair_key_of
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.messaging.errors import Awaiting

_PROGRAMME: Final = "programme/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItems:
    """The open partnerships, proposals and interests of a duplicate, and their fates."""

    partnerships: Sequence[Partnership]
    proposals: Sequence[Proposal]
    """Those that are not out, too."""
    interests: Sequence[Interest]
    """Open ones, of the duplicate and for it."""
    fates: Fates


def merger_of(state: CityState | PartnerState) -> Merger | None:
    """The merger that a member's state reports; None for a member that was not merged into another."""
    member_id = state.city_id if isinstance(state, CityState) else state.partner_id
    if state.status != WITHDRAWN or state.merged_into is None:
        return None
    moved = {each.former: each.now for each in state.moved_ids}
    return Merger(duplicate_id=member_id, into=state.merged_into, moved_ids=moved)


def member_of(member_id: str) -> str:
    """The name under which events are parked that need a newer state of this member."""
    return f"member:{member_id}"


async def carry_membership(merger: Merger, at_version: int, row: MemberRow, uow: UnitOfWork, now: datetime) -> None:
    """Carry all that a duplicate, `row`, has to the entry that stays.

    It waits for the state of that entry that holds the merged fields, at `at_version`. Where that entry has left
    meanwhile, nothing happens: registry publishes its duplicates again with the entry that they go on at. Raises
    Awaiting.
    """
    found = await uow.members.find([merger.into])
    if not found or found[0].version < at_version:
        raise Awaiting(member_of(merger.into))
    if found[0].status == WITHDRAWN:
        return
    its = await open_items(merger, places(merger, found[0].capacities, row.capacities), uow)
    await _end_lost(merger, its, uow, now)
    await _carry_partnerships(merger, its, uow)
    await _carry_interests(merger, its, uow)
    await _carry_proposals(merger, its, uow, now)
    await uow.answers.move(member_key(row.kind, merger.duplicate_id), member_key(row.kind, merger.into))


def places(merger: Merger, kept: Mapping[str, int], duplicates: Mapping[str, int]) -> Mapping[str, int]:
    """The capacity of each holder of the entry that stays, with the programmes that it takes from the duplicate."""
    taken = {
        merger.holder(holder, merger.moved_ids.get(programme_id, programme_id)): number
        for holder, number in duplicates.items()
        if holder.startswith(_PROGRAMME)
        for programme_id in [holder.rpartition("/")[2]]
    }
    return {**taken, **kept}


async def open_items(merger: Merger, capacities: Mapping[str, int], uow: UnitOfWork) -> OpenItems:
    """All that a duplicate has open, and its fate at an entry of these capacities."""
    partnerships = await uow.partnerships.active_of(merger.duplicate_id)
    proposals = await uow.proposals.open_of(member_id=merger.duplicate_id)
    known = await uow.interests.concerning(merger.duplicate_id)
    interests = [each for each in known if each.stage is InterestStage.OPEN]
    of_kept = await uow.proposals.open_of(member_id=merger.into)
    partnered = await uow.partnerships.active_of(merger.into)
    asked = await uow.interests.concerning(merger.into)
    used = await uow.reservations.taken(list(capacities))
    belongings = Belongings(
        partnerships=partnerships,
        proposals=[each for each in proposals if each.is_out],
        interests=interests,
        bound=await uow.reservations.holding([each.interest_id for each in interests]),
        stands={each.pair_key for each in of_kept if each.is_out} | {pair_key_of(*each.sides) for each in partnered},
        asked={(each.member_id, each.pair_key) for each in asked if each.stage is InterestStage.OPEN},
        free={holder: number - used.get(holder, 0) for holder, number in capacities.items()},
    )
    fates = fates_of(merger, belongings)
    return OpenItems(partnerships=partnerships, proposals=proposals, interests=interests, fates=fates)


async def _end_lost(merger: Merger, its: OpenItems, uow: UnitOfWork, now: datetime) -> None:
    """End all that cannot go on; a proposal that is out to another member stands to it until it closes."""
    lost = its.fates.lost
    await end_unsent(its.proposals, MEMBER_MERGED, uow, now)
    apart = frozenset({Loss.BOTH_IN_IT, Loss.SAME_PAIR})
    out = [each for each in its.proposals if each.is_out and lost.get(each.proposal_id) in apart]
    within = [each for each in out if lost[each.proposal_id] is Loss.BOTH_IN_IT]
    await end_early(within, MEMBER_MERGED, uow, now)
    await give_up([each for each in out if each not in within], merger.duplicate_id, MEMBER_MERGED, uow, now)
    for partnership in its.partnerships:
        if partnership.partnership_id in lost:
            await end_with(partnership, MEMBER_MERGED, uow, now)
    # an interest of another member ends on its day, since its asker hears then
    own = {merger.duplicate_id, merger.into}
    ended = [each for each in its.interests if each.interest_id in lost and each.member_id in own]
    await end_interests(ended, uow, now)


async def _carry_partnerships(merger: Merger, its: OpenItems, uow: UnitOfWork) -> None:
    """Carry those that stand, with their slots, and those that have ended."""
    standing = {each.partnership_id for each in its.fates.partnerships}
    for partnership in await uow.partnerships.all_of(merger.duplicate_id):
        if partnership.partnership_id in standing or partnership.stage is PartnershipStage.ENDED:
            changed = merger.partnership(partnership)
            await uow.partnerships.save(changed)
            publish_partnership(uow.outbox, changed)
        if partnership.partnership_id in standing:
            await _move_slots(partnership, changed, partnership.proposal_id, uow)


async def _carry_interests(merger: Merger, its: OpenItems, uow: UnitOfWork) -> None:
    """Carry open interests with their slots, and those that are over, whose pairs rest on."""
    before = {each.interest_id: each for each in its.interests}
    carried = {each.interest_id: each for each in its.fates.interests}
    for changed in carried.values():
        former = before[changed.interest_id]
        if changed.interest_id in its.fates.without_slot:
            await uow.reservations.release([changed.interest_id])
        elif former.holder != changed.holder:
            await uow.reservations.move(changed.interest_id, former.holder, changed.holder)
    known = await uow.interests.concerning(merger.duplicate_id)
    over = [merger.interest(each) for each in known if each.stage is not InterestStage.OPEN]
    await uow.interests.save([*carried.values(), *over])


async def _carry_proposals(merger: Merger, its: OpenItems, uow: UnitOfWork, now: datetime) -> None:
    """Carry those that are out, with their slots; settled ones, too, so that pairs that were refused rest on."""
    before = {each.proposal_id: each for each in its.proposals}
    lapsed = [each.lapse(merger.own_side(each.sides).side, MEMBER_MERGED) or each for each in its.fates.lapsing]
    for changed in (*its.fates.proposals, *lapsed):
        await end_unsent(await uow.proposals.open_of(pair_key=changed.pair_key), MEMBER_MERGED, uow, now)
        await uow.proposals.save([changed])
        publish_proposal(uow.outbox, changed)
    for changed in its.fates.proposals:
        await _move_slots(before[changed.proposal_id], changed, changed.proposal_id, uow)
    settled = [merger.proposal(each) for each in await uow.proposals.settled_of(merger.duplicate_id)]
    await uow.proposals.save(settled)
    for proposal in settled:
        if proposal.stage is Stage.AGREED:  # notify tells its sides from the event whom to write to
            publish_proposal(uow.outbox, proposal)


async def _move_slots(
    former: Proposal | Partnership, changed: Proposal | Partnership, identifier: str, uow: UnitOfWork
) -> None:
    for side, now in zip(former.sides, changed.sides, strict=True):
        if side.holder != now.holder:
            await uow.reservations.move(identifier, side.holder, now.holder)
