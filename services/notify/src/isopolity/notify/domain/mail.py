"""A mail's entry in the ledger: the state machine that keeps a mail from being lost or silently sent twice.

    queued ──> claimed ──> transmitting ──> sent ──> bounced ──> queued   (a person mails again)
                 │              ├─────────> deferred ──> claimed …
                 │              ├─────────> queued                    (the mail server takes mails from nobody)
                 │              ├─────────> failed ──> queued            (a person mails again)
                 │              └─────────> unknown ──> sent | queued   (a person decides)
                 └──> deferred | failed | suppressed | queued

Invariant: `transmitting` is committed before the first byte of DATA. A process that dies while a mail is claimed has
sent nothing, so the mail is claimed again; one that dies while it is transmitting may have sent it, so the mail becomes
unknown.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from isopolity.notify.domain.errors import WrongTransition


class Purpose(StrEnum):
    """The purpose of a mail."""

    PROPOSAL = "proposal"
    INTRODUCTION = "introduction"
    CLOSING = "closing"
    ENDING = "ending"
    """Tell a side that staff has ended the partnership that a proposal led to."""
    NOT_INTRODUCED = "not-introduced"
    """Tell a member that asked to be introduced that nothing was agreed; about no proposal."""
    REMINDER = "reminder"
    """Remind a member of its profile and its tasks, when staff asks for that; about no proposal."""
    CONFIRMATION = "confirmation"
    """Confirm the address of an applicant; about no proposal."""
    DRAFT = "draft"
    """Open a draft of an application; about no proposal."""
    SIGN_IN = "sign-in"
    """Let the holder of an address sign in; about no proposal."""
    WELCOME = "welcome"
    """Tell an applicant that the office has admitted the member, and what comes next; about no proposal."""
    REFUSAL = "refusal"
    """Tell an applicant that the office has refused, and why; about no proposal."""
    QUESTION = "question"
    """Ask an applicant something, with a link to answer by; about no proposal."""
    CONSULTATION = "consultation"
    """Ask a National Commission about a city that applies, with a link to answer by; about no proposal."""

    INVITATION = "invitation"
    """Invite a city to make a request, since a programme gives money for what it looks for; about no proposal."""
    TELEPHONE = "telephone-answer"
    """Tell all contacts of a side of an answer by telephone, and let one confirm a yes; its occasion is the call."""
    CONTACT_CHANGE = "contact-change"
    """Tell a contact of a member what somebody else has changed, or wants to; about no proposal."""


FROM_OFFICE: Final = frozenset(
    {
        *(Purpose.WELCOME, Purpose.REFUSAL, Purpose.QUESTION, Purpose.CONSULTATION),
        *(Purpose.CONTACT_CHANGE, Purpose.INVITATION),
    }
)
"""Purposes of letters that registry stores until they are sent."""
ISSUED_BY_REGISTRY: Final = FROM_OFFICE | {Purpose.CONFIRMATION, Purpose.DRAFT, Purpose.SIGN_IN}
"""Purposes of mails whose recipient and secret registry provides when they are written."""
ABOUT_NO_PROPOSAL: Final = ISSUED_BY_REGISTRY | {Purpose.NOT_INTRODUCED, Purpose.REMINDER, Purpose.TELEPHONE}
"""Purposes of mails whose occasion is no proposal."""
TO_PRESENT_CONTACT: Final = frozenset({Purpose.INTRODUCTION, Purpose.ENDING, Purpose.NOT_INTRODUCED})
"""Purposes of mails that go to the member's present contact if the original one is gone."""


class MailState(StrEnum):
    """The state of a mail."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


OPEN: Final = frozenset({MailState.QUEUED, MailState.CLAIMED, MailState.TRANSMITTING, MailState.DEFERRED})
"""States that a mail leaves without anybody's decision."""
READABLE: Final = frozenset({MailState.TRANSMITTING, MailState.SENT, MailState.UNKNOWN})
"""States in which the recipient may have the mail or be receiving it."""
UNDELIVERABLE: Final = frozenset({MailState.FAILED, MailState.BOUNCED, MailState.SUPPRESSED})
"""Final states in which the recipient does not get the mail."""
OVER: Final = UNDELIVERABLE | {MailState.SENT}
"""States in which a mail was sent or given up."""
PUBLISHED: Final = OVER | {MailState.DEFERRED, MailState.UNKNOWN}
"""States that are published to other services: outcomes, final or for now."""
CLAIMABLE: Final = frozenset({MailState.QUEUED, MailState.DEFERRED, MailState.CLAIMED})
"""States from which a due mail is claimed; a claimed mail is due when its lease ends."""

PAUSE: Final = timedelta(seconds=5)
"""How long a mail waits after it was put back because the server accepts no mail."""

