"""Writes mails from Jinja2 templates: plain text, and HTML whose styles are inlined.

Invariants: the letter depends on its subject alone, and every attempt has the same Message-ID. Its date is that of the
attempt (`updated_at` of the claimed mail), so that a delayed mail is not sorted among those of last week. No value can
break out of its header or be read as more than its own text, and equal messages give equal bytes.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from textwrap import fill
from typing import Any, Final
from urllib.parse import urlencode

from css_inline import CSSInliner
from jinja2 import TemplateError

from isopolity.contracts.codes import CONTACT_ROLES
from isopolity.identity.addresses import MailAddress, UnusableAddress
from isopolity.notify.adapters.templates import asset, environment, language_of
from isopolity.notify.application.letters import (
    Correspondence,
    IssuedLetter,
    Letter,
    Notice,
    Rendered,
    Subject,
    ToMember,
)
from isopolity.notify.application.ports import AnswerLinks
from isopolity.notify.domain.errors import Refused
from isopolity.notify.domain.mail import Mail
from isopolity.notify.domain.people import Applicant, DraftLink, InvitingProgramme, OfficeLetter, SignIn
from isopolity.notify.domain.proposal import EndedInterest, EndedPartnership, Side
from isopolity.notify.domain.telephone import PhoneCall

_WIDTH: Final = 76
_ISSUED: Final[Mapping[str, tuple[str, str]]] = {
    "confirmation": ("notify/confirm", "applicant"),
    "handover": ("handover", "successor"),
    "contact": ("contact", "contact"),
    "draft": ("join", "holder of an address who wants to join"),
    "sign-in": ("sign-in", "holder of an address who signs in"),
    "welcome": ("sign-in", "applicant"),
    "refusal": ("join", "applicant"),
    "question": ("join", "applicant"),
    "consultation": ("commission", "National Commission"),
    "contact-change": ("contact-change", "contact"),
    "invitation": ("me/requests/new", "contact"),
}
"""By template of a letter that registry issues: the page of its link, and its reader as a rehearsal describes them."""
_NAMES: Final = {Applicant: "applicant", DraftLink: "draft", OfficeLetter: "letter", SignIn: "sign_in"}
"""The names by which templates know what registry has issued."""
_NOWHERE: Final = "preview"
"""The id in the link of a preview; no proposal and no mail has it."""
_LIST_MARK: Final = re.compile(r"(-|\d+\.) ")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_INLINER: Final = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
"""Keeps rules for telephones and the dark scheme, which cannot be inlined; programs that know none drop them."""


class JinjaLetterWriter:
    """Writes letters from `sender`; with `rehearsal` every letter goes to that address and names its real recipient.

    Links whose secrets come from registry start with `public_url`.
    """

    def __init__(self, links: AnswerLinks, sender: str, rehearsal: str | None = None, *, public_url: str = "") -> None:
        self._links = links
        self._start = public_url.rstrip("/")
        self._sender = parseaddr(sender)
        self._rehearsal = rehearsal

    def write(self, subject: Subject) -> Letter:
        with _writable():
            if isinstance(subject, IssuedLetter):
                return self._issued(subject)
            recipient = subject.recipient
            reader = f"{CONTACT_ROLES.get(recipient.role, 'contact')} of {_member(subject)}"
            return self._letter(subject.mail, self._texts(subject), recipient.name, recipient.email, reader)

    def preview(self, subject: ToMember) -> Rendered:
        subject = replace(subject, mail=replace(subject.mail, mail_id=_NOWHERE, occasion_id=_NOWHERE))
        with _writable():
            return self._texts(subject)

    def _texts(self, subject: ToMember) -> Rendered:
        if isinstance(subject, Correspondence):
            return self.render(subject)
        context: dict[str, Any] = {"recipient": subject.recipient}
        match subject.about:
            case EndedPartnership() as ended:
                side = subject.mail.side
                context |= {"partnership": ended, "own": ended.side(side), "other": ended.other_side(side)}
            case EndedInterest() as interest:
                context |= {"interest": interest, "own": {"name": interest.member_name}}
            case PhoneCall() as call:
                context |= {"call": call.answer, "proposal": call.proposal, "own": call.own, "other": call.other}
                context["link"] = self._links.issue(subject.mail, subject.recipient.email)
            case None:
                context |= {"link": f"{self._start}/sign-in"}
        return _rendered(subject.mail.purpose, subject.recipient.language, context)

    def _issued(self, subject: IssuedLetter) -> Letter:
        person, template = subject.issued, str(subject.mail.purpose)
        if isinstance(person, Applicant) and person.handed_over_by is not None:
            template = "handover"
        elif isinstance(person, Applicant) and person.contact_role is not None:
            template = "contact"
        page, reader = _ISSUED[template]
        link = f"{self._start}/{page}/{person.secret or ''}".removesuffix("/")
        if isinstance(person, OfficeLetter) and person.invitation is not None:
            link += f"?{_filled_in(person.invitation)}"
        rendered = _rendered(template, person.language, {_NAMES[type(person)]: person, "link": link})
        if isinstance(person, Applicant | OfficeLetter):
            reader = f"{reader} of {person.member_name}"
        name = "" if isinstance(person, DraftLink) else person.name
        return self._letter(subject.mail, rendered, name, person.email, reader)

    def _letter(self, mail: Mail, rendered: Rendered, name: str, address: str, reader: str) -> Letter:
        recipient = _usable(self._rehearsal or address)
        message = Message(
            identifier=f"{mail.mail_id}@{self._sender[1].partition('@')[2]}",
            sender=self._sender,
            recipient=(name, recipient),
            subject=f"[Rehearsal, for the {reader}] {rendered.subject}" if self._rehearsal else rendered.subject,
            date=mail.updated_at,
            text=rendered.text,
            html=rendered.html,
        )
        return Letter(mail_id=mail.mail_id, sender=self._sender[1], recipient=recipient, content=to_bytes(message))

    def render(self, correspondence: Correspondence) -> Rendered:
        proposal, side = correspondence.proposal, correspondence.mail.side
        link = self._links.issue(correspondence.mail, correspondence.recipient.email)
        addressed = _rehearsed(correspondence, self._rehearsal) if self._rehearsal else correspondence
        context = {
            "proposal": proposal,
            "own": proposal.side(side),
            "other": proposal.other_side(side),
            "recipient": addressed.recipient,
            "counterpart": addressed.counterpart,
            "stands_in": correspondence.stands_in,
            "link": link,
        }
        return _rendered(correspondence.mail.purpose, correspondence.recipient.language, context)


def _filled_in(programme: InvitingProgramme) -> str:
    """The query of the form of a request that fills in what the programme is about."""
    lists = {"subject": programme.subjects, "topics": programme.topics}
    fields = {name: ",".join(codes) for name, codes in lists.items() if codes}
    named = f"{programme.partner_id}/{programme.programme_id}"
    return urlencode({**fields, "currency": programme.currency, "programme": named}, safe=",/")


def _rehearsed(correspondence: Correspondence, address: str) -> Correspondence:
    """The correspondence with `address` in place of both contacts' own."""
    counterpart = correspondence.counterpart
    return replace(
        correspondence,
        recipient=replace(correspondence.recipient, email=address),
        counterpart=replace(counterpart, email=address) if counterpart else None,
    )


