"""The mail box on disk, a Maildir: the mails that went out, the latest first.

The names of the files are its index, since they hold time and id: notify writes them, `isopolity up` shows them.
Invariant: no file keeps the others from being read: text that cannot be decoded stays as it is, and a file that is not
a mail is left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32, default
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Final

_HEADERS: Final = BytesHeaderParser(policy=compat32)  # the modern policy takes ten times as long
_WHOLE: Final = BytesParser(policy=default)
_BOXES: Final = ("new", "cur")
_HEAD: Final = 8192
"""The number of bytes at the start of a file that hold all headers."""
_FAULTS: Final = (
    OSError,
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""Errors that the standard library's parsers raise for broken mails, documented or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSummary:
    """The headers that the list of mails shows; `mail_id` is the local part of the Message-ID."""

    name: str
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

    def count(self) -> int:
        """How many files the mail box holds."""
        return len(self.names())

    def names(self) -> list[str]:
        """The names of all files, the latest mail first: ours begin with the time."""
        return sorted({path.name for box in _BOXES for path in self._folder.glob(f"{box}/*")}, reverse=True)

    def read(self, name: str) -> MailSummary | None:
        """The mail in the file of this name; None if there is none, or none that can be read."""
        if Path(name).name != name:  # it would lead out of the folder
            return None
        return next((mail for box in _BOXES if (mail := _summary(self._folder / box / name)) is not None), None)


def file_name(mail_id: str, nanoseconds: int) -> str:
    """The name of a new file in the mail box; files are in the order of time by their names."""
    return f"{nanoseconds}.{mail_id}.isopolity"


def mail_id_in(name: str) -> str:
    """The id of the mail in a file with such a name; for another file, a text that is no id."""
    return name.split(".")[1] if name.count(".") > 1 else name


def content(mail: MailSummary, kind: str) -> str:
    """The body of `mail` as `html` or `plain`; empty if it has none of that kind, or none that can be read."""
    try:
        with mail.path.open("rb") as file:
            message = _WHOLE.parse(file)
        part = message.get_body((kind,)) if isinstance(message, EmailMessage) else None
        return _body(part) if part is not None else ""
    except _FAULTS:
        return ""


def _body(part: Message) -> str:
    encoded = part.get_payload(decode=True)
    if not isinstance(encoded, bytes):
        return ""
    return _characters(encoded, str(part.get_content_charset("utf-8"))).replace("\r\n", "\n")


def _summary(path: Path) -> MailSummary | None:
    try:
        if not path.is_file():  # a pipe would never end
            return None
        with path.open("rb") as file:
            headers = _HEADERS.parsebytes(file.read(_HEAD))
        name, address = parseaddr(str(headers.get("To", "")))
        mail_id = _text(headers, "Message-ID").strip("<> ").partition("@")[0]
        sender, subject, recipient = _text(headers, "From"), _text(headers, "Subject"), _decoded(name)
    except _FAULTS:
        return None
    if not (mail_id and address):
        return None
    return MailSummary(
        name=path.name,
        mail_id=mail_id,
        path=path,
        subject=subject,
        sender=sender,
        recipient=recipient or _decoded(address),
        address=_decoded(address),
        sent_at=_date(headers),
    )


def _text(headers: Message, name: str) -> str:
    return _decoded(str(headers.get(name, "")))


def _decoded(value: str) -> str:
    """The text of a header on one line, with its encoded words decoded if possible."""
    try:
        parts = decode_header(value) if "=?" in value else [(value, None)]
    except _FAULTS:
        parts = [(value, None)]
    text = "".join(part if isinstance(part, str) else _characters(part, charset or "ascii") for part, charset in parts)
    return " ".join(_characters(text.encode("utf-8", "replace"), "utf-8").split())


def _characters(encoded: bytes, charset: str) -> str:
    try:
        text = encoded.decode(charset, "replace")
    except (LookupError, ValueError):  # a charset that does not exist, or is none for text
        text = encoded.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()


def _date(headers: Message) -> datetime:
    try:
        return parsedate_to_datetime(str(headers.get("Date"))).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
