"""Converts rows of a file to imports, or to problems with line, column and what to change.

Invariant: every row becomes exactly one of them; rows of one partner are joined, or refused together if they have too
many programmes, and so are the needs and offers of one city.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any, Final

from pydantic import ValidationError

from isopolity.identity.folded_text import fold
from isopolity.registry.application.imports.rows import EMPTY, ImportRow, RowProblem, StatedPerson
from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.member import USUAL, CapacityDefaults
from isopolity.registry.domain.own_words import INTERESTS
from isopolity.registry.entrypoints.imports.cells.conventions import Conventions, find
from isopolity.registry.entrypoints.imports.cells.conversion import BadCell, Conversion
from isopolity.registry.entrypoints.imports.cells.plain_interests import OpenWords
from isopolity.registry.entrypoints.imports.interest_rows import joined_interests, with_cities
from isopolity.registry.entrypoints.imports.row_parts import (
    Contacts,
    people_of,
    problem_at,
    reference_to,
    sentence_of,
)
from isopolity.registry.entrypoints.imports.same_cities import KEYS, held_back, joined, rows_together, sentence_on
from isopolity.registry.entrypoints.imports.tables import (
    CONTACTS,
    OF_CITY,
    PROGRAMME,
    TABLES,
    RequestRow,
    TwinningRow,
    Values,
)
from isopolity.registry.entrypoints.inputs import PartnerInput
from isopolity.tables.rows import RawRow, RowFile

Parsed = tuple[str, ImportRow[Any]]
"""The natural key of a row within its file, and the row."""

_MOST_PROGRAMMES: Final = 200
_NAMING: Final = {"partners": ("registration_id", "home_country", "name"), "needs-and-offers": OF_CITY}
"""The columns that tell which entry a row is about."""
_NONE: Final = Conventions()


def conventions_of(kind: str, file: RowFile, said: Mapping[str, str]) -> Conventions:
    """The conventions of `file` as `kind` of table, from one pass over it. Raises UnreadableFile."""
    if file.columns is None:
        return Conventions()
    table = TABLES[kind]
    table.check(file.columns)
    found = find([table.columns[name] for name in file.columns], file, said)
    if kind != "cities":
        return found
    conversion = Conversion([table.columns[name] for name in KEYS if name in file.columns], found)
    together = rows_together(file, conversion.values)
    return replace(found, together=together, others=[sentence_on(together)] if together else [])


def parse(
    kind: str,
    file: RowFile,
    conventions: Conventions = _NONE,
    usual: CapacityDefaults = USUAL,
    left_out: Collection[int] = (),
    *,
    asks: bool = False,
) -> Iterator[Parsed | list[RowProblem]]:
    """The rows of `file` as `kind` of table, read by its conventions. Raises UnreadableFile.

    Rows of one city are joined with each other, unless their lines are `left_out`. Needs and offers in words that are
    open are left out of a row if somebody is asked; else they are its problems.
    """
    table = TABLES[kind]
    rows: Iterable[RawRow] = file
    if file.columns is not None:
        table.check(file.columns)
        conversion = Conversion([table.columns[name] for name in file.columns], conventions)
        rows = (RawRow(row.line, conversion.values(row.values)) if row.problem is None else row for row in file)
    if kind == "needs-and-offers":
        yield from joined_interests(rows, None if file.columns is None else frozenset(file.columns))
        return
    parser = _Parser(kind, None if file.columns is None else _given(file.columns), usual, asks)
    if kind == "partners" and file.columns is not None:
        for _, group in groupby(rows, key=_partner_of):
            joined = list(islice(group, _MOST_PROGRAMMES + 1))
            if len(joined) > _MOST_PROGRAMMES:
                detail = f"More than {_MOST_PROGRAMMES} rows in a row are about this partner; leave some out."
                yield [RowProblem(joined[0].line, None, detail)]
            else:
                yield from parser.joined(joined)
    else:
        several = [[line for line in lines if line not in left_out] for lines in conventions.together]
        first_of = {line: lines[0] for lines in several if len(lines) > 1 for line in lines}
        of_line = {row.line: row for row in file if row.line in first_of} if first_of else {}
        of_first = {lines[0]: [of_line[line] for line in lines] for lines in several if len(lines) > 1}
        for row in rows:
            if row.line in of_first:
                yield parser.same_city([(one, conversion.values(one.values)) for one in of_first[row.line]])
            elif row.line not in first_of:
                yield parser.single(row)


def lines_of_entries(kind: str, file: RowFile, conventions: Conventions) -> Sequence[Sequence[int]]:
    """The lines of each entry that has several rows: of a partner, or of the needs and offers of a city.

    Rows of other kinds stand for themselves; cities with several rows are `together` of their conventions.
    """
    if file.columns is None or kind not in ("partners", "needs-and-offers"):
        return ()
    names = [name for name in file.columns if name in _NAMING[kind]]
    conversion = Conversion([TABLES[kind].columns[name] for name in names], conventions)
    given = ((row, {name: row.values[name] for name in names if name in row.values}) for row in file)
    rows = (RawRow(row.line, conversion.values(values), row.problem) for row, values in given)
    keyed = ((_partner_of(row), row) for row in rows) if kind == "partners" else with_cities(rows)
    lines: dict[tuple[str, ...], list[int]] = {}
    for key, row in keyed:
        lines.setdefault(key, []).append(row.line)
    return [some for some in lines.values() if len(some) > 1]


class _Parser:
    def __init__(self, kind: str, given: frozenset[str] | None, usual: CapacityDefaults, asks: bool) -> None:
        self._usual = usual
        self._asks = asks
        self._table = TABLES[kind]
        self._validate = self._table.model.__pydantic_validator__.validate_python
        self._given = given

    def single(self, row: RawRow) -> Parsed | list[RowProblem]:
        """The import or problems of a single row."""
        if row.problem is not None:
            return [RowProblem(row.line, None, row.problem)]
        values = row.values if self._given is None else self._table.values(row.values)
        open_words = _without_open(values) if self._asks else {}
        found = self._parsed(row.line, values, [row.line])
        if isinstance(found, list):
            return found
        return found[0], replace(found[1], open_words=open_words, is_of_table=self._given is not None)

    def same_city(self, rows: Sequence[tuple[RawRow, Values]]) -> Parsed | list[RowProblem]:
        """The import or problems of rows of one city: a row's cells as they stand, and their values."""
        entries = [(raw, self._table.values(values)) for raw, values in rows]
        found_open = [_without_open(values) if self._asks else {} for _, values in entries]
        lines = [raw.line for raw, _ in entries]
        contacts = [(raw.line, each) for raw, values in entries for each in values.get(CONTACTS, ())]
        values, origins, problems = joined(entries)
        if not problems:
            found = self._parsed(lines[0], values, [], contacts)
            if not isinstance(found, list):
                return found[0], replace(found[1], open_words=_together(found_open), is_of_table=True)
            problems = [replace(one, line=origins.get(one.column or "", one.line)) for one in found]
        return held_back(lines, problems)

    def joined(self, rows: list[RawRow]) -> Iterator[Parsed | list[RowProblem]]:
        """The import or problems of successive rows of one partner, with a programme each."""
        yield from ([RowProblem(row.line, None, row.problem)] for row in rows if row.problem is not None)
        sound = [row for row in rows if row.problem is None]
        if not sound:
            return
        entries = [self._table.values(row.values) for row in sound]
        first, *others = entries
        programmes = [
            (row.line, one) for row, entry in zip(sound, entries, strict=True) for one in entry.pop("programmes", [])
        ]
        contradictions = [
            RowProblem(row.line, name, f"Give the same {name} in all rows of this partner, as in line {sound[0].line}.")
            for row, other in zip(sound[1:], others, strict=True)
            for name in sorted((first.keys() | other.keys()) - {CONTACTS})
            if other.get(name) != first.get(name)
        ]
        if contradictions:
            yield contradictions
            return
        if programmes:
            first["programmes"] = [one for _, one in programmes]
        contacts = [
            (row.line, one) for row, entry in zip(sound, entries, strict=True) for one in entry.pop(CONTACTS, [])
        ]
        yield self._parsed(sound[0].line, first, [line for line, _ in programmes], contacts)

    def _parsed(
        self, line: int, values: Values, lines: list[int], contacts: Contacts | None = None
    ) -> Parsed | list[RowProblem]:
        if contacts is None:
            contacts = [(line, one) for one in values.pop(CONTACTS, ())] if self._given is not None else []
        people, problems = people_of(contacts, values.get("name"))
        try:
            entry = self._validate(values)
            if self._given is None and (contact := getattr(entry, "contact", None)) is not None:
                people = [StatedPerson(contact.person(place=("contact",)), frozenset(contact.model_fields_set))]
            row = _row(line, entry, people, self._given, self._usual)
        except ValidationError as error:
            found = error.errors(include_url=False)
            return [*(problem_at(line, one["loc"], sentence_of(one), lines) for one in found), *problems]
        except InvalidProfile as error:
            return [*(problem_at(line, one.path, one.detail, lines) for one in error.errors), *problems]
        return problems or row


