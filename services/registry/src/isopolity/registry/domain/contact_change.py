"""A change of somebody else's contact: made at once, or waiting so that the person can object; and the content of a
mail about it.

    waiting ──> done                                   consent, three working days, or staff with a reason
       │  └───> (deleted)                              taken back by its author, or its contact is gone
       └──────> called ──> done | refused              staff decides, with a reason
    done, and staff was called ──> done                staff answers with a reason

Invariants: until a change is done, the contact stays unchanged. The wanted data are kept only while it waits. The
three working days begin when the mail to the person is sent; without that mail they never end. Working days are Monday
to Friday, in UTC; public holidays count, since they differ in each country. The content of a mail is stored in the
letter only, and deleted with it when the mail is sent or given up.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, Self

from isopolity.machine import periods
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import Gone, NotPossible

ENTERED: Final = "entered"
CHANGED: Final = "changed"
DEMOTED: Final = "demoted"
REPLACED: Final = "replaced"
ERASED: Final = "erased"
IMPORTED: Final = "imported"
"""The contacts of a member that one import has entered or changed, together."""
PARTED: Final = "parted"
"""A merger is undone, so that contacts are their former entry's again."""
WITHDRAWN: Final = "withdrawn"
"""The member has left the network, so that its contacts can no longer sign in."""

WAITING: Final = "waiting"
CALLED: Final = "called"
DONE: Final = "done"
REFUSED: Final = "refused"
OPEN: Final = (WAITING, CALLED)

PERSON: Final = "person"
"""Recipient of a letter: the person whose contact is changed."""
MAIN: Final = "main"
"""Recipient of a letter: the main contact of the member, or another coordinator."""
UNDELIVERED: Final = "undelivered"
"""The value of `called_by` if the person's mail could not be sent."""

KEPT: Final = periods.CONTACT_CHANGE
"""How long a change is kept after its last step; while a refused one is kept, its contact cannot be changed anew."""
_ENDED: Final = "This change is no longer pending: it was made, withdrawn or decided."
_OVER: Final = "This link does not count any more; write to the network's office instead."


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContactChange:
    """A change in its present state."""

    change_id: str
    member_kind: str
    member_id: str
    contact_id: str | None
    """The id of the contact that it changes; None for a new person and for an import."""
    what: str
    role_before: str | None
    role_after: str | None
    by_contact_id: str | None
    """The id of the contact that started it; None if staff or a program of the member did."""
    by_staff: bool
    started_at: datetime
    stepped_at: datetime
    status: str
    wanted: Person | None = None
    """The new data of the contact while the change is open; None for an erasure."""
    due_at: datetime | None = None
    """When it is made without an objection; None until the person's mail is written."""
    mailed_at: datetime | None = None
    """When the person's mail was sent; None before."""
    called_at: datetime | None = None
    called_by: str | None = None
    words: str | None = None
    """The message to staff of the person who called it."""
    reason: str | None = None
    """Staff's reason for its decision."""
    decided_at: datetime | None = None

    def __repr__(self) -> str:
        """Leaves out names and addresses, so that no log contains them."""
        return f"ContactChange(change_id={self.change_id!r}, what={self.what!r}, status={self.status!r})"

    @property
    def is_open(self) -> bool:
        """Whether it is neither made nor refused yet."""
        return self.status in OPEN

    def has_called(self, to: str) -> bool:
        """Whether the recipient `to` can no longer call staff; the person can, even after others did."""
        is_heard = to != PERSON or self.called_by == PERSON or self.decided_at is not None
        return self.called_at is not None and is_heard

    @property
    def is_on_desk(self) -> bool:
        """Whether staff was called and has not decided yet."""
        return self.called_at is not None and self.decided_at is None

    def issued(self, now: datetime) -> Self:
        """The change with the end of the time to object, which the person's mail states."""
        return replace(self, due_at=after_working_days(now)) if self.status == WAITING else self

    def mailed(self, now: datetime) -> Self:
        """The change when the person's mail has been sent, which starts the time to object."""
        return replace(self, mailed_at=now)

    def is_due(self, now: datetime) -> bool:
        """Whether the time to object is over."""
        is_mailed = self.mailed_at is not None
        return self.status == WAITING and is_mailed and self.due_at is not None and self.due_at <= now

    def called(self, by: str, now: datetime, words: str | None = None) -> Self:
        """The change when staff has been called; the time to object stops. Raises Gone after the decision.

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
        """The change with staff's answer, if it had been made before staff was called."""
        return replace(self, stepped_at=now, reason=reason, decided_at=now)

    def require_open(self) -> None:
        """Raise Gone if it has ended."""
        if not self.is_open:
            raise Gone(_ENDED)

    def still_concerns(self, contact: Contact) -> bool:
        """Whether the contact still has the role that the change would take away."""
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
    """The error for a link that is wrong or replaced, or whose change is deleted."""
    return Gone(_OVER)


DAYS: Final = 3
"""The number of working days in which a person can object to being replaced."""
_SATURDAY: Final = 5


def after_working_days(start: datetime, days: int = DAYS) -> datetime:
    """The end, in UTC, of the last of `days` whole working days that follow the day of `start`."""
    day = start.astimezone(UTC).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return datetime.combine(day + timedelta(days=1), time(), UTC)


WAITS: Final = "waits"
MADE: Final = "made"

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
