"""A merger: rewrites a duplicate's sides, proposals, partnerships and interests for the entry that stays.

Invariant: the other side sees a proposal as it was sent: names, words and days do not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from isopolity.matching.domain.interests.interest import Interest
from isopolity.matching.domain.member import (
    programme_holder,
    sponsorship_holder,
    sponsorship_pair,
    twinning_holder,
    twinning_pair,
)
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal, Side

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