def _row(
    line: int, entry: Any, people: Sequence[StatedPerson], given: frozenset[str] | None, usual: CapacityDefaults
) -> Parsed:
    fields = frozenset(entry.model_fields_set) if given is None else given
    if isinstance(entry, TwinningRow):
        a, b = reference_to(entry, "a"), reference_to(entry, "b")
        return " ".join(sorted((a.key, b.key))), ImportRow(line, (a, b, entry.since), fields)
    if isinstance(entry, RequestRow):
        city, details = reference_to(entry, "city"), entry.details()
        fields -= _usual(entry, details, fields)
        return f"{city.key} {fold(details.title)}", ImportRow(line, (city, details), fields)
    profile = entry.profile(usual=usual)
    fields -= _usual(entry, profile, fields)
    return profile.key, ImportRow(line, profile, fields, tuple(people), _silent(entry, given), _unrated(entry))


def _unrated(entry: Any) -> dict[str, frozenset[int]]:
    """The places of needs and offers without an intensity."""
    found = {
        side: frozenset(
            place for place, each in enumerate(getattr(entry, side, ())) if "intensity" not in each.model_fields_set
        )
        for side in INTERESTS
    }
    return {side: places for side, places in found.items() if places}


def _usual(entry: Any, profile: Any, fields: frozenset[str]) -> frozenset[str]:
    """Fields with empty cells that still have a value by default, such as yes or no."""
    left = fields - entry.model_fields_set
    return frozenset(name for name in left if getattr(profile, name, None) not in EMPTY)


