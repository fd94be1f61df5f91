"""How names are compared, without case, accents and doubled spaces, so that "sao paulo" finds "São Paulo"; and sorted.

Invariant: `fold(fold(text)) == fold(text)`.
"""

import re
import unicodedata
from typing import Final

_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_PLAIN: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
        "\u2019": "'",
        "\u02bb": "'",
    }
)
"""Letters that Unicode does not decompose though people type them without the stroke."""

_NO_KEY: Final = bytes(code for code in range(128) if not chr(code).isalnum())
_UNSORTED: Final = re.compile(r"^(?:[\W_]*?(?:'[st][\W_]+|the )[\W_]*|[\W_]+)")
"""Ignored at the beginning of a folded name: punctuation, the Dutch 's and 't, the English The."""
_SORTED_BY: Final = 100
"""Characters of a name by which it is sorted; names with equal beginnings are sorted by id."""


def fold(text: str) -> str:
    """`text` for comparison; marks of scripts that need them (Thai, Devanagari) stay."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed).translate(_PLAIN))
    return " ".join(text.lower().split())


def sort_key(text: str) -> str:
    """The key by which lists sort `text`: folded, from its first letter or digit on, without 's, 't and The; 100
    characters.

    Articles of other languages are part of a name: La Paz is under L, 's-Hertogenbosch under H.
    """
    folded = fold(text)
    return (_UNSORTED.sub("", folded) or folded)[:_SORTED_BY]


def name_key(text: str) -> str:
    """The key for looking up a name: folded, letters, marks and digits only, so that “St. Pölten” is “st polten”."""
    text = text.replace("&", " and ")
    folded = text.lower() if text.isascii() else fold(text)
    if folded.isascii():  # most names are ASCII, and thousands are compared at once
        return folded.encode().translate(None, _NO_KEY).decode() or fold(text)
    return "".join(each for each in folded if each.isalnum() or unicodedata.category(each).startswith("M")) or folded
