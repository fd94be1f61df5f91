"""Possible meanings of a text as a number: with decimal point or comma, with or without thousands separators.

Invariant: a text has a reading with the point, the comma, both or neither, and none of them is preferred.
"""

import re
from collections.abc import Mapping
from typing import Final

from isopolity.registry.entrypoints.imports.cells.columns import Column, Form

POINT: Final = "point"
COMMA: Final = "comma"
LONGEST: Final = 40
"""The most characters of a number."""
_SPACES: Final = " \u00a0\u2009\u202f'\u2019"
"""Thousands separators in both conventions: spaces (also no-break, thin and narrow ones) and apostrophes."""


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


def readings(text: str, column: Column) -> Mapping[str, float]:
    """Possible values of `text` in `column`, by decimal mark; values that are not valid there are left out."""
    found = ((mark, reading(text, mark, column.form)) for mark in _PATTERNS)
    return {mark: value for mark, value in found if value is not None and column.admits(value)}


def reading(text: str, mark: str, form: Form) -> float | None:
    """The number in `text` with this decimal mark, an int if it has no fraction; None if it is not a number.

    A number with a power of ten has been rounded, so it does not count as a whole number.
    """
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


def rendered(value: float) -> str:
    """The number as text for sentences: “84,000”."""
    return f"{value:,}"
