"""Writes mails from Jinja2 templates: plain text, and HTML whose styles are inlined.

Invariant: the letter depends on its subject alone, and every attempt has the same Message-ID. Its date is that of the
attempt (`updated_at` of the claimed mail), so that a delayed mail is not sorted among those of last week.
"""

import re
from dataclasses import replace
from email.utils import parseaddr
from textwrap import fill
from typing import Any, Final

from css_inline import CSSInliner
from jinja2 import TemplateError

from isopolity.contracts.codes import CONTACT_ROLES
from isopolity.mail_addresses import MailAddress, UnusableAddress
from isopolity.notify.adapters.mime import Message, to_bytes
from isopolity.notify.adapters.templates import asset, choose_language, environment
from isopolity.notify.application.letters import (
    ConfirmationRequest,
    Correspondence,
    DraftInvitation,
    EndNotice,
    InterestNotice,
    Letter,
    OfficeNotice,
    Reminder,
    Rendered,
    SignInRequest,
    Subject,
    ToMember,
)
from isopolity.notify.application.ports import AnswerLinks
from isopolity.notify.domain.errors import Refused
from isopolity.notify.domain.mail import Mail, Purpose

_WIDTH: Final = 76
_HANDOVER: Final = "handover"
"""Template of the confirmation that goes to the successor of a handover."""
_CONTACT: Final = "contact"
"""Template of the confirmation that goes to a new contact of a member."""
_NOWHERE: Final = "preview"
"""The id in the link of a preview; no proposal and no mail has it."""
_LIST_MARK: Final = re.compile(r"(-|\d+\.) ")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_INLINER: Final = CSSInliner(load_remote_stylesheets=False)


