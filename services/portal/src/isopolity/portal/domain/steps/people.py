"""The person who applies, and further people, as fields of a step.

Invariant: a row without name and address names nobody; the address of who applies is that of the link, and no field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.typed_values import object_in, objects_in

_APPLICANT: Final = {"person": "name", "role": "role"}
"""Fields of who applies: their names in the form, and at registry."""
_OTHER: Final = {"name": "", "email": "", "role": "deputy", "language": ""}
"""Fields of a row, and what they hold at first; nobody sees the language, which a program may have stated."""
_SPARE: Final = 2
_MOST: Final = 10
"""Further people that registry takes."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """The person who applies."""

    part: str = "contact"

    def filled(self, value: object) -> Form:
        known = object_in(value)
        return {ours: str(known.get(theirs, "")) for ours, theirs in _APPLICANT.items()}

    def read(self, form: Form) -> dict[str, str]:
        return {theirs: text for ours, theirs in _APPLICANT.items() if (text := form.get(ours, "").strip())}

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        return next((ours for ours, theirs in _APPLICANT.items() if [theirs] == list(inner[:1])), "person")


@dataclass(frozen=True, slots=True)
class Others:
    """Further people, a row of fields for each and some to fill in."""

    part: str = "others"

    def filled(self, value: object) -> Form:
        people = objects_in(value)
        rows = [*people, *({} for _ in range(min(_SPARE, _MOST - len(people))))]
        return {
            f"other-{place}-{name}": str(row.get(name, at_first))
            for place, row in enumerate(rows)
            for name, at_first in _OTHER.items()
        }

    def read(self, form: Form) -> list[dict[str, str]]:
        return [{name: text for name, text in row.items() if text} for row in other_rows(form) if _names_somebody(row)]

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        places = [place for place, row in enumerate(other_rows(form)) if _names_somebody(row)]
        match list(inner[:2]):
            case [number, name] if number.isdigit() and int(number) < len(places) and name in _OTHER:
                return f"other-{places[int(number)]}-{name}"
        return "other-0-name"


def other_rows(form: Form) -> list[Mapping[str, str]]:
    """The rows of further people that the form holds, as they were filled in."""
    rows: list[Mapping[str, str]] = []
    while f"other-{len(rows)}-name" in form and len(rows) < _MOST:
        rows.append({name: form.get(f"other-{len(rows)}-{name}", "").strip() for name in _OTHER})
    return rows


def _names_somebody(row: Mapping[str, str]) -> bool:
    return bool(row["name"] or row["email"])