def _silent(entry: Any, given: frozenset[str] | None) -> dict[str, frozenset[str]]:
    """The fields that each programme of a partner leaves as they are stored, by its folded name."""
    silent: dict[str, frozenset[str]] = {}
    if not isinstance(entry, PartnerInput):
        return silent
    columns = None if given is None else {name for column, name in PROGRAMME.items() if column in given}
    for each in entry.programmes:
        spoken = each.model_fields_set if columns is None else columns
        usual = {"cities"} - each.model_fields_set
        silent[fold(each.name)] = frozenset(set(PROGRAMME.values()) - spoken | usual)
    return silent


def _without_open(values: Values) -> Mapping[str, Sequence[OpenWords]]:
    """Take needs and offers in words that are open out of the values of a row; returns them by side."""
    found: dict[str, Sequence[OpenWords]] = {}
    for side in INTERESTS:
        entries = values.get(side)
        if not isinstance(entries, list):
            continue
        if words := [one.words for one in entries if isinstance(one, BadCell) and one.words is not None]:
            found[side] = words
            values[side] = [one for one in entries if not (isinstance(one, BadCell) and one.words is not None)]
    return found


def _together(rows: Sequence[Mapping[str, Sequence[OpenWords]]]) -> Mapping[str, Sequence[OpenWords]]:
    """The open words of rows of one city, by side; the same in two rows count once."""
    sides = {side: tuple(dict.fromkeys(one for each in rows for one in each.get(side, ()))) for side in INTERESTS}
    return {side: words for side, words in sides.items() if words}


def _given(columns: tuple[str, ...]) -> frozenset[str]:
    """The fields that a table with these columns sets."""
    programmes = {"programmes"} if "programme_name" in columns else set()
    return frozenset(columns) | programmes


def _partner_of(row: RawRow) -> tuple[str, str, str]:
    values = row.values
    return values.get("registration_id", ""), values.get("home_country", ""), fold(values.get("name", ""))
