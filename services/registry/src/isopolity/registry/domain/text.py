"""How names are compared: without case, accents and doubled spaces, so that "sao paulo" finds "São Paulo".

Invariant: `fold(fold(text)) == fold(text)`.
"""

import unicodedata
from typing import Final

_FIRST_ACCENT: Final = "\u0300"
_LAST_ACCENT: Final = "\u036f"
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
        kept = "".join(letter for letter in decomposed if not _FIRST_ACCENT <= letter <= _LAST_ACCENT)
        text = unicodedata.normalize("NFC", kept.translate(_PLAIN))
    return " ".join(text.lower().split())
