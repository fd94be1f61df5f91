"""A change of somebody else's contact: made at once, or waiting until that person could object.

    waiting ──> done                                   consent, three working days, or staff with a reason
       │  └───> (deleted)                              taken back by who started it, or without object
       └──────> called ──> done | refused              staff decides, with a reason either way
    done, and staff was called ──> done                staff answers with a reason

Invariants: until a change is done nothing of the contact changes. The wanted data are kept only while it waits. The
three working days begin with the mail to the person, and end nothing where that mail did not go out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import Gone, NotPossible
from isopolity.registry.domain.replacement.working_days import after_working_days

ENTERED: Final = "entered"
CHANGED: Final = "changed"
DEMOTED: Final = "demoted"
REPLACED: Final = "replaced"
ERASED: Final = "erased"
IMPORTED: Final = "imported"
"""The contacts of a member that one import has entered or changed, together."""
WITHDRAWN: Final = "withdrawn"
"""The member has left the network, so that none of its contacts signs in any more."""

WAITING: Final = "waiting"
CALLED: Final = "called"
DONE: Final = "done"
REFUSED: Final = "refused"
OPEN: Final = (WAITING, CALLED)

PERSON: Final = "person"
"""The recipient of a letter: the person who is changed."""
MAIN: Final = "main"
"""The recipient of a letter: the main contact of the member, or another one of its coordinators."""
UNDELIVERED: Final = "undelivered"
"""The value of `called_by` where the person's mail did not go out."""

KEPT: Final = timedelta(days=30)
"""How long a change is kept since its last step; while a refused one is kept, none of its contact starts anew."""
_ENDED: Final = "This change does not stand any more: it was made, taken back or decided."
_OVER: Final = "This link does not count any more; write to the network's office instead."


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContactChange:
    """A change at its present state."""

    change_id: str
    member_kind: str
    member_id: str
    contact_id: str | None
    """The contact that it changes; None for a person who is new, and for an import."""
    what: str
    role_before: str | None
    role_after: str | None
    by_contact_id: str | None
    """The contact that started it; None: staff, or a program of the member."""
    by_staff: bool
    started_at: datetime
    stepped_at: datetime
    status: str
    wanted: Person | None = None
    """The data that the contact is to have, while the change is open; None also for an erasure."""
    due_at: datetime | None = None
    """When it is made if nobody objects; None until the person's mail is written."""
    mailed_at: datetime | None = None
    """When the person's mail was out."""
    called_at: datetime | None = None
    called_by: str | None = None
    words: str | None = None
    """The message of the caller to staff."""
    reason: str | None = None
    """Why staff decided as it did."""
    decided_at: datetime | None = None

    def __repr__(self) -> str:
        """Nobody's name or address, so that no log can hold them."""
        return f"ContactChange(change_id={self.change_id!r}, what={self.what!r}, status={self.status!r})"

    @property
    def is_open(self) -> bool:
        """Whether it has not been made or refused yet."""
        return self.status in OPEN

    def has_called(self, to: str) -> bool:
        """Whether a call by a link to `to` changes nothing any more; the person is heard also after others."""
        is_heard = to != PERSON or self.called_by == PERSON or self.decided_at is not None
        return self.called_at is not None and is_heard

    @property
    def is_on_desk(self) -> bool:
        """Whether staff was called and has not decided."""
        return self.called_at is not None and self.decided_at is None

    def issued(self, now: datetime) -> Self:
        """With the end of the time to object, which the person's mail is about to say."""
        return replace(self, due_at=after_working_days(now)) if self.status == WAITING else self

    def mailed(self, now: datetime) -> Self:
        """The person's mail is out: its time runs."""
        return replace(self, mailed_at=now)

    def is_due(self, now: datetime) -> bool:
        """Whether the person's time to object is over."""
        is_mailed = self.mailed_at is not None
        return self.status == WAITING and is_mailed and self.due_at is not None and self.due_at <= now

    def called(self, by: str, now: datetime, words: str | None = None) -> Self:
        """On the desk of staff; the clock stops. Raises Gone after the decision.

        A second call changes nothing, except that the person's own words replace those of another caller.
        """
        if self.is_on_desk:
            is_first_of_person = by == PERSON and self.called_by != PERSON
            return replace(self, called_by=by, words=words, stepped_at=now) if is_first_of_person else self
        if self.decided_at is not None:
            raise Gone(_OVER)
        status = CALLED if self.status == WAITING else self.status
        return replace(self, status=status, called_at=now, called_by=by, words=words, stepped_at=now)

    def made(self, now: datetime, reason: str | None = None) -> Self:
        """The change once it is done, without the wanted data, which the contact has now."""
        decided = now if reason is not None else self.decided_at
        return replace(self, status=DONE, wanted=None, stepped_at=now, reason=reason, decided_at=decided)

    def refused(self, now: datetime, reason: str) -> Self:
        """The change once staff has refused it. Raises NotPossible where it has been made."""
        if not self.is_open:
            raise NotPossible("This change has been made already; change the contact again, or write to the member.")
        return replace(self, status=REFUSED, wanted=None, stepped_at=now, reason=reason, decided_at=now)

    def answered(self, now: datetime, reason: str) -> Self:
        """With staff's answer, where the change had been made before staff was called."""
        return replace(self, stepped_at=now, reason=reason, decided_at=now)

    def require_open(self) -> None:
        """Raise Gone where it has ended."""
        if not self.is_open:
            raise Gone(_ENDED)

    def still_concerns(self, contact: Contact) -> bool:
        """Whether the contact still has the role from which the change would take it."""
        return contact.person.role == self.role_before


def what_becomes(target: Contact | None, wanted: Person | None, guarded: frozenset[str]) -> str:
    """The kind of the change from `target` to `wanted`: entered, changed, demoted, replaced or erased."""
    if target is None:
        return ENTERED
    if wanted is None:
        return ERASED
    if wanted.address != target.person.address:
        return REPLACED
    is_taken = target.person.role in guarded and wanted.role != target.person.role
    return DEMOTED if is_taken else CHANGED


def ended() -> Gone:
    """The refusal of a link that is wrong or replaced, or whose change is forgotten."""
    return Gone(_OVER)
