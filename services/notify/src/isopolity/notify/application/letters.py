"""Letters: the data that each is written from, the written texts, and the ports that write and deliver them.

Invariant: a letter is written only from data looked up when it is about to be sent.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from isopolity.notify.domain.mail import Mail
from isopolity.notify.domain.mail_server import MailServer
from isopolity.notify.domain.people import Contact, Issued
from isopolity.notify.domain.proposal import EndedInterest, EndedPartnership, Proposal
from isopolity.notify.domain.telephone import PhoneCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """The data of a mail about a proposal.

    `counterpart` is the other side's contact, for an introduction only. `stands_in`: an introduction goes to the
    member's present contact, because the contact that was asked is gone.
    """

    mail: Mail
    proposal: Proposal
    recipient: Contact
    counterpart: Contact | None = None
    stands_in: bool = False

    @property
    def contacts(self) -> Sequence[Contact]:
        """All contacts that the letter names."""
        return [self.recipient] if self.counterpart is None else [self.recipient, self.counterpart]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The data of a mail about an ended partnership, an ended interest or a call; reminders have no subject."""

    mail: Mail
    recipient: Contact
    about: EndedPartnership | EndedInterest | PhoneCall | None = None

    @property
    def contacts(self) -> Sequence[Contact]:
        """The one contact that the letter names."""
        return [self.recipient]


ToMember = Correspondence | Notice
"""The data of a letter to a contact of a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedLetter:
    """The data of a letter whose recipient and secret registry has issued."""

    mail: Mail
    issued: Issued


Subject = ToMember | IssuedLetter
"""The data of any letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail ready to go: `content` is the whole message as it goes over the wire (RFC 5322, CRLF)."""

    mail_id: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The three texts of a mail: subject, plain text and HTML."""

    subject: str
    text: str
    html: str


class LetterWriter(Protocol):
    """Port that writes letters from their data."""

    def render(self, correspondence: Correspondence) -> Rendered:
        """The texts of a letter about a proposal, without its envelope."""

    def preview(self, subject: ToMember) -> Rendered:
        """The texts of a letter to a contact of a member, with an answer link that leads nowhere.

        Raises Refused where none can be written.
        """

    def write(self, subject: Subject) -> Letter:
        """The letter about `subject`; equal subjects give equal letters. Raises Refused if it cannot be written."""


class MailServerState(Protocol):
    """Stores the state of the mail server, which all instances share."""

    async def get(self) -> MailServer:
        """The present state."""

    async def change(self, how: Callable[[MailServer], MailServer]) -> MailServer:
        """Replace the state by `how(state)` and return it; the state is locked until the transaction ends."""


class MailSession(Protocol):
    """A session with a mail server, for any number of mails one after another."""

    async def offer(self, letter: Letter) -> None:
        """Do everything before DATA: connect, name sender and recipient. Raises TryLater, Refused or ServerAway."""

    async def transmit(self, letter: Letter) -> None:
        """Send DATA, after `offer`. Raises TryLater, Refused, ServerAway, or OutcomeUnknown without a clear reply."""


class Mailer(Protocol):
    """Opens sessions with a mail server; each is closed when its context ends."""

    def session(self) -> AbstractAsyncContextManager[MailSession]:
        """A new session; it connects when first needed."""

    async def ping(self) -> None:
        """Return if a mail could be offered now; raise DeliveryProblem otherwise."""
