"""A draft of a round as a table in XLSX or CSV: out with a column for decisions, and back with what was decided there.

Invariant: nothing is decided by a table that has one wrong cell; each wrong cell is told with its row and column.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from io import StringIO
from typing import Any, BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.worksheet.datavalidation import DataValidation

from isopolity.csv_tables import write_csv
from isopolity.workbooks import Sheet, write_workbook

FORMS: Final = ("xlsx", "csv")
_COLUMNS: Final = ("decision", "a_name", "b_name", "kind", "value", "state", "told_a", "told_b", "a", "b")
_NEEDED: Final = ("decision", "a", "b")
_WIDTHS: Final = (14, 34, 34, 13, 8, 20, 60, 60, 40, 40)
_ACTS: Final[Mapping[str, str | None]] = {
    "": None,
    "keep": None,
    "leave out": "leave-out",
    "pin": "pin",
    "forbid": "forbid",
    "free": "free",
}
"""The act of each decision; none for those that change nothing."""
_UNPACKED: Final = 200_000_000
"""Bytes of a workbook once it is unpacked; a larger one is no draft."""

Pair = Mapping[str, Any]
"""A pair as matching lists it, with what each side is told."""


class UnreadableDraftTable(ValueError):
    """A file is no table of a draft, or cells of it are wrong; `sentences` say what to change."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def write_draft_table(file: BinaryIO, form: str, pairs: Iterable[Pair]) -> int:
    """Write pairs as a table of one of the `FORMS`; returns how many."""
    rows = [_row(pair) for pair in pairs]
    if form == "csv":
        write_csv(file, _COLUMNS, rows)
    else:
        choices = DataValidation(type="list", formula1=f'"{",".join(filter(None, _ACTS))}"', allow_blank=True)
        sheet = Sheet(
            name="draft", heading=_COLUMNS, rows=rows, widths=_WIDTHS, validations={"decision": choices}, freeze="D2"
        )
        write_workbook(file, sheet)
    return len(rows)


def read_decisions(file: BinaryIO, form: str, pairs: Iterable[Pair]) -> Sequence[Mapping[str, Any]]:
    """The edits that a table decides, of a draft with these pairs; none that would change nothing.

    Raises UnreadableDraftTable with a sentence for each cell that is wrong.
    """
    known = {(pair["a"], pair["b"]): pair for pair in pairs}
    faults, orders = list[str](), list[Mapping[str, Any]]()
    for number, cells in _rows(file, form):
        pair, decision = (cells["a"], cells["b"]), cells["decision"].casefold()
        if decision not in _ACTS:
            choices = ", ".join(filter(None, _ACTS))
            faults.append(f"Row {number}, column decision: “{cells['decision']}” is no decision; write {choices}.")
        elif pair not in known:
            faults.append(f"Row {number}, columns a and b: the draft has no such pair; leave the ids as they were.")
        elif (act := _ACTS[decision]) and not _is_so(act, known[pair]):
            orders.append({"act": act, "pair": pair})
    if faults:
        raise UnreadableDraftTable(*faults)
    return orders


def _is_so(act: str, pair: Pair) -> bool:
    """Whether a pair stands already as the act would make it."""
    if act == "free":
        return not pair["pinned"] and not pair["forbidden"]
    return bool(not pair["chosen"] if act == "leave-out" else pair["pinned" if act == "pin" else "forbidden"])


def _row(pair: Pair) -> list[Any]:
    state = ", ".join(name for name in ("pinned", "forbidden", "published") if pair[name])
    told = ["\n".join(pair[name] or ()) for name in ("told_a", "told_b")]
    value = round(pair["value"], 4)
    return ["", pair["a_name"], pair["b_name"], pair["kind"], value, state, *told, pair["a"], pair["b"]]


def _rows(file: BinaryIO, form: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows with their numbers as spreadsheets show them. Raises UnreadableDraftTable."""
    lines = _csv_lines(file) if form == "csv" else _sheet_lines(file)
    header = [str(cell or "").strip() for cell in next(lines, ())]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise UnreadableDraftTable(f"The table has no column {missing[0]}; take the table of this draft.")
    for number, cells in enumerate(lines, start=2):
        named = {name: str(cell or "").strip() for name, cell in zip(header, cells, strict=False)}
        if any(named.values()):
            yield number, {name: named.get(name, "") for name in _NEEDED}


def _csv_lines(file: BinaryIO) -> Iterator[Sequence[Any]]:
    try:
        text = file.read().decode("utf-8-sig")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableDraftTable("The file is no table in UTF-8; take the table of this draft.") from error


def _sheet_lines(file: BinaryIO) -> Iterator[Sequence[Any]]:
    unreadable = UnreadableDraftTable("The file is no workbook; take the table of this draft.")
    try:
        with ZipFile(file) as packed:
            if sum(each.file_size for each in packed.infolist()) > _UNPACKED:
                raise UnreadableDraftTable("The workbook is too large for a draft; take the table of this draft.")
        file.seek(0)
        with closing(load_workbook(file, read_only=True, data_only=True)) as book:
            yield from book.worksheets[0].iter_rows(values_only=True)
    except (BadZipFile, LookupError, ValueError, SyntaxError, OSError) as error:  # a SyntaxError is one of the XML
        raise error if isinstance(error, UnreadableDraftTable) else unreadable from error
