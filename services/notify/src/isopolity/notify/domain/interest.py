"""An interest that is over, as notify needs it to tell its asker that nothing was agreed.

Invariant: it holds what the asker said and was told, and nothing that came of it. An interest older than `NEWS` makes
no mail, so that a topic that is read from its start tells nobody of old ones.
"""

from dataclasses import dataclass
from datetime import datetime

from isopolity.notify.domain.partnership import NEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedInterest:
    """The wish of a member to be introduced to another, by which nothing was agreed until `hear_by`."""

    interest_id: str
    member_id: str
    member_name: str
    other_name: str
    asked_at: datetime
    hear_by: datetime
    time_zone: str | None = None
    """Of the asker when it asked, by its IANA name; None counts as UTC."""

    def is_news(self, now: datetime) -> bool:
        """Whether its asker was to hear so lately that it is told."""
        return now - self.hear_by <= NEWS
