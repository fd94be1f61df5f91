"""A partnership as a state machine: established as exploratory once both sides agree, and ended with a reason.

Invariant: an ended partnership stays ended, and the public sees only one that both sides chose to show. Later issues
bring friendship, agreement, review and renewal.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.rules.pair_rules import pair_key
from isopolity.matching.domain.side import Side


class PartnershipStage(StrEnum):
    """The stage of a partnership."""

    EXPLORATORY = "exploratory"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership:
    """The partnership of two members, made from the proposal to which both agreed."""

    partnership_id: str
    version: int
    kind: str
    stage: PartnershipStage
    proposal_id: str
    a: Side
    b: Side
    established_at: datetime
    ended_reason: str | None = None
    ended_at: datetime | None = None
    """The moment of its end; None while it stands, and if it ended before this was kept."""
    shown_by: tuple[str, ...] = ()
    """The names of the sides that chose to show it publicly, sorted."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """The sides `a` and `b`, in this order."""
        return self.a, self.b

    @property
    def pair_key(self) -> str:
        """The key of its pair, as proposals have it."""
        return pair_key((self.a.holder, self.b.holder))

    @property
    def is_shown(self) -> bool:
        """Whether both sides chose to show it publicly."""
        return len(self.shown_by) == len(self.sides)

    def side_of(self, member_id: str) -> Side | None:
        """The side of this member; None if the member is not part of the partnership."""
        return next((side for side in self.sides if side.member_id == member_id), None)

    @classmethod
    def established(cls, partnership_id: str, proposal: Proposal, now: datetime) -> "Partnership":
        """Begin the partnership of an agreed proposal, as exploratory."""
        return cls(
            partnership_id=partnership_id,
            version=1,
            kind=proposal.kind,
            stage=PartnershipStage.EXPLORATORY,
            proposal_id=proposal.proposal_id,
            a=proposal.a,
            b=proposal.b,
            established_at=now,
        )

    def end(self, reason: str, now: datetime) -> "Partnership | None":
        """The ended partnership; None if it had ended before."""
        if self.stage is PartnershipStage.ENDED:
            return None
        return replace(self, version=self.version + 1, stage=PartnershipStage.ENDED, ended_reason=reason, ended_at=now)

    def choose(self, side: str, *, show: bool) -> "Partnership | None":
        """The partnership after `side` chose whether to show it publicly; None if that is what it had chosen before."""
        if (side in self.shown_by) == show:
            return None
        others = tuple(each for each in self.shown_by if each != side)
        shown_by = tuple(sorted((*others, side))) if show else others
        return replace(self, version=self.version + 1, shown_by=shown_by)
