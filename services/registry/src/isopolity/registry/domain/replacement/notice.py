"""The content of a mail about a change of a contact.

Invariant: it is stored in the letter only, and deleted with it when the mail is sent or given up.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

WAITS: Final = "waits"
MADE: Final = "made"
REFUSED: Final = "refused"

CONSENT: Final = "consent"
TIME: Final = "time"
OFFICE: Final = "office"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NamedPerson:
    """A person whom an import or a handover added or changed: `what` was done, and the person's role."""

    name: str
    what: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Notice:
    """A change as one of its mails describes it."""

    what: str
    stage: str
    """`waits`, `made` or `refused`."""
    to: str
    """`person` or `main`."""
    at: datetime
    by_name: str | None
    """The name of the contact that made it; None for the network's office or a program of the member."""
    by_role: str | None
    by_office: bool
    person: str
    """The former name of the contact that it changes."""
    role_before: str | None
    role_after: str | None
    new_name: str | None = None
    new_email: str | None = None
    """The new address of the contact, if the address changes."""
    ground: str | None = None
    """Why a pending change was made: `consent`, `time` or `office`."""
    people: tuple[NamedPerson, ...] = ()
    """For an import, all people whom it added or changed at this member; for a handover, the successor."""

    def __repr__(self) -> str:
        """Leaves out names and addresses, so that no log contains them."""
        return f"Notice(what={self.what!r}, stage={self.stage!r}, to={self.to!r})"
