"""Possible meanings of a text as a number, with decimal point or comma, with or without thousands separators; as a
date, with the day or the month first; or as yes and no.

Invariant: a number has a reading with the point, the comma, both or neither, and none of them is preferred. A date
with the year first has one meaning.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from isopolity.registry.entrypoints.imports.cells.columns import Column, Form

POINT: Final = "point"
COMMA: Final = "comma"
LONGEST: Final = 40
"""The most characters of a number."""
_OTHER_SPACES: Final = re.compile("[\u00a0\u2007-\u200a\u202f]")
_SPACES: Final = " '\u2019"
"""Thousands separators in both conventions: spaces (others are read as such) and apostrophes."""


def _pattern(decimal: str, grouped: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<sign>[-+\u2212]?)(?P<whole>{grouped}|[0-9]+)(?:{decimal}(?P<part>[0-9]+))?(?P<power>[eE][-+]?[0-9]{{1,2}})?"
    )


_BY_THREE: Final = rf"[1-9][0-9]{{0,2}}(?P<mark>[%s{_SPACES}])(?:[0-9]{{3}}(?P=mark))*[0-9]{{3}}"
_INDIAN: Final = "[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
_PATTERNS: Final = {POINT: _pattern(r"\.", f"{_BY_THREE % ','}|{_INDIAN}"), COMMA: _pattern(",", _BY_THREE % r"\.")}
_PLAIN: Final = re.compile(r"-?[0-9]+\.[0-9]*[1-9]")
"""A fraction as programs write it, with a decimal point."""
_MARKS: Final = re.compile(f"[,.{_SPACES}]")


def number_readings(text: str, column: Column) -> Mapping[str, float]:
    """Possible values of `text` in `column`, by decimal mark; values that are not valid there are left out."""
    found = ((mark, number_in(text, mark, column.form)) for mark in _PATTERNS)
    return {mark: value for mark, value in found if value is not None and column.admits(value)}


def number_in(text: str, mark: str, form: Form) -> float | None:
    """The number in `text` with this decimal mark, an int if it has no fraction; None if it is not a number.

    A number with a power of ten has been rounded, so it does not count as a whole number.
    """
    text = _OTHER_SPACES.sub(" ", text)
    if mark == POINT and len(text) <= LONGEST and _PLAIN.fullmatch(text):
        return float(text)
    if len(text) > LONGEST or (match := _PATTERNS[mark].fullmatch(text)) is None:
        return None
    sign = "-" if match["sign"] in ("-", "\u2212") else ""
    digits = sign + _MARKS.sub("", match["whole"])
    if match["power"] is None and not (match["part"] or "").strip("0"):
        return int(digits)
    if match["power"] is not None and form is Form.WHOLE:
        return None
    return float(f"{digits}.{match['part'] or 0}{match['power'] or ''}")


def written_number(value: float) -> str:
    """The number as text for sentences: “84,000”."""
    return f"{value:,}"


DAY_FIRST: Final = "day-first"
MONTH_FIRST: Final = "month-first"
_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})(?P<mark>[-./]) ?([0-9]{1,2})(?P=mark) ?([0-9]{1,2})\.?(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?"
)
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})(?P<mark>[-./]) ?([0-9]{1,2})(?P=mark) ?([0-9]{4})")


def date_readings(text: str) -> Mapping[str, date]:
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


def written_date(value: date) -> str:
    """The date as text for sentences: “6 May 2027”."""
    return f"{value.day} {value:%B %Y}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_WORDS: Final = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "on", "x", "✓", "✔"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "off"), False),
}
_TICKS: Final = frozenset({"x", "✓", "✔"})


def truth_of(cell: Any) -> bool | None:
    """Whether the cell means yes; None if it means neither yes nor no."""
    return _WORDS.get(str(cell).casefold()) if isinstance(cell, str | bool | int) else None


def is_tick(cell: Any) -> bool:
    """Whether the cell is a tick, whose opposite is an empty cell."""
    return isinstance(cell, str) and cell.casefold() in _TICKS
