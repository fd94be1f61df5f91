"""Ports: what notify's use cases need from outside, as Protocols named for their role.

Invariant: every mail that a unit of work returns is locked until its transaction ends, except those of `of_proposals`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar

from isopolity.notify.application.letters import MailServerState
from isopolity.notify.domain.listed_member import MemberRepository
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from isopolity.notify.domain.people import Applicant, Contact, DraftLink, OfficeLetter, SignIn
from isopolity.notify.domain.proposal import Answer, EndedInterest, EndedPartnership, Proposal
from isopolity.notify.domain.telephone import TelephoneAnswer
from isopolity.persistence.audit import Audit
from isopolity.persistence.unit_of_work import Outbox, Parking

End = TypeVar("End")


class ContactRepository(Protocol):
    """Contacts as last fetched from registry."""

    async def put(self, contact: Contact) -> None:
        """Store `contact`, unless it is known or was forgotten at the same or a newer version."""

    async def forget(self, contact_id: str, version: int) -> bool:
        """Delete the person and remember `version`, unless a newer version is known; returns whether it was deleted."""

    async def hold(self, contact_id: str) -> Contact | None:
        """The contact, locked until the transaction ends; None if it is not known."""

    async def get(self, contact_ids: Sequence[str]) -> Mapping[str, Contact]:
        """The known contacts by id, confirmed or not; unknown ids are left out."""

    async def note_answer(self, contact_id: str) -> None:
        """Remember that the contact used a link in a mail to its address; nothing happens if it is confirmed."""

    async def answered(self, limit: int) -> Mapping[str, int]:
        """Versions, by id, of at most `limit` unconfirmed contacts that answered by a link."""

    async def of_member(self, member_id: str) -> Sequence[Contact]:
        """The known contacts of a member, confirmed or not."""

    async def first_choices(self, member_ids: Sequence[str]) -> Mapping[str, Contact]:
        """The contact of each member to write to; a member without a confirmed contact is left out.

        Until the transaction ends no other transaction adds a contact of these members, so that an event may be parked
        if there is none.
        """


class ProposalRepository(Protocol):
    """Stores notify's projection of proposals."""

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, Proposal]:
        """The known proposals by id; unknown ids are left out."""

    async def put(self, proposal: Proposal) -> bool:
        """Store `proposal`, unless the same or a newer version is known; returns whether it was stored."""


class EndRepository(Protocol[End]):
    """Stores notify's projection of ended partnerships, by the proposal that led to each, or of ended interests."""

    async def add(self, end: End, /) -> bool:
        """Store `end`, unless one with its id is known; returns whether it was stored."""

    async def get(self, ids: Sequence[str], /) -> Mapping[str, End]:
        """The known ends by id; unknown ids are left out."""


class MailLedger(Protocol):
    """Stores the ledger of mails."""

    async def add(self, mails: Sequence[Mail]) -> None:
        """Enter mails; one with the occasion, side, purpose and contact of an existing mail is skipped."""

    async def due(self, now: datetime, limit: int) -> Sequence[Mail]:
        """The oldest mails to claim now, at most `limit`; mails locked elsewhere are left out."""

    async def abandoned(self, now: datetime) -> Sequence[Mail]:
        """Mails in transmission whose lease is over; mails locked elsewhere are left out."""

    async def held(self) -> Sequence[Mail]:
        """All mails that any claim holds; mails locked elsewhere are left out."""

    async def held_by(self, owner: str) -> Sequence[Mail]:
        """The mails that the claim `owner` still holds, whatever their state."""

    async def open(self) -> Sequence[Mail]:
        """All mails in an `OPEN` state."""

    async def find(self, mail_ids: Sequence[str]) -> Sequence[Mail]:
        """The mails with these ids; unknown ids are left out."""

    async def get(self, mail_id: str) -> Mail | None:
        """The mail with this id, or None."""

    async def hand_on(self, contact_id: str, to: str) -> None:
        """Move the mails of a contact to the contact `to`, except where `to` has the same mail."""

    async def of_proposals(self, proposal_ids: Sequence[str], purpose: Purpose) -> Sequence[Mail]:
        """The mails of these proposals for `purpose`, the oldest first; they are not locked."""

    async def save(self, mails: Sequence[Mail]) -> None:
        """Write the new states of mails that this transaction has locked; their other fields never change."""


class EndedLetters(Protocol):
    """Stores letters of registry's office whose mail has ended, until registry has been told."""

    async def add(self, ended: Mapping[str, datetime]) -> None:
        """Enter letters by id, with the time at which their mail ended; known ids are skipped."""

    async def some(self, limit: int) -> Mapping[str, MailState]:
        """The final states of mails by letter id, for the `limit` letters that ended first."""

    async def remove(self, letter_id: str) -> None:
        """Delete the letter, once registry has been told."""


class AnswerBook(Protocol):
    """Stores the answers to proposals."""

    async def get(self, proposal_id: str, side: str) -> Answer | None:
        """A side's latest answer, or None."""

    async def of_proposals(self, proposal_ids: Sequence[str]) -> Mapping[tuple[str, str], Answer]:
        """The latest answers to these proposals, by proposal and side."""

    async def record(self, answer: Answer) -> bool:
        """Write the answer, unless the side has given a final one; returns whether it was written."""

    async def forget_words(self, contact_id: str) -> None:
        """Delete the free text of answers to mails that went to this contact."""


