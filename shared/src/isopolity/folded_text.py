"""How names are compared: without case, accents and doubled spaces, so that "sao paulo" finds "São Paulo".

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


def fold(text: str) -> str:
    """`text` as it is compared; marks of scripts that need them (Thai, Devanagari) stay."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed).translate(_PLAIN))
    return " ".join(text.lower().split())


def name_key(text: str) -> str:
    """`text` as names are looked up by: folded, letters, marks and digits only, so that “St. Pölten” is “st polten”."""
    folded = fold(text.replace("&", " and "))
    return "".join(each for each in folded if each.isalnum() or unicodedata.category(each).startswith("M")) or folded
