"""Tables as CSV that people open in a spreadsheet.

Invariant: a text stays a text: an apostrophe stands before one that a spreadsheet would take for a formula, and
`unescaped` takes it off.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Final

Value = str | int | float | bool | date | None
"""What stands in a cell; None is an empty one, a truth value is written as yes or no."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED: Final = re.compile(r"'+[=+\-@\t\r]")


def write_csv(file: BinaryIO, heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a table in UTF-8 with a byte-order mark, by which Excel knows it; `file` stays open."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([_csv_text(value) for value in row] for row in rows)
    text.detach()


def escaped(text: str) -> str:
    """`text` as it stands in a CSV file."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text of a cell of a CSV file."""
    return text[1:] if _ESCAPED.match(text) else text


def _csv_text(value: Value) -> str:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"  # without a power of ten
    return "" if value is None else str(value)
