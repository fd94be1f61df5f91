"""Needs and offers as fields of a step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from isopolity.portal.domain.interests import FIELDS, Row, Stated, field_of, interests_in, rows_in, rows_of
from isopolity.portal.domain.json_values import objects_in
from isopolity.portal.domain.steps.fields import Form

InterestKind = Literal["need", "offer"]
PARTS: Final[dict[InterestKind, str]] = {"need": "needs", "offer": "offers"}
"""Where a profile keeps them."""


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
