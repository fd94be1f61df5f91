"""A draft as a table in XLSX or CSV, out with a column for decisions, and back with what was decided there."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.worksheet.datavalidation import DataValidation

from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.drafts.lookup import DRAFTS
from isopolity.command.client.http_client import Client
from isopolity.command.failure import Failure
from isopolity.csv_tables import write_csv
from isopolity.workbooks import Sheet, write_workbook

_COLUMNS: Final = ("decision", "a_name", "b_name", "kind", "value", "state", "told_a", "told_b", "a", "b")
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
_ALL: Final = 10**9


def write_draft(client: Client, draft: Mapping[str, Any], file: Path) -> int:
    """Write the pairs of a draft into `file`; returns how many. Raises Failure for another kind of file."""
    _require_kind(file)
    rows = [_row(pair) for pair in _pairs(client, draft)]
    with atomic_file(file) as part, part.open("wb") as written:
        if file.suffix.lower() == ".csv":
            write_csv(written, _COLUMNS, rows)
        else:
            choices = DataValidation(type="list", formula1=f'"{",".join(filter(None, _ACTS))}"', allow_blank=True)
            sheet = Sheet(
                name="draft",
                heading=_COLUMNS,
                rows=rows,
                widths=_WIDTHS,
                validations={"decision": choices},
                freeze="D2",
            )
            write_workbook(written, sheet)
    return len(rows)


def read_decisions(client: Client, draft: Mapping[str, Any], file: Path) -> Sequence[Mapping[str, Any]]:
    """The edits that a table decides. Raises Failure with a line for each cell that is wrong."""
    _require_kind(file)
    known = {(pair["a"], pair["b"]): pair for pair in _pairs(client, draft)}
    faults, orders = list[str](), list[Mapping[str, Any]]()
    for number, cells in _rows(file):
        pair, decision = (cells["a"], cells["b"]), cells["decision"].casefold()
        if decision not in _ACTS:
            choices = ", ".join(filter(None, _ACTS))
            faults.append(f"Row {number}, column decision: “{cells['decision']}” is no decision; write {choices}.")
        elif pair not in known:
            faults.append(f"Row {number}, columns a and b: the draft has no such pair; leave the ids as they were.")
        elif (act := _ACTS[decision]) and not _is_so(act, known[pair]):
            orders.append({"act": act, "pair": pair})
    if faults:
        raise Failure("\n".join([*faults, "Nothing was changed."]))
    return orders


def _is_so(act: str, pair: Mapping[str, Any]) -> bool:
    """Whether a pair stands already as the act would make it."""
    if act == "free":
        return not pair["pinned"] and not pair["forbidden"]
    return bool(not pair["chosen"] if act == "leave-out" else pair["pinned" if act == "pin" else "forbidden"])


def _pairs(client: Client, draft: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from client.pages(f"{DRAFTS}/{draft['round_id']}/pairs", {"told": True}, _ALL)


def _row(pair: Mapping[str, Any]) -> list[Any]:
    state = ", ".join(name for name in ("pinned", "forbidden", "published") if pair[name])
    told = ["\n".join(pair[name] or ()) for name in ("told_a", "told_b")]
    value = round(pair["value"], 4)
    return ["", pair["a_name"], pair["b_name"], pair["kind"], value, state, *told, pair["a"], pair["b"]]


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows with their numbers as spreadsheets show them. Raises Failure where the file is no such table."""
    lines = _csv_lines(file) if file.suffix.lower() == ".csv" else _sheet_lines(file)
    header = [str(cell or "").strip() for cell in next(lines, ())]
    missing = [name for name in ("decision", "a", "b") if name not in header]
    if missing:
        raise Failure(f"{file} has no column {missing[0]}; take the table that `isopolity drafts export` writes.")
    for number, cells in enumerate(lines, start=2):
        named = {name: str(cell or "").strip() for name, cell in zip(header, cells, strict=False)}
        if any(named.values()):
            yield number, {name: named.get(name, "") for name in ("decision", "a", "b")}


def _csv_lines(file: Path) -> Iterator[Sequence[Any]]:
    with file.open(newline="", encoding="utf-8-sig") as content:
        start = content.read(4096)
        content.seek(0)
        delimiter = max(",;\t", key=start.partition("\n")[0].count)
        yield from csv.reader(content, delimiter=delimiter)


def _sheet_lines(file: Path) -> Iterator[Sequence[Any]]:
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError) as error:
        raise Failure(f"{file} is no workbook; take the table that `isopolity drafts export` writes.") from error
    yield from book.worksheets[0].iter_rows(values_only=True)
    book.close()


def _require_kind(file: Path) -> None:
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise Failure(f"{file} is neither .xlsx nor .csv; name one of these.")
