"""Ranges whose ends must be in order."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from isopolity.registry.domain.errors import FieldError

Bound = TypeVar("Bound", int, date)


def ordered(first: str, low: Bound | None, last: str, high: Bound | None) -> Iterable[FieldError]:
    """An error if the field `last` lies before the field `first`."""
    if low is not None and high is not None and high < low:
        yield FieldError((last,), f"Give a {last} that is not below {first} ({low}).")
