"""Tables as workbooks (XLSX): writes them, and reads the first sheet of one, or all sheets, row by row.

Invariant: a written text stays a text, whatever it begins with, since its cell has the type of text. The ZIP package of
a stranger is checked before it is parsed: accepted packages have bounded entries and bytes, and no XML in them declares
a document type, so that nothing grows while it is parsed. openpyxl raises many types of errors for a broken package;
the reading process turns all of them into one sentence.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice, pairwise
from typing import IO, Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import openpyxl
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from isopolity.tables.rows import (
    LONGEST_TEXT,
    MOST_COLUMNS,
    MOST_MERGED,
    RawRow,
    UnreadableFile,
    heading,
    shortened,
    widened,
)
from isopolity.tables.text_files import Value

_NARROWEST, _WIDEST = 8, 60
"""Widths of columns, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet of a workbook: a heading, and rows below it."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Value]] = ()
    widths: Sequence[int] = ()
    """Widths of the columns in characters; by default as wide as their headings."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """The number format of whole columns, by heading: `@` is text."""
    validations: Mapping[str, DataValidation] = field(default_factory=dict)
    """Validation of the cells of a column, by heading, down to line `LAST_CHECKED`."""
    freeze: str = "A2"
    """The cell above and left of which all cells stay in view."""


LAST_CHECKED: Final = 10_000


def write_workbook(file: BinaryIO, *sheets: Sheet) -> None:
    """Write a workbook row by row; the heading stays in view. A text beyond Excel's limit is cut."""
    workbook = Workbook(write_only=True)
    for each in sheets:
        _write_sheet(workbook, each)
    workbook.save(file)


def _write_sheet(workbook: Workbook, each: Sheet) -> None:
    sheet: Any = workbook.create_sheet(each.name)
    sheet.freeze_panes = each.freeze
    for position, name in enumerate(each.heading):
        width = each.widths[position] if each.widths else min(max(len(name) + 2, _NARROWEST), _WIDEST)
        dimension = sheet.column_dimensions[get_column_letter(position + 1)]
        dimension.width = width
        if (form := each.formats.get(name)) is not None:
            dimension.number_format = form
        if (validation := each.validations.get(name)) is not None:
            letter = get_column_letter(position + 1)
            validation.add(f"{letter}2:{letter}{LAST_CHECKED}")
            sheet.data_validations.append(validation)
    sheet.append([_cell(sheet, name, bold=True) for name in each.heading])
    for row in each.rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if not isinstance(value, str):
        cell: Any = WriteOnlyCell(sheet, value)  # type: ignore[arg-type] # it takes dates, too
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
        return cell
    cell = WriteOnlyCell(sheet, value[:LONGEST_TEXT])
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    elif "\n" in value:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


_LAST_LINE: Final = 1_048_576
"""The last line of a sheet in Excel. Lines that the file leaves out count: openpyxl gives an empty row for each."""


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
            pairs = zip(widened(columns, len(cells)), cells, strict=False)
            values = {name: value for name, cell in pairs if cell is not None and (value := _value(cell)) != ""}
            if any(cell not in (None, "") for cell in cells[len(columns) :]):
                sentence = "The row has cells right of the last column; name that column or empty them."
                yield RawRow(line, values, sentence)
            elif values:
                yield RawRow(line, values)


