"""A partnership that has ended, as notify needs it to tell both sides, and to give neither the other's contact.

Invariant: an end older than `NEWS` makes no mail, so that a topic that is read from its start tells nobody of old ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.notify.domain.proposal import Side

NEWS: Final = timedelta(days=30)
"""How long an end is news: shorter than any entry of a mail is kept, and as long as a dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPartnership:
    """Two sides whose partnership came of the proposal `proposal_id`.

    `by_staff`: the `reason` is one of the codes that staff gives, and is told to both.
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
        """The side that `name` is not."""
        return next(side for side in self.sides if side.side != name)

    def is_news(self, now: datetime) -> bool:
        """Whether staff ended it so lately that both sides are to be told."""
        return self.by_staff and now - self.ended_at <= NEWS
