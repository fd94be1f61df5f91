"""Needs and offers as fields of a step: a row for each, and some empty ones to fill in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.typed_values import number_in, objects_in

FIELDS: Final = ("subject", "mode", "intensity", "valid_until")
_MOST: Final = 12
"""Rows of a form; a member with more rows keeps them, and takes some away to add others."""
_ALL: Final = 100
"""Rows that are read; registry takes fewer, and says so."""
_LEAST: Final = 3
_SPARE: Final = 2

Row = Mapping[str, str]
"""A need or an offer by field; empty texts where nothing is chosen."""
Stated = Mapping[str, str | int]
"""A need or an offer as registry takes it."""
InterestKind = Literal["need", "offer"]
PARTS: Final[dict[InterestKind, str]] = {"need": "needs", "offer": "offers"}
"""Where a profile keeps them."""


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


@dataclass(frozen=True, slots=True)
class InterestRows:
    """The needs or the offers, a row of fields for each and some to fill in."""

    kind: InterestKind

    @property
    def part(self) -> str:
        return PARTS[self.kind]

    def filled(self, value: object) -> Form:
        return row_fields(self.kind, rows_of(objects_in(value)))

    def read(self, form: Form) -> Sequence[Stated]:
        return interests_in(rows_in(form, self.kind))

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        rows = rows_in(form, self.kind)
        return field_of("/".join((self.part, *inner)), {self.part: rows}) or f"{self.kind}-0-subject"


def row_fields(kind: InterestKind, rows: Sequence[Row]) -> dict[str, str]:
    """The fields of these rows, as a form holds them."""
    return {f"{kind}-{place}-{name}": row[name] for place, row in enumerate(rows) for name in FIELDS}


def with_subject(form: Form, kind: InterestKind, subject: str) -> dict[str, str]:
    """The form with this subject in its first empty row, or in a row after the last; once is enough."""
    rows = [dict(row) for row in rows_in(form, kind)]
    if subject not in {row["subject"] for row in rows}:
        empty = next((row for row in rows if not row["subject"]), None)
        if empty is None:
            empty = dict.fromkeys(FIELDS, "")
            rows.append(empty)
        empty["subject"] = subject
    kept = {name: value for name, value in form.items() if not (name.startswith(f"{kind}-") and name.endswith("-away"))}
    return {**kept, **row_fields(kind, rows)}
