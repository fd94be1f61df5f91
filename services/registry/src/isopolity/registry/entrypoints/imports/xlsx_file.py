"""XLSX: the first sheet of a workbook, read row by row."""

import warnings
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from isopolity.registry.entrypoints.imports.headings import heading
from isopolity.registry.entrypoints.imports.rows import RawRow, UnreadableFile

_BROKEN = (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, OSError)


class XlsxFile:
    """The rows of the first sheet."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
                workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()
            self._rows: Iterator[tuple[Any, ...]] = iter(sheet.iter_rows(values_only=True))
            first = next(self._rows, ())
        except _BROKEN:
            raise _unreadable() from None
        except IndexError:
            raise UnreadableFile("The workbook has no sheet with rows; send one that has.") from None
        self._workbook = workbook
        self.columns: tuple[str, ...] | None = heading(first)

    def close(self) -> None:
        self._workbook.close()

    def __iter__(self) -> Iterator[RawRow]:
        columns = self.columns or ()
        line = 1
        while True:
            try:
                cells = next(self._rows)
            except StopIteration:
                return
            except _BROKEN:
                raise _unreadable() from None
            line += 1
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


def _unreadable() -> UnreadableFile:
    return UnreadableFile("The file is no workbook that can be read; save it as .xlsx or CSV once more and send that.")
