"""Serialises a mail: RFC 5322 headers and multipart/alternative, plain text first, then HTML.

Written by hand because the standard library's generator takes ten times as long as all other work on a mail.
Invariant: no value can break out of its header or be read as more than its own text, and equal input gives equal bytes.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from typing import Final

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