class XlsxSheets:
    """The cells of all sheets, sheet by sheet, as they stand; and which of them are merged."""

    def __init__(self, file: BinaryIO) -> None:
        check_package(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        self._file = file
        self._workbook = workbook
        self._sheets: list[Any] = list(workbook.worksheets[:MOST_SHEETS])
        self.names = [str(sheet.title) for sheet in self._sheets]
        if not self._sheets:
            raise UnreadableFile("The workbook has no sheet with rows; send one that has.")

    def close(self) -> None:
        self._workbook.close()

    def rows(self) -> Iterator[tuple[int, int, list[Any]]]:
        """The place of the sheet, the line and the cells of each row that is not empty."""
        for place, sheet in enumerate(self._sheets):
            sheet.reset_dimensions()
            for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                if line > _LAST_LINE:
                    raise UnreadableFile(
                        f"Sheet “{shortened(self.names[place])}” has a row below line {_LAST_LINE:,}; delete what lies "
                        "below the table."
                    )
                values = [None if cell is None else _value(cell) for cell in cells]
                while values and values[-1] in (None, ""):
                    values.pop()
                if len(values) > MOST_COLUMNS:
                    raise UnreadableFile(
                        f"Sheet “{shortened(self.names[place])}”, line {line}, has a cell in column {len(values):,}; "
                        "delete what lies right of the table."
                    )
                if values:
                    yield place, line, values

    def merged(self) -> Iterator[tuple[int, str]]:
        """The place of the sheet and the range, such as `A3:A5`, of the first merged cells of each sheet."""
        with ZipFile(self._file) as package:
            for place, sheet in enumerate(self._sheets):
                with package.open(sheet._worksheet_path) as opened:
                    yield from ((place, name) for name in islice(_ranges_in(opened), MOST_MERGED + 1))


MOST_SHEETS: Final = 50
_MERGED: Final = re.compile(rb'mergeCell [^<>]{0,100}?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')


def _ranges_in(opened: IO[bytes]) -> Iterator[str]:
    tail = b""
    while block := opened.read(_BLOCK):
        text = tail + block
        end = 0
        for match in _MERGED.finditer(text):
            end = match.end()
            yield match[1].decode()
        tail = text[max(end, len(text) - _LONGEST_MERGED) :]


_LONGEST_MERGED: Final = 200


def _value(cell: Any) -> str | float | bool:
    """The value: numbers and truth values unchanged, dates in ISO 8601, all others as text."""
    if isinstance(cell, bool | int | float):
        return cell
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


_MOST_PACKED: Final = 64_000_000
_MOST_UNPACKED: Final = 300_000_000
_MOST_ENTRIES: Final = 2_000
_RATIO: Final = 200
"""Highest ratio of compression: tables pack to a tenth or a hundredth; higher ratios are suspicious."""
_UNSUSPECTED: Final = 10_000_000
"""Unpacked bytes up to which the ratio is not checked."""
_BLOCK: Final = 1 << 18
_ENCRYPTED: Final = 1
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
"""The start of a document type in every encoding of the XML parser: 8-bit encodings must agree with ASCII here."""


def check_package(file: BinaryIO) -> None:
    """Raise UnreadableFile if the package is beyond a limit or declares a document type, BadZipFile for no ZIP."""
    if file.seek(0, 2) > _MOST_PACKED:
        raise UnreadableFile(f"A workbook can have {_MOST_PACKED // 1_000_000} MB; send it in parts, or as CSV.")
    with ZipFile(file) as package:
        entries = package.infolist()
        _check_directory(entries)
        for entry in entries:
            _check_entry(package, entry)
    file.seek(0)


def _check_directory(entries: list[ZipInfo]) -> None:
    packed, unpacked = sum(entry.compress_size for entry in entries), sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or unpacked > _MOST_UNPACKED:
        raise UnreadableFile("The workbook is too large once it is unpacked; send it in parts, or as CSV.")
    if unpacked > _UNSUSPECTED and unpacked > _RATIO * packed:
        raise UnreadableFile("The workbook unpacks to far more than a table has; copy its cells to a new one.")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise UnreadableFile("The workbook is protected by a password; save it without one.")
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    overlapping = any(one.header_offset + one.compress_size > other.header_offset for one, other in pairwise(in_order))
    methods = {entry.compress_type for entry in entries}
    if overlapping or len({entry.filename for entry in entries}) < len(entries) or methods - {ZIP_STORED, ZIP_DEFLATED}:
        raise UnreadableFile("The workbook is not packed as spreadsheets are; save it as .xlsx or CSV once more.")


def _check_entry(package: ZipFile, entry: ZipInfo) -> None:
    tail = b""
    with package.open(entry) as opened:
        while block := opened.read(_BLOCK):
            text = tail + block
            if any(doctype in text for doctype in _DOCTYPES):
                raise UnreadableFile(
                    "The workbook declares a document type (DOCTYPE); save it as .xlsx or CSV once more."
                )
            tail = text[-max(map(len, _DOCTYPES)) :]