_FOLLOWING: Final = {
    MailState.QUEUED: frozenset({MailState.CLAIMED}),
    MailState.DEFERRED: frozenset({MailState.CLAIMED}),
    MailState.CLAIMED: frozenset(MailState) - {MailState.SENT, MailState.BOUNCED, MailState.UNKNOWN},
    MailState.TRANSMITTING: frozenset(
        {MailState.SENT, MailState.DEFERRED, MailState.FAILED, MailState.UNKNOWN, MailState.QUEUED}
    ),
    # its owner was slow and reports the outcome late; or a person decides
    MailState.UNKNOWN: frozenset({MailState.SENT, MailState.DEFERRED, MailState.FAILED, MailState.QUEUED}),
    MailState.SENT: frozenset({MailState.BOUNCED}),
    **dict.fromkeys(UNDELIVERABLE, frozenset({MailState.QUEUED})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Retries of a deferred mail: at most `attempts` tries, with waits that double from `first` up to `longest`."""

    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=4)
    attempts: int = 20

    def wait(self, attempts: int) -> timedelta:
        """The wait after `attempts` attempts."""
        return min(self.first * (1 << min(attempts - 1, 20)), self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person; unique by occasion, side, purpose and contact, which makes its cause idempotent.

    The occasion is a proposal, and the mail then goes to a contact of one of its sides; or it is an interest that is
    over, which has no sides; or an applicant's confirmation, a draft, a letter of the office or a sign-in, which have
    neither side nor contact: what they lack is empty. The contact is also empty until the mail of an ended partnership
    or of an interest is claimed, and where it is not known after a restore: the member's first choice at the time of
    sending gets the mail.
    `owner` names the claim that holds the mail; `due_at` is when it may be claimed, or, while it is held, when its
    owner is taken for dead. `link_voided_at` is when staff ended its answer link; `link_bound` is False for mails of
    releases whose links named neither mail nor address. The last three fields are the lineage of the event that caused
    it.
    """

    mail_id: str
    occasion_id: str
    side: str = ""
    purpose: Purpose
    contact_id: str = ""
    created_at: datetime
    due_at: datetime
    updated_at: datetime
    state: MailState = MailState.QUEUED
    version: int = 1
    attempts: int = 0
    owner: str | None = None
    reason: str | None = None
    link_voided_at: datetime | None = None
    link_bound: bool = True
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None

    @property
    def proposal_id(self) -> str | None:
        """The id of the proposal that the mail is about; None if it is about none."""
        return None if self.purpose in ABOUT_NO_PROPOSAL else self.occasion_id

    def claimed(self, owner: str, now: datetime, lease: timedelta) -> Self:
        """The mail when `owner` has claimed it for one attempt."""
        held = self._to(MailState.CLAIMED, now, reason=self.reason, due_at=now + lease)
        return replace(held, owner=owner, attempts=self.attempts + 1)

    def transmitting(self, now: datetime, lease: timedelta) -> Self:
        """The mail before it is handed over; from now on a crash leaves it unknown."""
        return self._to(MailState.TRANSMITTING, now, due_at=now + lease)

    def sent(self, now: datetime) -> Self:
        """The mail when the mail server has accepted it."""
        return self._to(MailState.SENT, now)

    def deferred(self, now: datetime, reason: str, policy: RetryPolicy) -> Self:
        """The mail after a temporary failure: tried again later, or failed if no attempts are left."""
        if self.attempts >= policy.attempts:
            return self._to(MailState.FAILED, now, reason=reason)
        return self._to(MailState.DEFERRED, now, reason=reason, due_at=now + policy.wait(self.attempts))

    def postponed(self, now: datetime, reason: str, policy: RetryPolicy) -> Self:
        """The mail after a failure that is not its recipient's: tried again soon, and this attempt does not count."""
        waiting = self._to(MailState.DEFERRED, now, reason=reason, due_at=now + policy.first)
        return replace(waiting, attempts=max(self.attempts - 1, 0))

    def put_back(self, now: datetime, reason: str) -> Self:
        """The mail after a server that accepts no mail at all did not accept it: this attempt does not count."""
        queued = self._to(MailState.QUEUED, now, reason=reason, due_at=now + PAUSE)
        return replace(queued, owner=None, attempts=max(self.attempts - 1, 0))

    def failed(self, now: datetime, reason: str) -> Self:
        """The mail when it was refused for good."""
        return self._to(MailState.FAILED, now, reason=reason)

    def suppressed(self, now: datetime, reason: str) -> Self:
        """The mail when it must not be sent any more."""
        return self._to(MailState.SUPPRESSED, now, reason=reason)

    def unknown(self, now: datetime, reason: str) -> Self:
        """The mail when nobody can know whether the mail server accepted it."""
        return self._to(MailState.UNKNOWN, now, reason=reason)

    def left_by_backup(self, now: datetime, reason: str) -> Self:
        """The mail as unknown, since it was open when the restored backup was made and may have been sent since."""
        if self.state not in OPEN:
            raise WrongTransition(f"A mail that is {self.state} does not become unknown by a restore.")
        state, version = MailState.UNKNOWN, self.version + 1
        return replace(self, state=state, version=version, reason=reason, owner=None, due_at=now, updated_at=now)

    def restored(self, *, state: MailState, version: int, attempts: int, reason: str | None, at: datetime) -> Self:
        """The mail in a published state that the restored ledger does not have."""
        changed = replace(self, state=state, version=version, attempts=attempts, reason=reason)
        return replace(changed, owner=None, due_at=at, updated_at=at)

    def send_again(self, now: datetime) -> Self:
        """The mail when a person has decided to send it again."""
        return replace(self._to(MailState.QUEUED, now, reason="sent-again-by-decision"), owner=None, attempts=0)

    def link_voided(self, now: datetime) -> Self:
        """The mail with its answer link ended by a person, for good."""
        return replace(self, link_voided_at=self.link_voided_at or now)

    def _to(
        self, state: MailState, now: datetime, *, reason: str | None = None, due_at: datetime | None = None
    ) -> Self:
        if state not in _FOLLOWING[self.state]:
            raise WrongTransition(f"A mail that is {self.state} cannot become {state}.")
        return replace(self, state=state, version=self.version + 1, reason=reason, due_at=due_at or now, updated_at=now)
