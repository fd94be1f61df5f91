"""A whole number that somebody typed, or that stands in an address."""

from typing import Final

_DIGITS: Final = 9


def whole_number(text: str) -> int | None:
    """The number that a text states in at most nine digits; None where it states none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
