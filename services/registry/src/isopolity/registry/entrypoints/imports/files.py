"""Opens a file of rows, whatever its form: CSV (also Excel's), XLSX or JSON Lines, told apart by its first bytes.

Invariant: every row that comes out is within the bounds. A stranger's file is opened in a process of its own only, see
`reader`.
"""

import codecs
from typing import BinaryIO, Final

from isopolity.registry.entrypoints.imports.csv_file import CsvFile
from isopolity.registry.entrypoints.imports.json_lines_file import JsonLinesFile
from isopolity.registry.entrypoints.imports.rows import RowFile, UnreadableFile

_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


def open_rows(file: BinaryIO, *, workbooks: bool = True) -> RowFile:
    """The rows of `file`; without `workbooks` an XLSX is refused. Raises UnreadableFile; for an XLSX, anything."""
    file.seek(0)
    start = file.read(64)
    file.seek(0)
    if not start.strip():
        raise UnreadableFile("The file is empty; send one with a heading line and rows.")
    if start.startswith(_OLD_EXCEL):
        raise UnreadableFile(
            "This is a workbook of old Excel (.xls), or one with a password; save it as .xlsx or CSV without one."
        )
    if start.startswith(b"PK\x03\x04"):
        if not workbooks:
            raise UnreadableFile("This server cannot bound what a workbook costs; save it as CSV and send that.")
        from isopolity.registry.entrypoints.imports.xlsx_file import XlsxFile  # openpyxl is slow to import

        return XlsxFile(file)
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"["):
        raise UnreadableFile("This is one JSON array; write each entry on a line of its own (JSON Lines).")
    if text.startswith(b"{"):
        return JsonLinesFile(file)
    return CsvFile(file)
