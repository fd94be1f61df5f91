"""Finds personal addresses and telephone numbers in texts that are published in events; such texts are refused.

Events are kept for long and read by many, and erasing a person must not involve them. Disguised data is found too,
unless ordinary text looks the same; texts without their disguises are for checks only and are never stored.
"""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape
from typing import Final
from urllib.parse import unquote

from isopolity.registry.domain.errors import FieldError

Path = tuple[str | int, ...]

_ENDING: Final = r"(?:[a-z]{2}|com|org|net|edu|gov|int|info|biz|example|city|email|mail)(?![a-z])"
_AT: Final = r"(?:at|ät|arroba|chez)"
_DOT: Final = r"(?:dot|punkt|punto|ponto|point)"
_LINK: Final = r"[\s_*·-]{1,5}"
"""Characters between spelled-out parts."""
_MAIL: Final = re.compile(
    r"[^\s@]@[^\s@]"  # ana@city
    r"|@\s{0,3}[^\W\d][\w-]*\s?\.\s?[^\W\d]"  # ana @ city . example
    r"|mailto:"
    rf"|[\[({{<]\s*{_AT}\s*[\])}}>]"  # ana (at) city
    rf"|\(\s*a\s*\)\s*[\w-]+\.{_ENDING}"  # ana (a) city.example
    # ana at city dot example; ana_at_city_dot_example; bounded, so that long texts cost no more than they are long
    rf"|[^\W_]{_LINK}{_AT}{_LINK}(?!the\b|a\b|an\b)(?:[^\W_]{{1,40}}{_LINK}{_DOT}{_LINK}){{1,4}}{_ENDING}",
    re.IGNORECASE,
)
_SHOUTED: Final = re.compile(rf"\w\s+AT\s+[\w.-]{{1,60}}\.(?i:{_ENDING})")
"""ana AT city.example; with a lower-case “at” it is ordinary text about a web page."""
_HINTS: Final = re.compile(rf"[@(\[{{<]|mailto:|[\W_]{_AT}[\W_]", re.IGNORECASE)
"""A cheap pre-check: every match of the patterns above contains one of these."""
_DIGITS: Final = re.compile(r"\d(?:\D{0,5}\d){4}")
"""A cheap pre-check: every match of the patterns below contains five digits this close to each other."""
_DATE: Final = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_BOOK: Final = re.compile(r"\bIS[BS]N(?:-1[03])?:?\s*[\dXx][\dXx\s-]{7,16}", re.IGNORECASE)
_YEARS: Final = re.compile(r"\b(?:19|20)\d{2}\s?[-/]\s?(?:19|20)?\d{2}\b")
_PLACE: Final = re.compile(r"[+-]?\d{1,3}\.\d{3,10}°?\s?[NS]?[,;/\s]\s?[+-]?\d{1,3}\.\d{3,10}°?\s?[EW]?")
"""Latitude and longitude."""
_GAP: Final = r"[\s().\-/*_·]{0,3}"
_INTERNATIONAL: Final = re.compile(rf"(?<![\w+])(?:\+|00)\s?\(?[1-9](?:{_GAP}\d){{6,14}}(?!\d)")
_NATIONAL: Final = re.compile(r"(?<!\w)\(?0\d{1,4}\)?[\s\-/.]{1,3}\d{2,}(?:[\s\-/.]?\d){3,}")
_AMERICAN: Final = re.compile(r"(?<![\w.,])\(?[2-9]\d{2}\)?[\s.\-]{1,2}\d{3}[\s.\-]\d{4}(?!\w)")
_LABELLED: Final = re.compile(
    rf"(?:\b(?:tel|tél|phone|telephone|mobile|whatsapp|signal|sms|fax|call|callto|skype|viber)\b|☎)[\s.:/]*[+(]*\d"
    rf"(?:{_GAP}\d){{5,}}",
    re.IGNORECASE,
)
_MESSENGER: Final = re.compile(
    r"(?:\bwa\.me|\bwhatsapp\.com|\bsignal\.me|\bt\.me|\bviber\.(?:me|click))/[^\s\d]{0,30}\+?\d{6,}", re.IGNORECASE
)
_PHONES: Final = (_INTERNATIONAL, _NATIONAL, _AMERICAN, _LABELLED, _MESSENGER)


