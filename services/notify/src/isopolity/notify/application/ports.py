"""Ports: all that notify's use cases need from outside, as Protocols named for their role.

Invariant: a mail that a unit of work hands out, but for `of_proposals`, is locked until its transaction ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from isopolity.notify.application.mailers import MailServerState
from isopolity.notify.domain.interest import EndedInterest
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from isopolity.notify.domain.partnership import EndedPartnership
from isopolity.notify.domain.people import Applicant, Contact, DraftLink, OfficeLetter, SignIn
from isopolity.notify.domain.proposal import Answer, Proposal
from isopolity.persistence.audit import Audit
from isopolity.persistence.outbox import Outbox
from isopolity.persistence.parking import Parking


class ContactRepository(Protocol):
    """Contacts as last fetched from registry."""

    async def put(self, contact: Contact) -> None:
        """Keep `contact` unless one at least as new is known, or was forgotten at a version at least as new."""

    async def forget(self, contact_id: str, version: int) -> bool:
        """Delete the person and remember `version`; a newer contact stays. Returns whether nothing newer was known."""

    async def hold(self, contact_id: str) -> Contact | None:
        """The contact, or None if it is not known; until the transaction ends no other one changes or forgets it."""

    async def get(self, contact_ids: Sequence[str]) -> Mapping[str, Contact]:
        """The contacts that are known, by id, confirmed or not."""

    async def note_answer(self, contact_id: str) -> None:
        """Remember that the contact, if it is not confirmed, answered by a link in a mail to its address."""

    async def answered(self, limit: int) -> Mapping[str, int]:
        """Versions, by id, of at most `limit` contacts that answered by a link and are not confirmed yet."""

    async def first_choices(self, member_ids: Sequence[str]) -> Mapping[str, Contact]:
        """The contact of each member to write to; a member without a confirmed contact is left out.

        Until the transaction ends no other one brings a contact of these members unseen, so that an event that finds
        none may be parked.
        """


class ProposalRepository(Protocol):
    """notify's own projection of proposals."""

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, Proposal]:
        """Those of the proposals that are known, by id."""

    async def put(self, proposal: Proposal) -> bool:
        """Keep `proposal` unless one at least as new is known; returns whether it was kept."""


class PartnershipRepository(Protocol):
    """notify's own projection of partnerships that have ended."""

    async def add(self, partnership: EndedPartnership) -> bool:
        """Keep `partnership` unless one of its proposal is known; returns whether it was kept."""

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, EndedPartnership]:
        """Those that are known of the partnerships that came of these proposals, by the proposal's id."""


class InterestRepository(Protocol):
    """notify's own projection of interests that are over."""

    async def add(self, interest: EndedInterest) -> bool:
        """Keep `interest` unless it is known; returns whether it was kept."""

    async def get(self, interest_ids: Sequence[str]) -> Mapping[str, EndedInterest]:
        """Those of the interests that are known, by id."""


class MailLedger(Protocol):
    """The ledger of mails."""

    async def add(self, mails: Sequence[Mail]) -> None:
        """Enter mails; one that stands there already (occasion, side, purpose, contact) stays as it is."""

    async def due(self, now: datetime, limit: int) -> Sequence[Mail]:
        """The oldest mails to claim now, at most `limit`; those locked elsewhere are left out."""

    async def abandoned(self, now: datetime) -> Sequence[Mail]:
        """Mails being transmitted whose owner is taken for dead; those locked elsewhere are left out."""

    async def held(self) -> Sequence[Mail]:
        """All mails that any owner holds; those locked elsewhere are left out."""

    async def held_by(self, owner: str) -> Sequence[Mail]:
        """The mails that the claim `owner` still holds, whatever their state."""

    async def open(self) -> Sequence[Mail]:
        """All mails that go on by themselves."""

    async def find(self, mail_ids: Sequence[str]) -> Sequence[Mail]:
        """The mails with these ids; unknown ids are left out."""

    async def get(self, mail_id: str) -> Mail | None:
        """The mail with this id, or None."""

    async def hand_on(self, contact_id: str, to: str) -> None:
        """Give the mails of a contact to the contact `to`, except those of which `to` has its own."""

    async def of_proposals(self, proposal_ids: Sequence[str], purpose: Purpose) -> Sequence[Mail]:
        """The mails of these proposals for that purpose, as they stand, the oldest first."""

    async def save(self, mails: Sequence[Mail]) -> None:
        """Write the new states of mails that this transaction has locked; what a mail was entered with stays."""


