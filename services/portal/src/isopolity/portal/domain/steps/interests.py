"""Needs and offers as fields of a step: a card for each, and an empty one to fill in.

Invariant: topics are set by ticks alone, `need-0-topic.556` and so on; what was found or proposed is no tick yet.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.typed_values import number_in, object_in, objects_in, paragraph_in, texts_in

FIELDS: Final = ("subject", "mode", "intensity", "valid_until", "title", "text", "language")
TOPICS: Final = "topics"
"""The field of a row with the codes of its topics, with spaces between them."""
_TOPIC: Final = "topic."
_ALL: Final = 100
"""Rows that are read; registry takes fewer, and says so."""
MOST: Final = 60
"""Rows of a form, as many as registry takes (`MOST_INTERESTS`)."""

Row = Mapping[str, str]
"""A need or an offer by field; empty texts where nothing is chosen."""
Stated = Mapping[str, str | int | Sequence[str]]
"""A need or an offer as registry takes it."""
InterestKind = Literal["need", "offer"]
PARTS: Final[dict[InterestKind, str]] = {"need": "needs", "offer": "offers"}
"""Where a profile keeps them."""
_KEPT: Final = "kept"
"""The field of a closed card that holds its whole row."""
_EMPTY: Final[Row] = {**dict.fromkeys(FIELDS, ""), TOPICS: ""}


def rows_of(interests: Sequence[Mapping[str, object]]) -> list[Row]:
    """The rows of a form that shows these; an empty one where there are none."""
    filled: list[Row] = [
        {**{name: str(each.get(name) or "") for name in FIELDS}, TOPICS: " ".join(texts_in(each.get(TOPICS)))}
        for each in interests
    ]
    return filled or [_EMPTY]


def rows_in(form: Mapping[str, str], kind: str) -> list[Row]:
    """The rows that a form holds, as they were filled in; fields are called `need-0-subject`, and so on.

    A row that is ticked to be taken away, in `need-0-away`, has no subject. A closed card has its row in one field,
    `need-0-kept`, so that the form stays small.
    """
    rows: list[Row] = []
    while (name := f"{kind}-{len(rows)}-subject") in form and len(rows) < _ALL:
        start = name.removesuffix("subject")
        row = _kept(form[kept]) if (kept := f"{start}{_KEPT}") in form else _typed(form, start)
        row["subject"] = "" if f"{start}away" in form else form[name].strip()
        rows.append(row)
    return rows


def _typed(form: Mapping[str, str], start: str) -> dict[str, str]:
    row = {field: form.get(f"{start}{field}", "").strip() for field in FIELDS}
    return row | {TOPICS: " ".join(each.removeprefix(start) for each in form if each.startswith(f"{start}{_TOPIC}"))}


def _kept(text: str) -> dict[str, str]:
    """The row of a closed card; an empty one if the text is none."""
    try:
        found = object_in(json.loads(text))
    except (ValueError, RecursionError):
        found = {}
    return {name: value if isinstance(value := found.get(name), str) else "" for name in _EMPTY}


def interests_in(rows: Sequence[Row]) -> list[Stated]:
    """The needs or offers that the rows state; a row without a subject states none.

    The language is that of title and text; without these it says nothing.
    """
    return [
        {
            "subject": row["subject"],
            "mode": row["mode"],
            "intensity": number_in(row["intensity"]),
            **({"valid_until": row["valid_until"]} if row["valid_until"] else {}),
            **{name: text for name in ("title", "text") if (text := paragraph_in(row[name]))},
            **({"language": row["language"]} if row["language"] and (row["title"] or row["text"]) else {}),
            **({TOPICS: row[TOPICS].split()} if row[TOPICS] else {}),
        }
        for row in rows
        if row["subject"]
    ]


def field_of(pointer: str, rows: Mapping[str, Sequence[Row]]) -> str:
    """The name of the field that a JSON pointer such as `/needs/0/mode` means; empty for what is no such field.

    Rows without a subject do not count.
    """
    match pointer.strip("/").split("/"):
        case [("needs" | "offers") as kind, number, name, *_] if number.isdigit():
            places = [place for place, row in enumerate(rows[kind]) if row["subject"]]
            if int(number) < len(places):
                return f"{kind[:-1]}-{places[int(number)]}-{name}"
    return ""


@dataclass(frozen=True, slots=True)
class InterestRows:
    """The needs or the offers, a row of fields for each."""

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
    fields = {f"{kind}-{place}-{name}": row[name] for place, row in enumerate(rows) for name in FIELDS}
    topics = {f"{kind}-{place}-{code}": "1" for place, row in enumerate(rows) for code in row[TOPICS].split()}
    return fields | topics


def with_row(form: Form, kind: InterestKind) -> dict[str, str]:
    """The form with one more empty row; unchanged if it has as many as registry takes."""
    rows = rows_in(form, kind)
    return {**form, **(row_fields(kind, [*rows, _EMPTY]) if len(rows) < MOST else {})}


def with_subject(form: Form, kind: InterestKind, subject: str) -> dict[str, str]:
    """The form with this subject in its first empty row, or in a row after the last; once is enough."""
    rows = [dict(row) for row in rows_in(form, kind)]
    if subject not in {row["subject"] for row in rows}:
        empty = next((row for row in rows if not row["subject"]), None)
        if empty is None:
            empty = dict(_EMPTY)
            rows.append(empty)
        empty["subject"] = subject
    kept = {name: value for name, value in form.items() if not (name.startswith(f"{kind}-") and name.endswith("-away"))}
    return {**kept, **row_fields(kind, rows)}


def own_words(row: Row) -> str:
    """What the row says in its city's own words: title and text."""
    return paragraph_in(f"{row['title']} {row['text']}")


def codes_of(rows: Sequence[Row]) -> list[str]:
    """The subjects and topics of the rows, each once."""
    return list(dict.fromkeys(code for row in rows for code in (row["subject"], *row[TOPICS].split()) if code))
