"""Addresses of web pages as people write them, such as without a scheme.

Invariant: a text that is no such address comes back without the spaces around it, and its model refuses it.
"""

import re
from typing import Final

_NO_SCHEME: Final = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::[0-9]+)?(?:[/?#]\S*)?")
_SCHEME: Final = re.compile(r"(https?)(?:://|//|:/|:)(?=[^/\s])", re.IGNORECASE)
_LONGEST: Final = 1_000
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"))


def web_address(text: str) -> str:
    """`www.bonn.de` as `https://www.bonn.de`."""
    text = text.translate(_INVISIBLE).strip().removeprefix("<").removesuffix(">").strip()
    if len(text) > _LONGEST:
        return text
    if _SCHEME.match(text):
        return _SCHEME.sub(lambda match: f"{match[1].lower()}://", text, count=1)
    return f"https://{text}" if _NO_SCHEME.fullmatch(text) else text
