"""Possible meanings of a text as a date: with the day or the month first; with the year first there is one meaning."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

DAY_FIRST: Final = "day-first"
MONTH_FIRST: Final = "month-first"
_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})(?P<mark>[-./]) ?([0-9]{1,2})(?P=mark) ?([0-9]{1,2})\.?(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?"
)
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})(?P<mark>[-./]) ?([0-9]{1,2})(?P=mark) ?([0-9]{4})")


def readings(text: str) -> Mapping[str, date]:
    """Possible dates in `text`, by the part that comes first; impossible dates are left out."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(match[group]) for group in (1, 3, 4))
        found = {DAY_FIRST: _date(year, month, day), MONTH_FIRST: _date(year, month, day)}
    elif match := _YEAR_LAST.fullmatch(text):
        one, other, year = (int(match[group]) for group in (1, 3, 4))
        found = {DAY_FIRST: _date(year, other, one), MONTH_FIRST: _date(year, one, other)}
    else:
        return {}
    return {first: value for first, value in found.items() if value is not None}


def rendered(value: date) -> str:
    """The date as text for sentences: “6 May 2027”."""
    return f"{value.day} {value:%B %Y}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
