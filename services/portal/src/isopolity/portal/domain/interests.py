"""Needs and offers as fields of a form: a row for each, and some empty ones to fill in."""

from collections.abc import Mapping, Sequence
from typing import Final

FIELDS: Final = ("subject", "mode", "intensity", "valid_until")
_MOST: Final = 12
"""Rows of a form; whoever has more keeps them, and takes some away to add others."""
_ALL: Final = 100
"""Rows that are read; registry takes fewer, and says so."""
_LEAST: Final = 3
_SPARE: Final = 2

Row = Mapping[str, str]
"""A need or an offer by field; empty texts where nothing is chosen."""
Stated = Mapping[str, str | int]
"""A need or an offer as registry takes it."""


def rows_of(interests: Sequence[Mapping[str, object]]) -> list[Row]:
    """The rows of a form that shows these."""
    filled = [{name: str(each.get(name) or "") for name in FIELDS} for each in interests]
    spare = max(_LEAST - len(filled), min(_SPARE, _MOST - len(filled)), 0)
    return [*filled, *(dict.fromkeys(FIELDS, "") for _ in range(spare))]


def rows_in(form: Mapping[str, str], kind: str) -> list[Row]:
    """The rows that a form holds, as they were filled in; fields are called `need-0-subject`, and so on.

    A row that is ticked to be taken away, in `need-0-away`, has no subject.
    """
    rows: list[Row] = []
    while f"{kind}-{len(rows)}-subject" in form and len(rows) < _ALL:
        row = {name: form.get(f"{kind}-{len(rows)}-{name}", "").strip() for name in FIELDS}
        rows.append({**row, "subject": ""} if f"{kind}-{len(rows)}-away" in form else row)
    return rows


def number_in(text: str, digits: int = 9) -> int | str:
    """The text as a number, if it is one of at most `digits` digits; else the text as it is, which registry refuses."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else text


def version_in(text: str) -> int:
    """The version that a form names; 0, which nothing has, where it names none."""
    number = number_in(text)
    return number if isinstance(number, int) else 0


def interests_in(rows: Sequence[Row]) -> list[Stated]:
    """The needs or offers that the rows state; a row without a subject states none."""
    return [
        {
            "subject": row["subject"],
            "mode": row["mode"],
            "intensity": number_in(row["intensity"]),
            **({"valid_until": row["valid_until"]} if row["valid_until"] else {}),
        }
        for row in rows
        if row["subject"]
    ]


def field_of(pointer: str, rows: Mapping[str, Sequence[Row]]) -> str:
    """The name of the field that a JSON pointer such as `/needs/0/mode` means; empty for what is no such field.

    Rows without a subject do not count.
    """
    match pointer.strip("/").split("/"):
        case [("needs" | "offers") as kind, number, name] if number.isdigit():
            places = [place for place, row in enumerate(rows[kind]) if row["subject"]]
            if int(number) < len(places):
                return f"{kind[:-1]}-{places[int(number)]}-{name}"
    return ""
