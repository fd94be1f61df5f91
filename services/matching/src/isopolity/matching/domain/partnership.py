"""A partnership as a state machine: established as exploratory when both sides agreed, ended with a reason.

Invariant: an ended partnership stays ended. Later issues bring friendship, agreement, review and renewal.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from isopolity.matching.domain.proposal import Proposal, Side


class PartnershipStage(StrEnum):
    """Where a partnership stands."""

    EXPLORATORY = "exploratory"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership:
    """Two members that are partners, from the proposal that both agreed to."""

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
    """None while it stands, and for those that ended before this was kept."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return self.a, self.b

    @classmethod
    def established(cls, partnership_id: str, proposal: Proposal, now: datetime) -> "Partnership":
        """The partnership that begins with an agreed proposal."""
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
        """The partnership ended, or None if it was ended before."""
        if self.stage is PartnershipStage.ENDED:
            return None
        return replace(self, version=self.version + 1, stage=PartnershipStage.ENDED, ended_reason=reason, ended_at=now)
