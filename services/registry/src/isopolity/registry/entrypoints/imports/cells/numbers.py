"""What a text can mean as a number: by a decimal point or a decimal comma, with marks between thousands or without.

Invariant: a text of digits and marks has a reading by the point, the comma, both or neither, and none is preferred.
"""

import re
from collections.abc import Mapping
from typing import Final

from isopolity.registry.entrypoints.imports.cells.columns import Column, Form

POINT: Final = "point"
COMMA: Final = "comma"
LONGEST: Final = 40
"""Characters of a text that can be a number."""
_SPACES: Final = " \u00a0\u2009\u202f'\u2019"
"""Marks between thousands under both conventions: spaces, no-break, thin and narrow ones, and apostrophes."""


def _pattern(decimal: str, grouped: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<sign>[-+\u2212]?)(?P<whole>{grouped}|[0-9]+)(?:{decimal}(?P<part>[0-9]+))?(?P<power>[eE][-+]?[0-9]{{1,2}})?"
    )


_BY_THREE: Final = rf"[1-9][0-9]{{0,2}}(?P<mark>[%s{_SPACES}])(?:[0-9]{{3}}(?P=mark))*[0-9]{{3}}"
_INDIAN: Final = "[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
_PATTERNS: Final = {POINT: _pattern(r"\.", f"{_BY_THREE % ','}|{_INDIAN}"), COMMA: _pattern(",", _BY_THREE % r"\.")}
_PLAIN: Final = re.compile(r"-?[0-9]+\.[0-9]*[1-9]")
"""A fraction as programs write it, by the point."""
_MARKS: Final = re.compile(f"[,.{_SPACES}]")


def readings(text: str, column: Column) -> Mapping[str, float]:
    """What `text` can mean in `column`, by decimal mark; what the column cannot hold is left out."""
    found = ((mark, reading(text, mark, column.form)) for mark in _PATTERNS)
    return {mark: value for mark, value in found if value is not None and column.admits(value)}


def reading(text: str, mark: str, form: Form) -> float | None:
    """The number that `text` is by this decimal mark, an int where it has no fraction; None if it is none.

    A power of ten is rounded by whoever wrote it, so that it is no whole number.
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
    """The number as a sentence shows it: “84,000”."""
    return f"{value:,}"