def _member(subject: ToMember) -> str:
    """The member whose contact the letter goes to, as its subject names it."""
    match subject:
        case Correspondence(proposal=sides) | Notice(about=EndedPartnership() as sides):
            return sides.side(subject.mail.side).name
        case Notice(about=EndedInterest(member_name=name)) | Notice(about=PhoneCall(own=Side(name=name))):
            return name
    return "a member"


@contextmanager
def _writable() -> Iterator[None]:
    """Raises Refused for a template or text that cannot be written: it fails its mail, not the process."""
    try:
        yield
    except (TemplateError, UnicodeError) as error:
        raise Refused("cannot-be-written") from error


def _rendered(purpose: str, wanted: str, context: dict[str, Any]) -> Rendered:
    language = language_of(purpose, wanted)
    context["language"] = language
    templates, name = environment(language), f"mail/{purpose}"
    subject, _, text = templates.get_template(f"{name}.txt").render(context).strip().partition("\n")
    html = templates.get_template(f"{name}.html").render(context, subject=subject, look=asset("look.css"))
    return Rendered(subject=subject, text=_wrapped(text.strip()), html=_INLINER.inline(html))


def _usable(address: str) -> str:
    """The address in ASCII. Raises Refused for one that SMTP without extensions cannot carry."""
    try:
        return MailAddress.of(address).carried
    except UnusableAddress:
        raise Refused("address-unusable") from None


