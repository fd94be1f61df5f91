"""Finds what looks like a person's address in text that travels in events; such text is refused.

Events are kept for long and read by many, and erasing a person must not need them: contact data has its own place.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from isopolity.registry.domain.errors import FieldError

Path = tuple[str | int, ...]

_MAIL: Final = re.compile(r"[^\s@]@[^\s@]|\s@\s?[^\s@]+\.\w|mailto:|[\[({]\s*at\s*[\])}]", re.IGNORECASE)
_SIGNS: Final = frozenset("@:([{")
"""One of these is in every match of the pattern above."""
_DIGITS: Final = re.compile(r"\d(?:\D{0,5}\d){4}")
"""So many digits, so near to each other, are in every match of the patterns below."""
_DIGIT: Final = re.compile(r"\d")
_DATE: Final = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_INTERNATIONAL: Final = re.compile(r"(?<![\w+])(?:\+|00)\s?\(?[1-9](?:[\s().\-/]{0,3}\d){6,14}(?!\d)")
_NATIONAL: Final = re.compile(r"(?<!\w)\(?0\d{1,4}\)?[\s\-/.]{1,3}\d{2,}(?:[\s\-/.]?\d){3,}")
_AMERICAN: Final = re.compile(r"(?<![\w.,])\(?[2-9]\d{2}\)?[\s.\-]{1,2}\d{3}[\s.\-]\d{4}(?!\w)")
_LABELLED: Final = re.compile(
    r"(?:\b(?:tel|tél|phone|telephone|mobile|whatsapp|fax|call)\b|☎)[\s.:]*\(?[\d(](?:[\s().\-/]{0,3}\d){5,}",
    re.IGNORECASE,
)


def looks_like_address(text: str) -> bool:
    """Whether `text` holds something like an e-mail address."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return not _SIGNS.isdisjoint(plain) and _MAIL.search(plain) is not None


def looks_like_phone(text: str) -> bool:
    """Whether `text` holds something like a telephone number; years, dates and amounts are none."""
    if _DIGITS.search(text) is None:
        return False
    plain = _DATE.sub(" ", text if text.isascii() else unicodedata.normalize("NFKC", text))
    return any(pattern.search(plain) for pattern in (_INTERNATIONAL, _NATIONAL, _AMERICAN, _LABELLED))


def personal(path: Path, text: str | None) -> Iterable[FieldError]:
    """What is personal in a text that people read."""
    if not text:
        return
    if looks_like_address(text):
        yield FieldError(path, "Take the e-mail address out: the directory is public; give it as a contact instead.")
    if looks_like_phone(text):
        yield FieldError(path, "Take the phone number out: the directory is public; give people as contacts instead.")


def personal_link(path: Path, link: str | None) -> Iterable[FieldError]:
    """What is personal in the address of a web site, where long numbers are usual."""
    if link and (looks_like_address(link) or _INTERNATIONAL.search(link)):
        yield FieldError(path, "Give the address of a web page, without an e-mail address or phone number in it.")
