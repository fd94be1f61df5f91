"""Values that somebody typed, or that JSON of no fixed form holds: numbers, days, currencies, lists, objects.

Invariant: a text that is no such value stays a text, for the service to refuse.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from types import MappingProxyType
from typing import Final


def texts_in(value: object) -> list[str]:
    """The entries of a list; none of what is no list."""
    return [str(each) for each in _entries(value)]


def objects_in(value: object) -> list[Mapping[str, object]]:
    """The JSON objects of a list; none of what is no list."""
    return [object_in(each) for each in _entries(value)]


def object_in(value: object) -> Mapping[str, object]:
    """The JSON object; an empty one in place of what is none."""
    return {str(name): each for name, each in value.items()} if isinstance(value, Mapping) else {}


def _entries(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


_DIGITS: Final = 9


def whole_number(text: str) -> int | None:
    """The number that a text states in at most nine digits; None where it states none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def number_in(text: str, digits: int = 9) -> int | str:
    """The text as a number, if it is one of at most `digits` digits; else the text as it is, which registry refuses."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else text


def version_in(text: str) -> int:
    """The version that a form names; 0, which nothing has, where it names none."""
    number = number_in(text)
    return number if isinstance(number, int) else 0


_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,'\u2019]\d{3})+", re.ASCII)
"""Digits in threes, as 1,250,000 or 1.250.000."""
_NEGATIVE: Final[Mapping[str, object]] = MappingProxyType({"code": "greater-than-equal", "parameters": {"ge": 0}})
_CODE: Final = 3
"""Letters of the code of a currency."""
_DIGITS_OF_AMOUNTS: Final = 12


def paragraph_in(text: str) -> str:
    """The text as one paragraph, however many lines it was typed on."""
    return " ".join(text.split())


def count_in(text: str) -> int | str:
    """The whole number that the text is, its thousands set apart or not, as in 320 000 or 320,000; else the text."""
    return number_in(_ungrouped(text))


def amount_in(text: str) -> int | str:
    """The amount of money that the text is, as `count_in` reads it, but of more digits; else the text."""
    return number_in(_ungrouped(text), _DIGITS_OF_AMOUNTS)


def count_fault(text: str) -> Mapping[str, object]:
    """Why a text is no count and no amount: a code, and its parameters, as services tell the faults of fields."""
    digits = _ungrouped(text.strip().removeprefix("-").removeprefix("\N{MINUS SIGN}"))
    if not (digits.isascii() and digits.isdigit()):
        return {"code": "int-parsing"}
    return {"code": "int-parsing-size"} if digits == _ungrouped(text) else _NEGATIVE


def _ungrouped(text: str) -> str:
    digits = "".join(text.split())
    return re.sub(r"[.,'\u2019]", "", digits) if _GROUPED.fullmatch(digits) else digits


def day_in(text: str) -> date | None:
    """The day that the text is, as in 2027-02-01; None for another text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def is_day(text: str) -> bool:
    """Whether the text is a day, as in 2027-02-01."""
    return day_in(text) is not None


def is_currency(text: str) -> bool:
    """Whether the text may be the code of a currency, such as EUR."""
    return len(text) == _CODE and text.isascii() and text.isalpha()


def degrees_in(text: str) -> float | str:
    """The finite number that the text is, with a decimal point or comma; else the text."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return number if isfinite(number) else text
