"""The content of a mail about a change of a contact.

Invariant: it is kept in the letter alone, and forgotten with it once the mail is out or given up.
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
    """A person whom an import, or a handover, entered or changed: `what` became of it, and its role."""

    name: str
    what: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Notice:
    """A change as one of its mails presents it."""

    what: str
    stage: str
    """`waits`, `made` or `refused`."""
    to: str
    """`person` or `main`."""
    at: datetime
    by_name: str | None
    """The name of the contact that made it; None: the network's office, or a program of the member."""
    by_role: str | None
    by_office: bool
    person: str
    """The name of the contact that it changes, as it was."""
    role_before: str | None
    role_after: str | None
    new_name: str | None = None
    new_email: str | None = None
    """The address of the person who follows, or is to follow, under another address."""
    ground: str | None = None
    """Why a change that waited was made: `consent`, `time` or `office`."""
    people: tuple[NamedPerson, ...] = ()
    """For an import, all people whom it entered or changed at this member; for a handover, the successor."""

    def __repr__(self) -> str:
        """Nobody's name or address, so that no log can hold them."""
        return f"Notice(what={self.what!r}, stage={self.stage!r}, to={self.to!r})"
