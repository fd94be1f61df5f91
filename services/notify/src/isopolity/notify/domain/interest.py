"""An ended interest, with the data that notify needs to tell its asker that nothing was agreed.

Invariant: it holds what the asker knows, and nothing about the other side's answer. An interest older than `NEWS`
causes no mail, so that reading a topic from its start mails nobody.
"""

from dataclasses import dataclass
from datetime import datetime

from isopolity.notify.domain.partnership import NEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedInterest:
    """A member's wish to be introduced to another one, on which nothing was agreed by `hear_by`."""

    interest_id: str
    member_id: str
    member_name: str
    other_name: str
    asked_at: datetime
    hear_by: datetime
    time_zone: str | None = None
    """The asker's IANA time zone when it asked; None means UTC."""

    def is_news(self, now: datetime) -> bool:
        """Whether its end is recent enough to be mailed."""
        return now - self.hear_by <= NEWS
