"""A letter that the office owes somebody about an application, or about a change of a contact.

Invariant: it is kept until its mail is out or not wanted any more; one that failed is kept while it can be sent again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.registry.domain.replacement.notice import Notice

REFUSAL: Final = "refusal"
"""To who applied: the application is refused, and why."""
WELCOME: Final = "welcome"
"""To who applied: the application is endorsed, and what comes next."""
QUESTION: Final = "question"
"""To who applied: staff asks something, and the application is theirs to correct."""
CONSULTATION: Final = "consultation"
"""To the National Commission of a city: what it thinks of the application."""
CONTACT_CHANGE: Final = "contact-change"
"""To a present or former contact of a member: a change that somebody else has made, or wants to make."""
SENT: Final = "sent"
"""How the mail of a letter ends that is out; by any other end it reaches nobody."""
AGAIN: Final = frozenset({WELCOME, REFUSAL, CONTACT_CHANGE})
"""Letters of which staff may have the mail sent again; others are asked anew, where the application stands."""
FAILED: Final = "failed"
"""How the mail of a letter ends that could not be delivered."""
KEPT: Final = timedelta(days=30)
"""How long a letter waits for its mail, or for its mail to be sent again; then it is deleted.

Longer than a mail server is away, so that none is given up for want of one.
"""
LONGEST_WORDS: Final = 1000
"""Characters that staff may write in a letter."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Letter:
    """A letter. `about` is what it is for; `reason` and `words` are why, by code, and in staff's own words."""

    letter_id: str
    about: str
    application_id: str
    """Empty where it is about no application."""
    member_name: str
    """The name of the city or partner that the application is for, or whose contact is changed."""
    name: str
    email: str
    language: str
    reason: str | None = None
    words: str | None = None
    written_at: datetime
    change_id: str | None = None
    """The change of a contact that it is about."""
    notice: Notice | None = None
    """The content of the mail about that change."""

    def __repr__(self) -> str:
        """Neither the person nor the words, so that no log can hold them."""
        return f"Letter(letter_id={self.letter_id!r}, about={self.about!r})"