class JinjaLetterWriter:
    """Writes letters from `sender`; with `rehearsal` every letter goes to that address and names its real recipient.

    Links whose secrets come from registry start with `public_url`.
    """

    def __init__(self, links: AnswerLinks, sender: str, rehearsal: str | None = None, *, public_url: str = "") -> None:
        self._links = links
        self._confirm = f"{public_url.rstrip('/')}/notify/confirm/"
        self._follow = f"{public_url.rstrip('/')}/handover/"
        self._named = f"{public_url.rstrip('/')}/contact/"
        self._join = f"{public_url.rstrip('/')}/join/"
        self._commission = f"{public_url.rstrip('/')}/commission/"
        self._contact_change = f"{public_url.rstrip('/')}/contact-change/"
        self._enter = f"{public_url.rstrip('/')}/sign-in/"
        self._sender = parseaddr(sender)
        self._rehearsal = rehearsal

    def write(self, subject: Subject) -> Letter:
        try:
            if isinstance(subject, ConfirmationRequest):
                return self._confirmation(subject)
            if isinstance(subject, DraftInvitation):
                return self._invitation(subject)
            if isinstance(subject, SignInRequest):
                return self._sign_in(subject)
            if isinstance(subject, OfficeNotice):
                return self._office_notice(subject)
            return self._to_contact(subject, self._texts(subject))
        except (TemplateError, UnicodeError) as error:
            # a sentence that cannot be written fails its mail, not the process
            raise Refused("cannot-be-written") from error

    def preview(self, subject: ToMember) -> Rendered:
        if isinstance(subject, Correspondence):
            subject = replace(subject, mail=replace(subject.mail, mail_id=_NOWHERE, occasion_id=_NOWHERE))
        try:
            return self._texts(subject)
        except (TemplateError, UnicodeError) as error:
            raise Refused("cannot-be-written") from error

    def _texts(self, subject: ToMember) -> Rendered:
        if isinstance(subject, Correspondence):
            return self.render(subject)
        language = choose_language([subject.recipient.language])
        context: dict[str, Any] = {"language": language, "recipient": subject.recipient}
        if isinstance(subject, EndNotice):
            ended, side = subject.partnership, subject.mail.side
            context |= {"partnership": ended, "own": ended.side(side), "other": ended.other_side(side)}
        elif isinstance(subject, InterestNotice):
            context |= {"interest": subject.interest, "own": {"name": subject.interest.member_name}}
        else:
            context |= {"link": self._enter.removesuffix("/")}
        return _rendered(subject.mail.purpose, language, context)

    def _to_contact(self, subject: ToMember, rendered: Rendered) -> Letter:
        recipient, mail = subject.recipient, subject.mail
        role = CONTACT_ROLES.get(recipient.role, "contact")
        return self._letter(mail, rendered, recipient.name, recipient.email, f"{role} of {_member(subject)}")

    def _confirmation(self, request: ConfirmationRequest) -> Letter:
        applicant = request.applicant
        language = choose_language([applicant.language])
        start, letter, whom = self._confirm, str(request.mail.purpose), "applicant"
        if applicant.handed_over_by is not None:
            start, letter, whom = self._follow, _HANDOVER, "successor"
        elif applicant.contact_role is not None:
            start, letter, whom = self._named, _CONTACT, "contact"
        context = {"language": language, "applicant": applicant, "link": start + applicant.secret}
        rendered = _rendered(letter, language, context)
        whom = f"{whom} of {applicant.member_name}"
        return self._letter(request.mail, rendered, applicant.name, applicant.email, whom)

    def _invitation(self, invitation: DraftInvitation) -> Letter:
        draft = invitation.draft
        language = choose_language([draft.language])
        context = {"language": language, "draft": draft, "link": self._join + draft.secret}
        rendered = _rendered(invitation.mail.purpose, language, context)
        return self._letter(invitation.mail, rendered, "", draft.email, "holder of an address who wants to join")

    def _sign_in(self, request: SignInRequest) -> Letter:
        sign_in = request.sign_in
        language = choose_language([sign_in.language])
        context = {"language": language, "sign_in": sign_in, "link": self._enter + sign_in.secret}
        rendered = _rendered(request.mail.purpose, language, context)
        return self._letter(request.mail, rendered, sign_in.name, sign_in.email, "holder of an address who signs in")

    def _office_notice(self, notice: OfficeNotice) -> Letter:
        letter = notice.letter
        language = choose_language([letter.language])
        is_consultation = notice.mail.purpose is Purpose.CONSULTATION
        starts = {
            Purpose.CONSULTATION: self._commission,
            Purpose.WELCOME: self._enter,
            Purpose.CONTACT_CHANGE: self._contact_change,
        }
        start = starts.get(notice.mail.purpose, self._join)
        link = start + letter.secret if letter.secret else start.removesuffix("/")
        context = {"language": language, "letter": letter, "link": link}
        rendered = _rendered(notice.mail.purpose, language, context)
        is_contact = notice.mail.purpose is Purpose.CONTACT_CHANGE
        whom = "National Commission" if is_consultation else "contact" if is_contact else "applicant"
        return self._letter(notice.mail, rendered, letter.name, letter.email, f"{whom} of {letter.member_name}")

    def _letter(self, mail: Mail, rendered: Rendered, name: str, address: str, whom: str) -> Letter:
        recipient = _usable(self._rehearsal or address)
        message = Message(
            identifier=f"{mail.mail_id}@{self._sender[1].partition('@')[2]}",
            sender=self._sender,
            recipient=(name, recipient),
            subject=f"[Rehearsal, for the {whom}] {rendered.subject}" if self._rehearsal else rendered.subject,
            date=mail.updated_at,
            text=rendered.text,
            html=rendered.html,
        )
        return Letter(mail_id=mail.mail_id, sender=self._sender[1], recipient=recipient, content=to_bytes(message))

    def render(self, correspondence: Correspondence) -> Rendered:
        language = choose_language([correspondence.recipient.language])
        return _rendered(correspondence.mail.purpose, language, self._context(correspondence, language))

    def _context(self, correspondence: Correspondence, language: str) -> dict[str, Any]:
        proposal, side = correspondence.proposal, correspondence.mail.side
        link = self._links.issue(correspondence.mail, correspondence.recipient.email)
        addressed = self._rehearsed(correspondence) if self._rehearsal else correspondence
        return {
            "language": language,
            "proposal": proposal,
            "own": proposal.side(side),
            "other": proposal.other_side(side),
            "recipient": addressed.recipient,
            "counterpart": addressed.counterpart,
            "stands_in": correspondence.stands_in,
            "link": link,
        }

    def _rehearsed(self, correspondence: Correspondence) -> Correspondence:
        assert self._rehearsal is not None  # noqa: S101 - only called in a rehearsal
        counterpart = correspondence.counterpart
        return replace(
            correspondence,
            recipient=replace(correspondence.recipient, email=self._rehearsal),
            counterpart=replace(counterpart, email=self._rehearsal) if counterpart else None,
        )


def _member(subject: ToMember) -> str:
    """The member whose contact the letter goes to, as its subject names it."""
    if isinstance(subject, InterestNotice):
        return subject.interest.member_name
    if isinstance(subject, Reminder):
        return "a member"
    sides = subject.partnership if isinstance(subject, EndNotice) else subject.proposal
    return sides.side(subject.mail.side).name


def _rendered(purpose: str, language: str, context: dict[str, Any]) -> Rendered:
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
