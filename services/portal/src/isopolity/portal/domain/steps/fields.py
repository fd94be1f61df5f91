"""Fields of a form, each for one part of a profile.

Invariant: what a field shows of a profile, it reads again as that part. A field that is empty reads as None, which
takes the part away.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from types import MappingProxyType
from typing import Final, Protocol

from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.json_values import texts_in

Form = Mapping[str, str]
"""What a form holds, by the names of its fields."""
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,'\u2019]\d{3})+", re.ASCII)
"""Digits in threes, as 1,250,000 or 1.250.000."""
_NEGATIVE: Final[Mapping[str, object]] = MappingProxyType({"code": "greater-than-equal", "parameters": {"ge": 0}})
_CODE: Final = 3
"""Letters of the code of a currency."""
_DIGITS: Final = 9
_DIGITS_OF_AMOUNTS: Final = 12
_FEWEST_CHOICES: Final = 3
_MOST_CHOICES: Final = 20
"""Languages that registry takes."""


class Field(Protocol):
    """One or more fields of a form for the part of a profile that it names."""

    @property
    def part(self) -> str:
        """The name of the part."""

    def filled(self, value: object) -> Form:
        """The form's fields, filled in with this value of the part; None where the profile has none."""

    def read(self, form: Form) -> object:
        """The value of the part that the form holds; what is no such value stays a text, which registry refuses."""

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        """The form's field that the rest of a JSON pointer means, after the part's name."""


def paragraph_in(text: str) -> str:
    """The text as one paragraph, however many lines it was typed on."""
    return " ".join(text.split())


def count_in(text: str) -> int | str:
    """The whole number that the text is, its thousands set apart or not, as in 320 000 or 320,000; else the text."""
    return number_in(_ungrouped(text), _DIGITS)


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


def is_day(text: str) -> bool:
    """Whether the text is a day, as in 2027-02-01."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


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


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one line or one paragraph, or a choice."""

    part: str
    reading: Callable[[str], object] = str

    def filled(self, value: object) -> Form:
        return {self.part: "" if value is None else str(value)}

    def read(self, form: Form) -> object:
        text = form.get(self.part, "").strip()
        return self.reading(text) if text else None

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        return self.part


@dataclass(frozen=True, slots=True)
class Lines:
    """One field of several lines, an entry of a list each."""

    part: str

    def filled(self, value: object) -> Form:
        return {self.part: "\n".join(texts_in(value))}

    def read(self, form: Form) -> list[str]:
        return [line.strip() for line in form.get(self.part, "").splitlines() if line.strip()]

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        return self.part


@dataclass(frozen=True, slots=True)
class Tick:
    """A box that is ticked or not."""

    part: str
    otherwise: bool
    """Whether it is ticked where the profile says nothing."""

    def filled(self, value: object) -> Form:
        return {self.part: "1"} if (self.otherwise if value is None else value) else {}

    def read(self, form: Form) -> bool:
        return self.part in form

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        return self.part


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of which each entry is chosen in a field of its own: `language-0`, `language-1`, and so on."""

    part: str
    name: str

    def filled(self, value: object) -> Form:
        entries = [*texts_in(value), ""]
        entries += [""] * (_FEWEST_CHOICES - len(entries))
        return {f"{self.name}-{place}": entry for place, entry in enumerate(entries[:_MOST_CHOICES])}

    def read(self, form: Form) -> list[str]:
        return [form[name].strip() for name in self.names(form) if form[name].strip()]

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        filled = [name for name in self.names(form) if form[name].strip()]
        place = int(inner[0]) if inner and inner[0].isdigit() else 0
        return filled[place] if place < len(filled) else f"{self.name}-0"

    def names(self, form: Form) -> list[str]:
        """The names of its fields in this form."""
        candidates = (f"{self.name}-{place}" for place in range(_MOST_CHOICES))
        return [name for name in candidates if name in form]