class TelephoneAnswers(Protocol):
    """Stores the last answer of each side that was given by telephone."""

    async def get(self, call_ids: Sequence[str]) -> Mapping[str, TelephoneAnswer]:
        """The answers with these ids; one that another answer of its side has replaced is left out."""

    async def of_side(self, proposal_id: str, side: str) -> TelephoneAnswer | None:
        """The last answer of a side, or None."""

    async def of_member(self, member_id: str) -> Sequence[TelephoneAnswer]:
        """The answers that this member gave, the oldest first."""

    async def without_answer(self, limit: int) -> Sequence[TelephoneAnswer]:
        """The newest entries of a yes whose side has given no final answer, the newest first."""

    async def put(self, call: TelephoneAnswer, after: TelephoneAnswer | None) -> bool:
        """Store the answer in place of `after`, the side's last one; returns False if that is another one by now."""

    async def pass_to(self, member_id: str, proposal_id: str, side: str) -> None:
        """Make a side's answer that of the member into which its own was merged."""

    async def forget_names(self, contact_id: str, name: str | None) -> None:
        """Delete the caller's name from answers that this contact was mailed about, or whose caller has this name."""


class Sightings(Protocol):
    """Stores the last time that the canary was seen."""

    async def saw_canary(self, sounded_at: datetime, seen_at: datetime) -> bool:
        """Remember the canary if it is newer than the known one; returns whether it is."""


class Watermark(Protocol):
    """Stores the watermark: no answer is recorded with an earlier time. It never moves back."""

    async def answer_time(self) -> datetime:
        """The time of an answer, for its record and for the deadline: now, or the watermark if that is later."""

    async def announce(self) -> datetime:
        """Move the watermark up to now, if it is earlier; returns it."""


class NotifyUnitOfWork(Protocol):
    """One transaction of notify."""

    @property
    def outbox(self) -> Outbox: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def parking(self) -> Parking: ...
    @property
    def contacts(self) -> ContactRepository: ...
    @property
    def members(self) -> MemberRepository: ...
    @property
    def proposals(self) -> ProposalRepository: ...
    @property
    def partnerships(self) -> EndRepository[EndedPartnership]: ...
    @property
    def interests(self) -> EndRepository[EndedInterest]: ...
    @property
    def mails(self) -> MailLedger: ...
    @property
    def mail_server(self) -> MailServerState: ...
    @property
    def ended_letters(self) -> EndedLetters: ...
    @property
    def answers(self) -> AnswerBook: ...
    @property
    def calls(self) -> TelephoneAnswers: ...
    @property
    def sightings(self) -> Sightings: ...
    @property
    def watermark(self) -> Watermark: ...

    async def commit(self) -> None:
        """Commit all changes and events."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class UnitOfWorkFactory(Protocol):
    """Opens a transaction."""

    def __call__(self) -> NotifyUnitOfWork: ...


class ContactDirectory(Protocol):
    """Fetches a contact from registry."""

    async def fetch(self, contact_id: str) -> Contact | None:
        """The contact; None if it was erased or its member has left. Raises RetryableError while registry is away."""


class BulkContactDirectory(ContactDirectory, Protocol):
    """Fetches contacts from registry, one or many in a call."""

    async def fetch_all(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        """Each contact by id; None if erased or its member has left. Raises RetryableError while registry is away."""


class Applicants(Protocol):
    """Registry's drafts, confirmations, sign-ins and letters of the office, for the mails about them."""

    async def issue_draft(self, draft_id: str) -> DraftLink | None:
        """The link of a draft with a new secret; None if no mail must be sent. Raises RegistryAway."""

    async def issue(self, confirmation_id: str) -> Applicant | None:
        """The applicant with a new secret; None if there is nothing to confirm. Raises RegistryAway."""

    async def issue_letter(self, letter_id: str) -> OfficeLetter | None:
        """A letter of the office; None if it must not be mailed any more. Raises RegistryAway."""

    async def issue_sign_in(self, sign_in_id: str) -> SignIn | None:
        """The person who signs in, with secret and code; None if no mail must be sent. Raises RegistryAway."""

    async def forget_letter(self, letter_id: str, outcome: MailState) -> None:
        """Report that the mail of a letter was sent or given up; may be repeated. Raises RegistryAway."""

    async def contact_answered(self, contact_id: str, version: int) -> bool:
        """Report that a contact used a link in a mail to it; may be repeated. Raises RegistryAway.

        Returns whether registry accepted the report; it does not if it knows another version.
        """

    async def confirm(self, secret: str) -> bool:
        """Confirm the address that `secret` was mailed to; False if it is no longer valid. Raises RegistryAway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLink:
    """The content of an answer link: a proposal, a side, the mail that it came with, a trace of the address it went to.

    Links of early releases name neither mail nor address; one that confirms a call has its id as `proposal_id`.
    """

    proposal_id: str
    side: str
    mail_id: str | None = None
    trace: str | None = None
    confirms_call: bool = False  # whether it confirms an answer by telephone


class AnswerLinks(Protocol):
    """Issues and reads links, each of which lets its holder answer one proposal for one side."""

    def issue(self, mail: Mail, address: str) -> str:
        """The address of the answer page for a link in `mail`, which is sent to `address`."""

    def read(self, token: str) -> AnswerLink:
        """The link that a token stands for. Raises LinkRefused."""

    def went_to(self, link: AnswerLink, address: str) -> bool:
        """Whether the link was mailed to `address`."""
