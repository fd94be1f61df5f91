"""Removes disguises from e-mail addresses and telephone numbers, so that `privacy` can recognise them.

The results are for checks only and are never stored.
"""

import re
import unicodedata
from html import unescape
from typing import Final
from urllib.parse import unquote

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