def looks_like_address(text: str) -> bool:
    """Whether `text` contains something like an e-mail address."""
    return _is_address(plain(text))


def looks_like_phone(text: str) -> bool:
    """Whether `text` contains something like a telephone number; dates, amounts, coordinates and ISBNs do not count."""
    return _is_phone(plain(text))


def personal(path: Path, text: str | None) -> Iterable[FieldError]:
    """Errors for personal data in a text that people read."""
    if not text:
        return
    bare = plain(text)
    if _is_address(bare):
        yield FieldError(path, "Take the e-mail address out: the directory is public; give it as a contact instead.")
    if _is_phone(bare):
        yield FieldError(path, "Take the phone number out: the directory is public; give people as contacts instead.")


def personal_link(path: Path, link: str | None) -> Iterable[FieldError]:
    """Errors for personal data in the address of a web site, in which long numbers are common."""
    if not link:
        return
    bare = plain(link)
    if _is_address(bare) or _INTERNATIONAL.search(bare) or _MESSENGER.search(bare):
        yield FieldError(path, "Give the address of a web page, without an e-mail address or phone number in it.")


def _is_address(bare: str) -> bool:
    return _HINTS.search(bare) is not None and (_MAIL.search(bare) or _SHOUTED.search(bare)) is not None


def _is_phone(bare: str) -> bool:
    if spells_number(bare):
        return True
    bare = digits_for_words(bare)
    if _DIGITS.search(bare) is None:
        return False
    for other in (_DATE, _YEARS, _BOOK, _PLACE):
        bare = other.sub(" ", bare)
    return any(pattern.search(bare) for pattern in _PHONES)


_ROUNDS: Final = 3
"""The largest depth of nested encodings that is removed."""
_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]{2}|&#?\w{1,10};")
_FOREIGN_DIGIT: Final = re.compile(r"(?![0-9])\d")
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")  # noqa: RUF001 - dashes that look alike
_STOPS: Final = dict.fromkeys(map(ord, "。｡․"), ".")  # noqa: RUF001 - stops that look alike
_SPELLED: Final = """
    zero one two three four five six seven eight nine
    null eins zwei drei vier fünf sechs sieben acht neun
    zéro un deux trois quatre cinq six sept huit neuf
    cero uno dos tres cuatro cinco seis siete ocho nueve
    zero um dois três quatro cinco seis sete oito nove
"""
_WORDS: Final = {word: str(position % 10) for position, word in enumerate(_SPELLED.split())} | {"oh": "0", "plus": "+"}
_WORD: Final = "|".join(sorted(_WORDS, key=len, reverse=True))
_RUN: Final = re.compile(rf"\b(?:{_WORD})(?:[ ,.\-\n]{{1,3}}(?:{_WORD})){{2,}}\b", re.IGNORECASE)
"""A run of at least three such words; two are ordinary text."""
_LONG_RUN: Final = re.compile(rf"\b(?:{_WORD})(?:[ ,.\-\n]{{1,3}}(?:{_WORD})){{6,}}\b", re.IGNORECASE)
_GAPS_OF_RUN: Final = 2
_GAPS_OF_LONG_RUN: Final = 6
_ONE: Final = re.compile(rf"\b(?:{_WORD})\b", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` without encodings (`%40`, `&#64;`) and invisible characters, and with ordinary letters and digits."""
    for _ in range(_ROUNDS):
        if _ENCODED.search(text) is None:
            break
        text = unescape(unquote(text))
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).translate(_STOPS)
    if not text.isprintable():
        text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def digits_for_words(text: str) -> str:
    """`text` in which three or more successive spelled-out digits, in five languages, are written as digits."""
    if _gaps(text) < _GAPS_OF_RUN:
        return text
    return _RUN.sub(lambda run: _ONE.sub(lambda word: _WORDS[word[0].lower()], run[0]), text)


def spells_number(text: str) -> bool:
    """Whether `text` spells out seven or more digits in a row."""
    return _gaps(text) >= _GAPS_OF_LONG_RUN and _LONG_RUN.search(text) is not None


def _gaps(text: str) -> int:
    """The number of characters that can separate words: a cheap count that is small in names."""
    return text.count(" ") + text.count(",") + text.count(".") + text.count("-") + text.count("\n")
