"""The mail box on disk (a Maildir), read: what went out, newest first.

A mail in a Maildir never changes, so that each file is parsed once. Files that are no mails are left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

_HEADERS = BytesHeaderParser(policy=policy.default)
_WHOLE = BytesParser(policy=policy.default)


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

    def mails(self) -> list[MailSummary]:
        """All mails, the newest first."""
        files = {path.name: path for box in ("new", "cur") for path in self._folder.glob(f"{box}/*")}
        for name in files.keys() - self._known.keys():
            self._known[name] = _summary(files[name])
        found = [mail for name, mail in self._known.items() if mail is not None and name in files]
        return sorted(found, key=lambda mail: (mail.sent_at, mail.mail_id), reverse=True)

    def find(self, mail_id: str) -> MailSummary | None:
        """One mail."""
        return next((mail for mail in self.mails() if mail.mail_id == mail_id), None)


def content(mail: MailSummary, kind: str) -> str:
    """The body of `mail` as `html` or `plain`; empty if it has none of that kind."""
    with mail.path.open("rb") as file:
        message = _WHOLE.parse(file)
    part = message.get_body((kind,)) if isinstance(message, EmailMessage) else None
    return str(part.get_content()) if part is not None else ""


def _summary(path: Path) -> MailSummary | None:
    with path.open("rb") as file:
        headers = _HEADERS.parse(file)
    recipient, address = _addressee(headers.get("To"))
    sender = str(headers.get("From", ""))
    mail_id = str(headers.get("Message-ID", "")).strip("<> ").partition("@")[0]
    if not (mail_id and address):
        return None
    return MailSummary(
        mail_id=mail_id,
        path=path,
        subject=str(headers.get("Subject", "")),
        sender=sender,
        recipient=recipient or address,
        address=address,
        sent_at=_date(headers.get("Date")),
    )


def _date(header: object) -> datetime:
    moment = getattr(header, "datetime", None)
    return moment.astimezone(UTC) if isinstance(moment, datetime) else datetime.fromtimestamp(0, UTC)


def _addressee(header: object) -> tuple[str, str]:
    addresses = header.addresses if isinstance(header, AddressHeader) else ()
    return (addresses[0].display_name, addresses[0].addr_spec) if addresses else ("", "")
