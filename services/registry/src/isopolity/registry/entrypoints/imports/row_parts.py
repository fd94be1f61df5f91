"""Parts of rows of several tables: the city that a row names, its people, and problems at a place of a row."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from isopolity.contracts.validation_sentences import sentence
from isopolity.registry.application.imports.rows import CityReference, RowProblem, StatedPerson
from isopolity.registry.domain.city import city_key
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.entrypoints.imports.cells.conversion import BadCell
from isopolity.registry.entrypoints.imports.tables import InterestRow, RequestRow, TwinningRow, column_of
from isopolity.registry.entrypoints.inputs import PersonInput


def reference_to(entry: InterestRow | RequestRow | TwinningRow, prefix: str) -> CityReference:
    """The city in the columns with this prefix. Raises InvalidProfile if they name none."""
    kind, number, country, name = (
        getattr(entry, f"{prefix}_{part}") for part in ("kind", "geonames_id", "country", "name")
    )
    city_id = entry.city_id if isinstance(entry, InterestRow) else None
    if number is None and name is None and city_id is None:
        raise InvalidProfile([FieldError((f"{prefix}_name",), "Give the city's name, or its GeoNames id.")])
    column = "id" if city_id is not None else "name" if number is None else "geonames_id"
    return CityReference(
        key=city_key(kind, number, country or "", name or ""),
        kind=kind,
        country=country or "",
        name=name or "" if number is None and city_id is None else "",
        column=f"{prefix}_{column}",
        id_column=f"{prefix}_geonames_id",
        city_id=city_id or "",
    )


def sentence_of(error: Any) -> str:
    """The sentence on what to change: from an unreadable cell, or else from pydantic's error."""
    given = error["input"]
    return given.detail if isinstance(given, BadCell) else sentence(error)


def problem_at(line: int, place: tuple[str | int, ...], detail: str, lines: Sequence[int] = ()) -> RowProblem:
    """The problem at `place`; a programme's problem is on the line of that programme."""
    if len(place) > 1 and place[0] == "programmes" and isinstance(place[1], int) and place[1] < len(lines):
        return RowProblem(lines[place[1]], column_of(place), _placed(place[2:], detail))
    return RowProblem(line, column_of(place), _placed(place, detail))


Contacts = Sequence[tuple[int, Mapping[str, Any]]]
"""The lines and the values of people."""


def people_of(contacts: Contacts, member: Any) -> tuple[list[StatedPerson], list[RowProblem]]:
    """The people of an entry, or what to change in them; one without a name is called as its `member`.

    Of two with one address the first one with a name counts.
    """
    people: dict[str, StatedPerson] = {}
    problems: list[RowProblem] = []
    for line, each in contacts:
        try:
            person = PersonInput.model_validate({"name": member or "?", **each}).person(place=("contact",))
            known = people.get(person.address)
            if known is None or "name" not in known.given:
                people[person.address] = StatedPerson(person, frozenset(each))
        except ValidationError as error:
            found = error.errors(include_url=False)
            problems += [problem_at(line, ("contact", *one["loc"]), sentence_of(one)) for one in found]
        except InvalidProfile as error:
            problems += [problem_at(line, one.path, one.detail) for one in error.errors]
    return list(people.values()), list(dict.fromkeys(problems))


def _placed(place: tuple[str | int, ...], detail: str) -> str:
    """`detail`, prefixed with the entry of the list, and its part, that it is about."""
    match place:
        case [_, int(position), str(part), *_]:
            return f"Entry {position + 1}, {part}: {detail}"
        case [_, int(position), *_]:
            return f"Entry {position + 1}: {detail}"
        case _:
            return detail
