"""Differences between two states of an entry, column by column, as cells of a table; the rows of a prepared import as a
file, after a column that says what to change.

Invariant: that file has all rows, valid or not, with all their cells; it can be imported as it is, since imports
ignore that column.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

from pydantic import TypeAdapter

from isopolity.registry.application.imports.prepared import FieldChange, PreparedImport, PreparedRow
from isopolity.registry.domain.city import CityProfile, Interest
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.own_words import SAID, continued
from isopolity.registry.domain.partner import PartnerProfile
from isopolity.registry.domain.request import Request, RequestDetails
from isopolity.registry.domain.twinning import Twinning
from isopolity.registry.entrypoints.imports.cells.columns import cell
from isopolity.registry.entrypoints.imports.tables import PROGRAMME, TABLES
from isopolity.tables.rows import WHAT_TO_CHANGE
from isopolity.tables.text_files import Value, write_csv

_ADAPTERS: Final[Mapping[type, tuple[str, TypeAdapter[Any]]]] = {
    CityProfile: ("cities", TypeAdapter(CityProfile)),
    PartnerProfile: ("partners", TypeAdapter(PartnerProfile)),
    RequestDetails: ("requests", TypeAdapter(RequestDetails)),
}
_NAME: Final = "programme_name"


def differences(old: object, new: object) -> Sequence[FieldChange]:
    """The columns in which two states of a member, request or twinning differ."""
    match old, new:
        case Member(), Member():
            return [*_of_details(old.profile, new.profile), *_of_field("status", old.status, new.status)]
        case Request(), Request():
            return [*_of_details(old.details, new.details), *_of_field("status", old.status, new.status)]
        case Twinning(), Twinning():
            return [*_of_field("since", old.since, new.since), *_of_field("status", old.status, new.status)]
        case _:
            raise TypeError(f"no rows are about {type(new).__name__}")


def _of_details(old: object, new: object) -> Iterator[FieldChange]:
    """Differences of a partner, whose programmes are compared by name, as `column (programme)`."""
    if not isinstance(old, PartnerProfile):
        yield from _of_one_row(old, new)
        return
    before, after = _rows(old), _rows(new)
    first, other = next(iter(before.values())), next(iter(after.values()))
    for name in (one for one in first if one not in PROGRAMME):
        yield from _of_field(name, first[name], other[name])
    for programme in dict.fromkeys((*before, *after)):
        pair = [rows.get(programme, {}) for rows in (before, after)]
        parts = [{name: text for name, text in row.items() if name in PROGRAMME} for row in pair]
        yield from _of_cells(parts[0], parts[1], f" ({programme})" if programme else "")


def _of_one_row(old: object, new: object) -> Iterator[FieldChange]:
    """Differences of an entry in one row; only differing values become cells, since most rows change little.

    What a city says of its needs and offers is compared entry by entry.
    """
    kind, adapter = _ADAPTERS[type(old)]
    table = TABLES[kind]
    before, after = (table.rows(adapter.dump_python(each, mode="json"))[0] for each in (old, new))
    for name, column in table.columns.items():
        if before.get(name) != after.get(name):
            yield from _of_field(name, _text(cell(before.get(name), column)), _text(cell(after.get(name), column)))
    if isinstance(old, CityProfile) and isinstance(new, CityProfile):
        yield from _of_words("need", old.needs, new.needs)
        yield from _of_words("offer", old.offers, new.offers)


def _of_words(side: str, old: Sequence[Interest], new: Sequence[Interest]) -> Iterator[FieldChange]:
    """Differences of what is said of needs or offers, as `title (need sdg.4:webinar)`."""
    if old == new:
        return
    before, ended = continued(new, old)
    pairs = [(was, now, now) for was, now in zip(before, new, strict=True)]
    for was, now, meant in (*pairs, *((each, None, each) for each in ended)):
        for name in SAID:
            texts = (_said(each, name) for each in (was, now))
            yield from _of_field(f"{name} ({side} {meant.subject}:{meant.mode})", *texts)


def _said(interest: Interest | None, name: str) -> str:
    value = None if interest is None else getattr(interest, name)
    return "|".join(value) if isinstance(value, tuple) else value or ""


def _rows(details: object) -> dict[str, dict[str, str]]:
    """The cells of each row of an entry, by the programme's name; empty without a programme."""
    kind, adapter = _ADAPTERS[type(details)]
    table = TABLES[kind]
    found = table.rows(adapter.dump_python(details, mode="json"))
    rows = [{name: _text(cell(row.get(name), column)) for name, column in table.columns.items()} for row in found]
    return {row.get(_NAME, ""): row for row in rows}


def _of_cells(old: Mapping[str, str], new: Mapping[str, str], about: str) -> Iterator[FieldChange]:
    for name in dict.fromkeys((*old, *new)):
        yield from _of_field(f"{name}{about}", old.get(name, ""), new.get(name, ""))


def _of_field(name: str, old: object, new: object) -> Iterator[FieldChange]:
    if old != new:
        yield FieldChange(name, _text(old), _text(new))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


_MOST_BLANK: Final = 1_000
"""The most empty lines that are kept, so that line numbers in sentences stay valid."""


async def write_returned(prepared: PreparedImport, rows: AsyncIterator[PreparedRow], form: str, file: BinaryIO) -> None:
    """Write the rows into `file` as `csv` or `xlsx`."""
    with TemporaryFile() as spool:
        nameless: dict[str, None] = {}
        async for row in rows:
            nameless |= dict.fromkeys(name for name in row.values if name not in prepared.columns)
            spool.write(json.dumps([row.line, _sentences(row), dict(row.values)]).encode() + b"\n")
        spool.seek(0)
        columns = (*prepared.columns, *sorted(nameless, key=lambda name: int(name.rpartition(" ")[2])))
        await asyncio.to_thread(_write, prepared.kind, columns, form, spool, file)


def _write(kind: str, columns: Sequence[str], form: str, spool: BinaryIO, file: BinaryIO) -> None:
    heading = [WHAT_TO_CHANGE, *columns]
    rows = _returned_rows(columns, spool, with_blank=form == "xlsx")
    if form == "csv":
        write_csv(file, heading, rows)
        return
    from isopolity.registry.entrypoints.template import write_filled  # openpyxl is slow to import

    write_filled(kind, file, heading, rows)


def _returned_rows(columns: Sequence[str], spool: BinaryIO, *, with_blank: bool) -> Iterator[list[Value]]:
    expected, blank = 2, 0
    no_cells: list[Value] = [None] * (len(columns) + 1)
    for text in spool:
        line, sentences, values = json.loads(text)
        gap = line - expected if with_blank else 0
        if 0 < gap <= _MOST_BLANK - blank:
            yield from ([*no_cells] for _ in range(gap))
            blank += gap
        yield [sentences or None, *(values.get(name) for name in columns)]
        expected = line + 1


def _sentences(row: PreparedRow) -> str:
    return "\n".join(f"{column}: {detail}" if column else detail for column, detail in row.problems)
