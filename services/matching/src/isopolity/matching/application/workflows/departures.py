"""Departures: a duplicate entry is merged into the entry that stays; previews of a merger and of a member's leaving.

Invariant: `fates` decides what goes on at the entry that stays, for the preview and for the event alike, and an event
that comes again finds nothing more to do. Previews change nothing. The figures for a leaving member itself depend on
the proposals that it knows and on its own acts only, so that it can infer no answer of another side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.identity.folded_text import fold
from isopolity.matching.application.candidates.market import capacities_of
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.published_states import publish_partnership, publish_proposal
from isopolity.matching.application.workflows.settlement import end_early, end_interests, end_unsent, end_with, give_up
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.member import WITHDRAWN, member_key
from isopolity.matching.domain.merger import MEMBER_MERGED, Belongings, Fates, Loss, Merger, fates_of, pair_key_of
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.errors import NoPair, UnknownMember
from isopolity.messaging.errors import Awaiting

_PROGRAMME: Final = "programme/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItems:
    """The open partnerships, proposals and interests of a duplicate, and their fates."""

    partnerships: Sequence[Partnership]
    proposals: Sequence[Proposal]
    """Its open proposals, with those that are not out."""
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
            await move_slots(partnership, changed, partnership.proposal_id, uow)


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
        await move_slots(before[changed.proposal_id], changed, changed.proposal_id, uow)
    settled = [merger.proposal(each) for each in await uow.proposals.settled_of(merger.duplicate_id)]
    await uow.proposals.save(settled)
    for proposal in settled:
        if proposal.stage is Stage.AGREED:  # notify tells its sides from the event whom to write to
            publish_proposal(uow.outbox, proposal)


async def move_slots(
    former: Proposal | Partnership, changed: Proposal | Partnership, identifier: str, uow: UnitOfWork
) -> None:
    """Move the slots of a pair to the holders that it names now."""
    for side, now in zip(former.sides, changed.sides, strict=True):
        if side.holder != now.holder:
            await uow.reservations.move(identifier, side.holder, now.holder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """The consequences of a member's leaving; fields that may be None are for staff alone."""

    ends: Sequence[datetime]
    """The moments at which its proposals that are out close; to the other side each stands until then."""
    partnerships: int
    """Its partnerships, which end at once."""
    interests: int
    """The introductions that it asked for, which end at once."""
    drafts: int | None = None
    """Its proposals that are not out, which end at once."""
    closing_mails: int | None = None
    """Mails to the other sides of its proposals, once each closes, that nothing was agreed."""
    hears: Sequence[datetime] | None = None
    """The moments from which on members that asked to be introduced to it are mailed that nothing was agreed."""


async def departure(member_id: str, uow: UnitOfWork, now: datetime, *, for_staff: bool) -> Departure:
    """The consequences of a member's leaving; without `for_staff` as far as the member itself may know them."""
    proposals = await uow.proposals.open_of(member_id=member_id)
    concerning = await uow.interests.concerning(member_id)
    waiting = [each for each in concerning if each.stage is InterestStage.OPEN]
    own = [each for each in waiting if each.member_id == member_id]
    partnerships = len(await uow.partnerships.active_of(member_id))
    out = [each for each in proposals if each.is_out]
    if not for_staff:
        known = [each for each in out if each.is_known_to(member_id) and _takes_answers(each, member_id)]
        seen = [each for each in own if each.hear_by > now]
        return Departure(ends=_ends(known), partnerships=partnerships, interests=len(seen))
    return Departure(
        ends=_ends(out),
        partnerships=partnerships,
        interests=len(own),
        drafts=len(proposals) - len(out),
        closing_mails=await _closing_mails(out, member_id, uow),
        hears=sorted(each.hear_by for each in waiting if each.member_id != member_id),
    )


def _takes_answers(proposal: Proposal, member_id: str) -> bool:
    own = proposal.side_of(member_id)
    return own is not None and proposal.takes_answers_of(own.side)


def _ends(proposals: Sequence[Proposal]) -> Sequence[datetime]:
    return sorted(each.answer_by for each in proposals if each.answer_by is not None)


async def _closing_mails(out: Sequence[Proposal], member_id: str, uow: UnitOfWork) -> int:
    """The number of other sides that know their proposal: a mail has reached them, or they have answered."""
    reached = await uow.deliveries.reached([each.proposal_id for each in out])
    return sum(
        (proposal.proposal_id, side.side) in reached or side.answer is not None
        for proposal in out
        for side in proposal.sides
        if side.member_id != member_id and side.side != proposal.asked_by
    )


_NEW: Final = "new:"
"""Before the id of a programme that the entry that stays does not have yet."""


async def preview(into: str, duplicate_id: str, network: Network, uow: UnitOfWork) -> OpenItems:
    """All that the duplicate has open, and its fate in a merger. Raises UnknownMember, NoPair."""
    kept, duplicate = _state(into, network), _state(duplicate_id, network)
    if into == duplicate_id or type(kept) is not type(duplicate):
        raise NoPair("These are not two entries of one kind; name another duplicate.")
    moved = {}
    if isinstance(kept, PartnerState) and isinstance(duplicate, PartnerState):
        named = {fold(each.name): each.programme_id for each in kept.programmes}
        moved = {
            each.programme_id: named.get(fold(each.name), f"{_NEW}{each.programme_id}") for each in duplicate.programmes
        }
    merger = Merger(duplicate_id=duplicate_id, into=into, moved_ids=moved)
    return await open_items(merger, places(merger, capacities_of(kept), capacities_of(duplicate)), uow)


def _state(member_id: str, network: Network) -> CityState | PartnerState:
    found = network.member(member_id)
    if found is None:
        raise UnknownMember(f"There is no member {member_id}; correct the id.")
    kind, state = found
    return CityState.model_validate_json(state) if kind == "city" else PartnerState.model_validate_json(state)
