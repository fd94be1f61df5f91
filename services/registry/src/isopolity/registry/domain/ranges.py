"""Checks that the ends of ranges are in order."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from isopolity.registry.domain.errors import FieldError

Bound = TypeVar("Bound", int, date)


def ordered(low: Bound | None, last: str, high: Bound | None) -> Iterable[FieldError]:
    """An error of the field `last` if its value `high` is less than `low`."""
    if low is not None and high is not None and high < low:
        least = f"{low.isoformat()} or a later day" if isinstance(low, date) else f"{low:,} or more"
        yield FieldError((last,), f"Give {least}: that is where it begins.")
