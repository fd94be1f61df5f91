"""The languages that are offered, and the one that a reader wants.

Invariant: English is always offered. Another language stands here only if its catalogue has all sentences in it,
which `make lint` checks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

ENGLISH: Final = "en"
"""The language of the sources."""
_LONGEST: Final = 1_000
"""Characters of an Accept-Language header that are read; browsers send some 50."""
_WANTED: Final = re.compile(
    r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8}){0,4}\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language of the pages."""

    name: str
    """Its own name, as those write it who read it."""
    is_provisional: bool = False
    """Whether no native speaker has checked the translation."""


OFFERED: Final[Mapping[str, Language]] = MappingProxyType(
    {
        ENGLISH: Language(name="English"),
        "fr": Language(name="Français", is_provisional=True),
        "es": Language(name="Español", is_provisional=True),
        "ar": Language(name="العربية", is_provisional=True),
        "ru": Language(name="Русский", is_provisional=True),
        "pt": Language(name="Português", is_provisional=True),
        "zh": Language(name="简体中文", is_provisional=True),
    }
)
"""By code, which also stands in addresses, in the order in which pages list them."""


def offered(tag: str) -> str:
    """The offered language of a tag such as `fr` or `fr-CA`; English where that language is not offered."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return code if code in OFFERED else ENGLISH


def preferred(accept_language: str) -> str:
    """The offered language that an `Accept-Language` header (RFC 9110) ranks first; English where it names none."""
    ranked = []
    for part in accept_language[:_LONGEST].split(","):
        wanted = _WANTED.fullmatch(part)
        if wanted is not None and wanted[1].lower() in OFFERED:
            ranked.append((float(wanted[2] or 1), wanted[1].lower()))
    weight, code = max(ranked, key=lambda each: each[0], default=(0.0, ENGLISH))
    return code if weight > 0 else ENGLISH