def _wrapped(text: str) -> str:
    lines = (_filled(line) if len(line) > _WIDTH else line for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)) + "\n"


def _filled(line: str) -> str:
    mark = _LIST_MARK.match(line)
    indent = " " * mark.end() if mark else ""
    return fill(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


_LINE: Final = 76
_LONGEST_WORD: Final = 60
"""An ASCII word over this many characters is encoded, because a header is folded between words only."""
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINE_END: Final = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The content of a message. `sender` and `recipient` are pairs of name and address."""

    identifier: str
    sender: tuple[str, str]
    recipient: tuple[str, str]
    subject: str
    date: datetime
    text: str
    html: str


def to_bytes(message: Message) -> bytes:
    """The message with CRLF line ends. Raises UnicodeError if an address is not ASCII or a text not Unicode."""
    boundary = f"=_{b64encode(message.identifier.encode(), b'-_').decode().rstrip('=')[-40:]}"
    lines = [
        *_headers(message),
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        *_part(boundary, "plain", message.text),
        *_part(boundary, "html", message.html),
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _headers(message: Message) -> Iterable[str]:
    yield f"From: {_mailbox('From', message.sender)}"
    yield f"To: {_mailbox('To', message.recipient)}"
    yield f"Subject: {_text('Subject', message.subject)}"
    yield f"Date: {format_datetime(message.date)}"
    yield f"Message-ID: <{message.identifier}>"
    yield "Auto-Submitted: auto-generated"
    yield "MIME-Version: 1.0"


def _mailbox(field: str, pair: tuple[str, str]) -> str:
    name, address = _one_line(pair[0]), pair[1]
    if not _must_encode(name) and len(name) <= _LINE:
        return formataddr((name, address))
    encoded = _encoded(field, name)
    gap = " " if len(f"{field}: {encoded} <{address}>") <= _LINE else "\r\n "
    return f"{encoded}{gap}<{address}>"


def _text(field: str, value: str) -> str:
    value = _one_line(value)
    if _must_encode(value):
        return _encoded(field, value)
    return Header(value, "us-ascii", header_name=field).encode(linesep="\r\n")


def _must_encode(value: str) -> bool:
    """Whether `value` could be misread as it is: not ASCII, like an encoded word (RFC 2047), or too long for a line."""
    return not value.isascii() or "=?" in value or any(len(word) > _LONGEST_WORD for word in value.split(" "))


def _encoded(field: str, value: str) -> str:
    return Header(value, "utf-8", header_name=field).encode(linesep="\r\n")


def _one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _part(boundary: str, subtype: str, content: str) -> Iterable[str]:
    yield f"--{boundary}"
    yield f'Content-Type: text/{subtype}; charset="utf-8"'
    yield "Content-Transfer-Encoding: quoted-printable"
    yield ""
    yield b2a_qp(_LINE_END.sub("\n", content).encode(), istext=True).decode("ascii").replace("\n", "\r\n")
