"""What narrows the cities that a programme reaches, as an address holds it and as matching takes it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, TypedDict

Text = Literal["region", "country", "subject", "payee"]
Number = Literal["size_min", "size_max", "asked_min", "asked_max", "benefits_min"]
Tick = Literal["requests_only", "first_tie_only", "with_blocked"]
_NUMBERS: Final[Sequence[Number]] = ("size_min", "size_max", "asked_min", "asked_max", "benefits_min")
NUMBERS: Final[Sequence[str]] = _NUMBERS
AMOUNTS: Final = ("asked_min", "asked_max")
_TEXTS: Final[Sequence[Text]] = ("region", "country", "subject", "payee")
_TICKS: Final[Sequence[Tick]] = ("requests_only", "first_tie_only", "with_blocked")
NAMES: Final = ("region", "country", "subject", "runs_on", "payee", *NUMBERS, *_TICKS)
"""All that may be chosen."""


class Choices(TypedDict, total=False):
    """By the names of matching's parameters."""

    region: str
    country: str
    subject: str
    payee: str
    runs_on: date
    size_min: int
    size_max: int
    asked_min: int
    asked_max: int
    benefits_min: int
    requests_only: bool
    first_tie_only: bool
    with_blocked: bool


def choices_in(chosen: Mapping[str, str]) -> Choices:
    """What is chosen; its numbers are whole and its day is a day."""
    found = Choices()
    for text in _TEXTS:
        if text in chosen:
            found[text] = chosen[text]
    for name in _NUMBERS:
        if name in chosen:
            found[name] = int(chosen[name])
    for tick in _TICKS:
        if tick in chosen:
            found[tick] = True
    if "runs_on" in chosen:
        found["runs_on"] = date.fromisoformat(chosen["runs_on"])
    return found
