"""A letter of the office: about an application, about a change of a contact, or an invitation to make a request.

Invariant: it is kept until its mail is sent or no longer needed; if the mail failed, while it can be sent again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.registry.domain.contact_change import Notice

REFUSAL: Final = "refusal"
"""To the applicant: the application is refused, with the reason."""
WELCOME: Final = "welcome"
"""To the applicant: the application is endorsed, and what comes next."""
QUESTION: Final = "question"
"""To the applicant: a question of staff, with a link to answer it and correct the application."""
CONSULTATION: Final = "consultation"
"""To the National Commission of a city: a request for its opinion on the application."""
CONTACT_CHANGE: Final = "contact-change"
"""To a present or former contact of a member: a change that somebody else has made or wants to make."""
INVITATION: Final = "invitation"
"""To the main contact of a city: a programme gives money for what the city looks for; it could make a request."""
SENT: Final = "sent"
"""The outcome of a letter whose mail was sent; after any other outcome it reaches nobody."""
AGAIN: Final = frozenset({WELCOME, REFUSAL, CONTACT_CHANGE, INVITATION})
"""Letters whose mails staff may send again; other letters are replaced by asking again."""
FAILED: Final = "failed"
"""The outcome of a letter whose mail could not be delivered."""
KEPT: Final = timedelta(days=30)
"""How long a letter waits for its mail to be sent, or sent again, before it is deleted.

Longer than outages of a mail server, so that no letter is lost in one.
"""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Letter:
    """A letter. `about` is its kind; `reason` is a code, and `words` are staff's own words."""

    letter_id: str
    about: str
    application_id: str
    """Empty if it is not about an application."""
    member_name: str
    """The name of the city or partner that applies, is invited, or whose contact is changed."""
    name: str
    email: str
    language: str
    reason: str | None = None
    words: str | None = None
    written_at: datetime
    change_id: str | None = None
    """The id of the change of a contact that it is about."""
    notice: Notice | None = None
    """The content of its mail about that change."""

    def __repr__(self) -> str:
        """Leaves out the person and the words, so that no log contains them."""
        return f"Letter(letter_id={self.letter_id!r}, about={self.about!r})"
