"""Tables as workbooks (XLSX).

Invariant: a text stays a text, whatever it begins with: its cell says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from isopolity.csv_tables import Value

_NARROWEST, _WIDEST = 8, 60
"""Widths of columns, in characters."""
_LONGEST: Final = 32_767
"""Characters of a cell, as in Excel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet of a workbook: a heading, and rows below it."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Value]] = ()
    widths: Sequence[int] = ()
    """Of the columns, in characters; where they are left out, as wide as their headings."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """The number format of whole columns, by heading: `@` is text."""
    validations: Mapping[str, DataValidation] = field(default_factory=dict)
    """What the cells of a column take, by heading; it holds down to line `LAST_CHECKED`."""
    freeze: str = "A2"
    """The cell above and left of which all stays in sight."""


LAST_CHECKED: Final = 10_000


def write_workbook(file: BinaryIO, *sheets: Sheet) -> None:
    """Write a workbook row by row; the heading stays in sight. A text beyond Excel's length is cut."""
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
    cell = WriteOnlyCell(sheet, value[:_LONGEST])
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    elif "\n" in value:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
