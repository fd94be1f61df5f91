"""Fates: the open items of a duplicate that continue at the entry that stays, and why the others cannot.

Invariant: whether a proposal finds a place depends on the clock and on the duplicate's own acts, never on what the
other side did. To the other side both look alike, so that it infers no answer from a proposal without a place.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from isopolity.matching.domain.interests.interest import Interest
from isopolity.matching.domain.mergers.merger import Merger, pair_key_of
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Answer, Proposal, Side


class Loss(StrEnum):
    """The reason for which an item of the duplicate cannot continue at the entry that stays."""

    BOTH_IN_IT = "both-in-it"
    """The two sides of the item are the duplicate and the entry that stays."""
    SAME_PAIR = "same-pair"
    """The entry that stays has such an item with the same other side, or already the partnership it would lead to."""
    NO_PLACE = "no-place"
    """The entry that stays has no free capacity for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """The fates of a duplicate's open items: those that continue, and by id the reason for which another cannot."""

    partnerships: Sequence[Partnership] = ()
    proposals: Sequence[Proposal] = ()
    """The issued proposals that continue."""
    lapsing: Sequence[Proposal] = ()
    """The issued proposals that can no longer be agreed; their other sides see them continue like the rest."""
    interests: Sequence[Interest] = ()
    """The interests that continue, those of the duplicate and those that ask for it."""
    without_slot: Collection[str] = frozenset()
    """The ids of those `interests` for which there is no free capacity now, so that they wait."""
    lost: Mapping[str, Loss] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """The open items of a duplicate, and the facts about the entry that stays which decide their fates."""

    partnerships: Sequence[Partnership]
    proposals: Sequence[Proposal]
    """The proposals that are issued and not settled."""
    interests: Sequence[Interest]
    """The open interests, those of the duplicate and those that ask for it."""
    bound: Collection[str]
    """The ids of the interests that hold a slot."""
    stands: Collection[str]
    """The pair keys of the issued proposals and active partnerships of the entry that stays."""
    asked: Collection[tuple[str, str]]
    """The (asker, pair key) of each open interest of the entry that stays, and of each that asks for it."""
    free: Mapping[str, int]
    """The free capacity by holder, after the merger."""


def fates_of(merger: Merger, its: Belongings) -> Fates:
    """Decide the fate of each item; partnerships continue even without free capacity."""
    lost, free, stands = dict[str, Loss](), Counter(its.free), set(its.stands)
    partnerships = list[Partnership]()
    for partnership in its.partnerships:
        agreed = merger.partnership(partnership)
        if loss := _loss(agreed.sides, stands):
            lost[partnership.partnership_id] = loss
            continue
        partnerships.append(agreed)
        stands.add(pair_key_of(*agreed.sides))
        free[merger.own_side(agreed.sides).holder] -= 1
    interests, without_slot = _interests(merger, its, free, lost)
    proposals, lapsing = list[Proposal](), list[Proposal]()
    for proposal in sorted(its.proposals, key=lambda each: _rank(each, merger)):
        changed = merger.proposal(proposal)
        own = merger.own_side(changed.sides)
        if loss := _loss(changed.sides, stands):
            lost[proposal.proposal_id] = loss
            continue
        stands.add(changed.pair_key)
        if own.side == proposal.lapsed_by:
            lapsing.append(changed)
        elif _has_place(changed, own, free, _proposals_of(interests, without_slot)):
            proposals.append(changed)
        else:
            lost[proposal.proposal_id] = Loss.NO_PLACE
            lapsing.append(changed)
    return Fates(
        partnerships=partnerships,
        proposals=proposals,
        lapsing=lapsing,
        interests=interests,
        without_slot=without_slot,
        lost=lost,
    )


def _has_place(proposal: Proposal, own: Side, free: Counter[str], unplaced: Collection[str | None]) -> bool:
    """Take a free place for the proposal if there is one; `unplaced` are proposals of interests without a place."""
    if own.side == proposal.asked_by:  # its interest holds the slot
        return proposal.proposal_id not in unplaced
    if free[own.holder] <= 0:
        return False
    free[own.holder] -= 1
    return True


def _interests(
    merger: Merger, its: Belongings, free: Counter[str], lost: dict[str, Loss]
) -> tuple[list[Interest], Collection[str]]:
    kept, without_slot, asked = list[Interest](), set[str](), set(its.asked)
    for interest in sorted(its.interests, key=lambda each: (each.hear_by, each.interest_id)):
        changed = merger.interest(interest)
        if changed.member_id == changed.other_id:
            lost[interest.interest_id] = Loss.BOTH_IN_IT
        elif (changed.member_id, changed.pair_key) in asked:
            lost[interest.interest_id] = Loss.SAME_PAIR
        else:
            asked.add((changed.member_id, changed.pair_key))
            kept.append(changed)
            if changed.member_id == merger.into and interest.interest_id in its.bound:
                if free[changed.holder] > 0:
                    free[changed.holder] -= 1
                else:
                    without_slot.add(interest.interest_id)
    return kept, without_slot


def _proposals_of(interests: Iterable[Interest], ids: Collection[str]) -> Collection[str | None]:
    """The ids of the proposals that have come from those of `interests` whose id is in `ids`."""
    return {each.proposal_id for each in interests if each.interest_id in ids}


def _loss(sides: tuple[Side, Side], stands: Collection[str]) -> Loss | None:
    a, b = sides
    if a.member_id == b.member_id:
        return Loss.BOTH_IN_IT
    return Loss.SAME_PAIR if pair_key_of(a, b) in stands else None


def _rank(proposal: Proposal, merger: Merger) -> tuple[bool, str, str]:
    """The sort key by which proposals take places: the duplicate's own yes first, then the earlier deadline."""
    own = next(side for side in proposal.sides if side.member_id == merger.duplicate_id)
    deadline = "" if proposal.answer_by is None else proposal.answer_by.isoformat()
    return own.answer is not Answer.YES, deadline, proposal.proposal_id
