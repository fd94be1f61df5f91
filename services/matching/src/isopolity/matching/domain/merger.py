"""A merger: rewrites a duplicate's sides, proposals, partnerships and interests for the entry that stays.

Invariant: the other side sees a proposal as it was sent: names, words and days do not change.

Fates are the open items of a duplicate that continue at the entry that stays, and why the others cannot. Invariant:
whether a proposal finds a place depends on the clock and on the duplicate's own acts, never on what the other side did.
To the other side both look alike, so that it infers no answer from a proposal without a place.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.member import (
    programme_holder,
    sponsorship_holder,
    sponsorship_pair,
    twinning_holder,
    twinning_pair,
)
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.side import Answer, Side

MEMBER_MERGED: Final = "member-merged"
"""The cause with which an item of a duplicate ends if it cannot continue; no mail names this cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """The merger of a duplicate into the entry `into`; `moved_ids` has new ids of programmes and requests by old."""

    duplicate_id: str
    into: str
    moved_ids: Mapping[str, str] = field(default_factory=dict)

    def member(self, member_id: str) -> str:
        """The id of a member after the merger; only the duplicate's changes."""
        return self.into if member_id == self.duplicate_id else member_id

    def side(self, side: Side) -> Side:
        """A side after the merger, with the name and words that were sent."""
        if side.member_id != self.duplicate_id:
            return side
        programme_id = self._moved(side.programme_id)
        return replace(
            side,
            member_id=self.into,
            programme_id=programme_id,
            request_id=self._moved(side.request_id),
            holder=self.holder(side.holder, programme_id),
            formerly=self.duplicate_id,
        )

    def own_side(self, sides: tuple[Side, Side]) -> Side:
        """The former side of the duplicate, among two sides as they are after the merger."""
        return next(side for side in sides if side.formerly == self.duplicate_id)

    def holder(self, holder: str, programme_id: str | None) -> str:
        """The holder of capacity after the merger; without a `programme_id` the duplicate is a city."""
        if programme_id is not None:
            return programme_holder(self.into, programme_id)
        is_twinning = holder == twinning_holder(self.duplicate_id)
        return twinning_holder(self.into) if is_twinning else sponsorship_holder(self.into)

    def proposal(self, proposal: Proposal) -> Proposal:
        """The proposal after the merger, with its version raised by one."""
        a, b = self.side(proposal.a), self.side(proposal.b)
        return replace(proposal, a=a, b=b, pair_key=pair_key_of(a, b), version=proposal.version + 1)

    def partnership(self, partnership: Partnership) -> Partnership:
        """The partnership after the merger, with its version raised by one."""
        a, b = self.side(partnership.a), self.side(partnership.b)
        return replace(partnership, a=a, b=b, version=partnership.version + 1)

    def interest(self, interest: Interest) -> Interest:
        """The interest after the merger; the duplicate's own loses its Idempotency-Key."""
        its_programme = self._moved(interest.programme_id)
        asker, other = interest.holder, interest.other_holder
        if interest.member_id == self.duplicate_id:
            asker = self.holder(asker, its_programme if asker.startswith("programme/") else None)
        else:
            other = self.holder(other, its_programme if other.startswith("programme/") else None)
        changed = replace(
            interest,
            member_id=self.member(interest.member_id),
            other_id=self.member(interest.other_id),
            programme_id=its_programme,
            request_id=self._moved(interest.request_id),
            holder=asker,
            other_holder=other,
            formerly=self.duplicate_id,
            key=None if interest.member_id == self.duplicate_id else interest.key,
        )
        return replace(changed, pair_key=_pair_of_interest(changed))

    def _moved(self, identifier: str | None) -> str | None:
        return None if identifier is None else self.moved_ids.get(identifier, identifier)


def pair_key_of(a: Side, b: Side) -> str:
    """The key of the pair of these two sides; with a programme it is a sponsorship, else a twinning."""
    return sponsorship_pair(a.holder, b.member_id) if a.programme_id else twinning_pair(a.member_id, b.member_id)


def _pair_of_interest(interest: Interest) -> str:
    if interest.programme_id is None:
        return twinning_pair(interest.member_id, interest.other_id)
    is_partner = interest.holder.startswith("programme/")
    programme, city = (
        (interest.holder, interest.other_id) if is_partner else (interest.other_holder, interest.member_id)
    )
    return sponsorship_pair(programme, city)


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
