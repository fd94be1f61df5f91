"""The mail box on disk (a Maildir), read: what went out, newest first.

A mail in a Maildir never changes, so that each file is read once. Files that are no mails are left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32, default
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Final

_HEADERS: Final = BytesHeaderParser(policy=compat32)  # the modern policy takes ten times as long
_WHOLE: Final = BytesParser(policy=default)
_HEAD: Final = 8192
"""Bytes in which all headers of a mail lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSummary:
    """What the list of mails shows; `mail_id` is the local part of its Message-ID."""

    mail_id: str
    path: Path
    subject: str
    sender: str
    recipient: str
    address: str
    sent_at: datetime


class MailBox:
    """The mails in one Maildir."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, MailSummary | None] = {}

    def count(self) -> int:
        """How many files it holds."""
        return len(self._files())

    def mails(self) -> list[MailSummary]:
        """All mails, the newest first."""
        files = self._files()
        for name in files.keys() - self._known.keys():
            self._known[name] = _summary(files[name])
        found = [mail for name, mail in self._known.items() if mail is not None and name in files]
        return sorted(found, key=lambda mail: (mail.sent_at, mail.mail_id), reverse=True)

    def find(self, mail_id: str) -> MailSummary | None:
        """One mail."""
        return next((mail for mail in self.mails() if mail.mail_id == mail_id), None)

    def _files(self) -> dict[str, Path]:
        return {path.name: path for box in ("new", "cur") for path in self._folder.glob(f"{box}/*")}


def content(mail: MailSummary, kind: str) -> str:
    """The body of `mail` as `html` or `plain`; empty if it has none of that kind."""
    with mail.path.open("rb") as file:
        message = _WHOLE.parse(file)
    part = message.get_body((kind,)) if isinstance(message, EmailMessage) else None
    return str(part.get_content()) if part is not None else ""


def _summary(path: Path) -> MailSummary | None:
    with path.open("rb") as file:
        headers = _HEADERS.parsebytes(file.read(_HEAD))
    name, address = parseaddr(str(headers.get("To", "")))
    mail_id = _text(headers, "Message-ID").strip("<> ").partition("@")[0]
    if not (mail_id and address):
        return None
    return MailSummary(
        mail_id=mail_id,
        path=path,
        subject=_text(headers, "Subject"),
        sender=_text(headers, "From"),
        recipient=_decoded(name) or address,
        address=address,
        sent_at=_date(headers),
    )


def _text(headers: Message, name: str) -> str:
    return _decoded(str(headers.get(name, "")))


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value))) if "=?" in value else " ".join(value.split())


def _date(headers: Message) -> datetime:
    try:
        return parsedate_to_datetime(str(headers.get("Date"))).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
