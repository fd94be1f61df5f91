"""The process that reads a stranger's file: `python -m isopolity.tables.reader '<limits>'`, or with `sheets` in it.

The file is its standard input and must be one that can be sought. To standard output it writes a JSON line with the
columns, then one for each row: line, values, problem. With `sheets` these are the names of the sheets; the place of the
sheet, line, cells and problem of each row; and the ranges of merged cells. It imports little, has no secret and opens
nothing else.
Invariant: it limits itself before it reads the file, and whatever the file causes, it ends with an exit code.
"""

import codecs
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, BinaryIO, Final, Protocol

from isopolity.machine.limits import Exit, confine, exit_of, leave
from isopolity.tables.rows import LONGEST_TEXT, WHAT_TO_CHANGE, Limits, RowFile, UnreadableFile, bounded
from isopolity.tables.text_files import CsvFile, CsvSheet, JsonLinesFile

_ARRAY: Final = (b"[\n", b"[\r\n")
"""How a JSON array with an entry on each line begins."""
_XLSX: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


def open_rows(file: BinaryIO, *, workbooks: bool = True) -> RowFile:
    """The rows of `file`; XLSX only with `workbooks`. Raises UnreadableFile, and any error for a broken XLSX."""
    start = _start_of(file, workbooks=workbooks)
    if start.startswith(_XLSX):
        from isopolity.tables.workbooks import XlsxFile  # openpyxl is slow to import

        return XlsxFile(file)
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(_ARRAY):
        return JsonLinesFile(file, is_array=True)
    if text.startswith(b"["):
        raise UnreadableFile("This is one JSON array; write each entry on a line of its own (JSON Lines).")
    if text.startswith(b"{"):
        return JsonLinesFile(file)
    return CsvFile(file)


class SheetFile(Protocol):
    """The cells of the sheets of a file, and the ranges of merged ones."""

    @property
    def names(self) -> Sequence[str]: ...

    def rows(self) -> Iterator[tuple[int, int, list[Any]]]: ...

    def merged(self) -> Iterator[tuple[int, str]]: ...

    def close(self) -> None: ...


def open_sheets(file: BinaryIO, *, workbooks: bool = True) -> SheetFile:
    """The sheets of `file`; XLSX only with `workbooks`. Raises UnreadableFile, and any error for a broken XLSX."""
    start = _start_of(file, workbooks=workbooks)
    if start.startswith(_XLSX):
        from isopolity.tables.workbooks import XlsxSheets  # openpyxl is slow to import

        return XlsxSheets(file)
    if start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"["):
        raise UnreadableFile("This file is no table; send a workbook (XLSX) or CSV.")
    return CsvSheet(file)


def _start_of(file: BinaryIO, *, workbooks: bool) -> bytes:
    """The first bytes of `file`. Raises UnreadableFile if it is empty, or a workbook that is not read."""
    file.seek(0)
    start = file.read(64)
    file.seek(0)
    if not start.strip():
        raise UnreadableFile("The file is empty; send one with a heading line and rows.")
    if start.startswith(_OLD_EXCEL):
        raise UnreadableFile(
            "This is a workbook of old Excel (.xls), or one with a password; save it as .xlsx or CSV without one."
        )
    if start.startswith(_XLSX) and not workbooks:
        raise UnreadableFile("This server cannot bound what a workbook costs; save it as CSV and send that.")
    return start


def main() -> Exit:
    """Read standard input within the limits of the first argument."""
    given = json.loads(sys.argv[1])
    spool = _spool_sheets if given.pop("sheets", False) else _spool
    limits = Limits(**given)
    confined = confine(limits)
    for name in ("numpy", "PIL", "lxml"):  # openpyxl would use these if installed: slow, and a larger attack surface
        sys.modules[name] = None  # type: ignore[assignment] # how Python is names that there is no such module
    return exit_of(lambda: spool(sys.stdin.buffer, sys.stdout.buffer, limits.rows, workbooks=confined), UnreadableFile)


def _spool(file: BinaryIO, spool: BinaryIO, most: int, *, workbooks: bool) -> None:
    encode = json.JSONEncoder(separators=(",", ":")).encode
    with closing(open_rows(file, workbooks=workbooks)) as source:
        columns = source.columns
        names = None if columns is None else [name for name in columns if name != WHAT_TO_CHANGE]
        spool.write(encode(names).encode() + b"\n")
        for row in bounded(source, most, keep=columns is not None):
            if columns is not None and row.values.pop(WHAT_TO_CHANGE, None) is not None and not row.values:
                continue
            spool.write(encode([row.line, row.values, row.problem]).encode() + b"\n")
    spool.flush()


def _spool_sheets(file: BinaryIO, spool: BinaryIO, most: int, *, workbooks: bool) -> None:
    encode = json.JSONEncoder(separators=(",", ":")).encode
    with closing(open_sheets(file, workbooks=workbooks)) as source:
        spool.write(encode(list(source.names)).encode() + b"\n")
        for number, (place, line, cells) in enumerate(source.rows(), start=1):
            if number > most:
                raise UnreadableFile(f"The file has more than {most:,} rows; send it in parts.")
            is_long = any(isinstance(cell, str) and len(cell) > LONGEST_TEXT for cell in cells)
            excess = f"A text in the row has more than {LONGEST_TEXT:,} characters; shorten it." if is_long else None
            kept = [cell[:LONGEST_TEXT] if isinstance(cell, str) else cell for cell in cells] if is_long else cells
            spool.write(encode([place, line, kept, excess]).encode() + b"\n")
        spool.write(encode({"merged": list(source.merged())}).encode() + b"\n")
    spool.flush()


if __name__ == "__main__":
    leave(main())
