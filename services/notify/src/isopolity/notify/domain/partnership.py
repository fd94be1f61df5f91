"""An ended partnership, with the data that notify needs to tell both sides and to hide their contacts from each other.

Invariant: an end older than `NEWS` causes no mail, so that reading a topic from its start mails nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.notify.domain.proposal import Side

NEWS: Final = timedelta(days=30)
"""How long an end is mailed: shorter than any mail's entry is kept, and as long as a dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPartnership:
    """An ended partnership of two sides, which the proposal `proposal_id` led to.

    `by_staff`: staff ended it; `reason` is then a code of staff that both sides read.
    """

    partnership_id: str
    proposal_id: str
    kind: str
    sides: tuple[Side, Side]
    established_at: datetime
    ended_at: datetime
    reason: str
    by_staff: bool = True

    def side(self, name: str) -> Side:
        """The side called `name`, `a` or `b`."""
        return next(side for side in self.sides if side.side == name)

    def other_side(self, name: str) -> Side:
        """The side that is not called `name`."""
        return next(side for side in self.sides if side.side != name)

    def is_news(self, now: datetime) -> bool:
        """Whether staff ended it, and recently enough to mail both sides."""
        return self.by_staff and now - self.ended_at <= NEWS
