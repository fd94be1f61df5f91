"""Letters: what each is written from, its texts, and who writes them.

Invariant: a letter is written from what is known when it is about to go, and from nothing else.
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
    """All that a mail about a proposal is written from.

    `counterpart` is the other side's contact, for an introduction only. `stands_in` is True where an introduction goes
    to the member's present contact, because the one that was asked is known no more.
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
    """All that a mail about the end of a partnership is written from."""

    mail: Mail
    partnership: EndedPartnership
    recipient: Contact

    @property
    def contacts(self) -> Sequence[Contact]:
        """The one contact that the letter names."""
        return [self.recipient]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestNotice:
    """All that a mail about an interest that is over is written from."""

    mail: Mail
    interest: EndedInterest
    recipient: Contact

    @property
    def contacts(self) -> Sequence[Contact]:
        """The one contact that the letter names."""
        return [self.recipient]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """All that the mail is written from by which staff reminds a member."""

    mail: Mail
    recipient: Contact

    @property
    def contacts(self) -> Sequence[Contact]:
        """The one contact that the letter names."""
        return [self.recipient]


ToMember = Correspondence | EndNotice | InterestNotice | Reminder
"""What a letter to a contact of a member is written from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRequest:
    """All that the mail to confirm an applicant's address is written from."""

    mail: Mail
    applicant: Applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInvitation:
    """All that the mail with the link of a draft is written from."""

    mail: Mail
    draft: DraftLink


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeNotice:
    """All that a letter of registry's office about an application is written from."""

    mail: Mail
    letter: OfficeLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """All that the mail to sign in is written from."""

    mail: Mail
    sign_in: SignIn


Subject = ToMember | ConfirmationRequest | DraftInvitation | OfficeNotice | SignInRequest
"""What a letter is written from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail ready to go: `content` is the whole message as it goes over the wire (RFC 5322, CRLF)."""

    mail_id: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail's three texts."""

    subject: str
    text: str
    html: str


class LetterWriter(Protocol):
    """Writes mails."""

    def render(self, correspondence: Correspondence) -> Rendered:
        """The texts of a letter about a proposal, without its envelope."""

    def preview(self, subject: ToMember) -> Rendered:
        """The texts of a letter to a contact of a member, with an answer link that leads nowhere.

        Raises Refused where none can be written.
        """

    def write(self, subject: Subject) -> Letter:
        """The letter; an equal subject gives an equal letter. Raises Refused where none can be written."""
