"""XLSX: the first sheet of a workbook, read row by row.

Invariant: the package is looked through before it is parsed. What openpyxl raises for a broken one is of many types;
the reading process turns all of them into one sentence.
"""

import warnings
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO, Final

import openpyxl

from isopolity.registry.entrypoints.imports.bounds import MOST_COLUMNS
from isopolity.registry.entrypoints.imports.headings import heading
from isopolity.registry.entrypoints.imports.package import check_package
from isopolity.registry.entrypoints.imports.rows import RawRow, UnreadableFile

_LAST_LINE: Final = 1_048_576
"""As in Excel. Lines that are left out in the file count, since openpyxl gives an empty row for each."""


class XlsxFile:
    """The rows of the first sheet."""

    def __init__(self, file: BinaryIO) -> None:
        check_package(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        if not workbook.worksheets:
            raise UnreadableFile("The workbook has no sheet with rows; send one that has.")
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        self._workbook = workbook
        self._rows: Iterator[tuple[Any, ...]] = iter(sheet.iter_rows(values_only=True))
        self.columns: tuple[str, ...] | None = heading(next(self._rows, ()))

    def close(self) -> None:
        self._workbook.close()

    def __iter__(self) -> Iterator[RawRow]:
        columns = self.columns or ()
        for line, cells in enumerate(self._rows, start=2):
            if line > _LAST_LINE:
                raise UnreadableFile(
                    f"The sheet has a row below line {_LAST_LINE:,}; delete what lies below the table."
                )
            if len(cells) > MOST_COLUMNS:
                raise UnreadableFile(
                    f"Line {line} has a cell in column {len(cells):,}; delete what lies right of the table."
                )
            if any(cell not in (None, "") for cell in cells[len(columns) :]):
                yield RawRow(line, {}, "The row has cells right of the last column; name that column or empty them.")
                continue
            pairs = zip(columns, cells, strict=False)
            values = {name: text for name, cell in pairs if cell is not None and (text := _text(cell).strip())}
            if values:
                yield RawRow(line, values)


def _text(cell: Any) -> str:
    """The cell as it would stand in a CSV file."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
