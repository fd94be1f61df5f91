"""Letters: the data that each is written from, the written texts, and the port that writes them.

Invariant: a letter is written only from data looked up when it is about to be sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from isopolity.notify.domain.interest import EndedInterest
from isopolity.notify.domain.mail import Mail
from isopolity.notify.domain.partnership import EndedPartnership
from isopolity.notify.domain.people import Applicant, Contact, DraftLink, OfficeLetter, SignIn
from isopolity.notify.domain.proposal import Proposal


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
class EndNotice:
    """The data of a mail about the end of a partnership."""

    mail: Mail
    partnership: EndedPartnership
    recipient: Contact

    @property
    def contacts(self) -> Sequence[Contact]:
        """The one contact that the letter names."""
        return [self.recipient]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestNotice:
    """The data of a mail about an ended interest."""

    mail: Mail
    interest: EndedInterest
    recipient: Contact

    @property
    def contacts(self) -> Sequence[Contact]:
        """The one contact that the letter names."""
        return [self.recipient]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """The data of a mail by which staff reminds a member."""

    mail: Mail
    recipient: Contact

    @property
    def contacts(self) -> Sequence[Contact]:
        """The one contact that the letter names."""
        return [self.recipient]


ToMember = Correspondence | EndNotice | InterestNotice | Reminder
"""The data of a letter to a contact of a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRequest:
    """The data of a mail to confirm an address."""

    mail: Mail
    applicant: Applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInvitation:
    """The data of a mail with the link to a draft."""

    mail: Mail
    draft: DraftLink


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeNotice:
    """The data of a letter of registry's office."""

    mail: Mail
    letter: OfficeLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """The data of a sign-in mail."""

    mail: Mail
    sign_in: SignIn


Subject = ToMember | ConfirmationRequest | DraftInvitation | OfficeNotice | SignInRequest
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