class EndedLetters(Protocol):
    """Letters of registry's office whose mail has ended, until registry knows it."""

    async def add(self, ended: Mapping[str, datetime]) -> None:
        """Enter them by id, with when their mail ended; those that stand there stay."""

    async def some(self, limit: int) -> Mapping[str, MailState]:
        """Those that ended first, at most `limit`, by id, with how their mails ended."""

    async def remove(self, letter_id: str) -> None:
        """Registry knows it."""


class AnswerBook(Protocol):
    """The answers given."""

    async def get(self, proposal_id: str, side: str) -> Answer | None:
        """A side's latest answer."""

    async def of_proposals(self, proposal_ids: Sequence[str]) -> Mapping[tuple[str, str], Answer]:
        """The latest answers to these proposals, by proposal and side."""

    async def record(self, answer: Answer) -> bool:
        """Write the answer unless a final one stands; returns whether it was written."""

    async def forget_words(self, contact_id: str) -> None:
        """Delete the free text of answers to mails that went to this contact."""


class Sightings(Protocol):
    """The last time that the canary was seen."""

    async def saw_canary(self, sounded_at: datetime, seen_at: datetime) -> bool:
        """Remember the newest canary; returns whether this one is newer than the one known."""


class Watermark(Protocol):
    """A time before which no answer can be recorded any more; it never goes back."""

    async def answer_time(self) -> datetime:
        """The time of the answer that this transaction records: now, or the watermark if the clock lags behind it.

        An answer takes its time from here only, before it is recorded, and decides by it whether it is in time.
        """

    async def announce(self) -> datetime:
        """Set the watermark to now, unless it is later already; returns it."""


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
    def proposals(self) -> ProposalRepository: ...
    @property
    def partnerships(self) -> PartnershipRepository: ...
    @property
    def interests(self) -> InterestRepository: ...
    @property
    def mails(self) -> MailLedger: ...
    @property
    def mail_server(self) -> MailServerState: ...
    @property
    def ended_letters(self) -> EndedLetters: ...
    @property
    def answers(self) -> AnswerBook: ...
    @property
    def sightings(self) -> Sightings: ...
    @property
    def watermark(self) -> Watermark: ...

    async def commit(self) -> None:
        """Make everything durable."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class UnitOfWorkFactory(Protocol):
    """Opens a transaction."""

    def __call__(self) -> NotifyUnitOfWork: ...


class ContactDirectory(Protocol):
    """Registry's contacts, over an authenticated call."""

    async def fetch(self, contact_id: str) -> Contact | None:
        """The contact, None once erased or its member withdrew. Raises RetryableError while registry is away."""


class BulkContactDirectory(ContactDirectory, Protocol):
    """Registry's contacts, one or many in a call."""

    async def fetch_all(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        """Each contact by id, None once erased or its member withdrew. Raises RetryableError while registry is away."""


class Applicants(Protocol):
    """Registry's applicants: links to drafts, confirmations of addresses, and what the office writes to them."""

    async def issue_draft(self, draft_id: str) -> DraftLink | None:
        """The link of a draft with a fresh secret, or None if nobody is to be mailed. Raises RegistryAway."""

    async def issue(self, confirmation_id: str) -> Applicant | None:
        """The applicant with a fresh secret, or None if nothing is to confirm. Raises RegistryAway."""

    async def issue_letter(self, letter_id: str) -> OfficeLetter | None:
        """A letter of the office, or None if it is not to be mailed any more. Raises RegistryAway."""

    async def forget_letter(self, letter_id: str, outcome: MailState) -> None:
        """Say that the mail of a letter is out or given up; again does no harm. Raises RegistryAway."""

    async def contact_answered(self, contact_id: str, version: int) -> bool:
        """Say that a contact answered by a link in a mail to it; again does no harm. Raises RegistryAway.

        Returns whether registry took it: not where it knows another version.
        """

    async def confirm(self, secret: str) -> bool:
        """Confirm the address that `secret` was mailed to; False if it does not count any more. Raises RegistryAway."""


class SignIns(Protocol):
    """Registry's sign-ins."""

    async def issue(self, sign_in_id: str) -> SignIn | None:
        """Who signs in, with a fresh secret and code, or None if nobody is to be mailed. Raises RegistryAway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLink:
    """The content of an answer link: a proposal, a side, the mail that it came with, a trace of the address it went to.

    Links of releases that did not bind them name neither mail nor address.
    """

    proposal_id: str
    side: str
    mail_id: str | None = None
    trace: str | None = None


class AnswerLinks(Protocol):
    """Links that let their holder answer one proposal for one side."""

    def issue(self, mail: Mail, address: str) -> str:
        """The address of the answer page for the link in `mail`, which goes to `address`."""

    def read(self, token: str) -> AnswerLink:
        """The link that a token stands for. Raises LinkRefused."""

    def went_to(self, link: AnswerLink, address: str) -> bool:
        """Whether the link was mailed to `address`."""
