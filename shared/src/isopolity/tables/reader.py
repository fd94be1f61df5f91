"""The process that reads a stranger's file: `python -m isopolity.tables.reader '<limits>'`.

The file is its standard input and must be one that can be sought. To standard output it writes a JSON line with the
columns, then one for each row: line, values, problem. It imports little, has no secret and opens nothing else.
Invariant: it limits itself before it reads the file, and whatever the file causes, it ends with an exit code.
"""

import codecs
import json
import sys
from contextlib import closing
from typing import BinaryIO, Final

from isopolity.machine.limits import Exit, confine, exit_of, leave
from isopolity.tables.rows import WHAT_TO_CHANGE, Limits, RowFile, UnreadableFile, bounded
from isopolity.tables.text_files import CsvFile, JsonLinesFile

_ARRAY: Final = (b"[\n", b"[\r\n")
"""How a JSON array with an entry on each line begins."""
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


def open_rows(file: BinaryIO, *, workbooks: bool = True) -> RowFile:
    """The rows of `file`; XLSX only with `workbooks`. Raises UnreadableFile, and any error for a broken XLSX."""
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


def main() -> Exit:
    """Read standard input within the limits of the first argument."""
    limits = Limits(**json.loads(sys.argv[1]))
    confined = confine(limits)
    for name in ("numpy", "PIL", "lxml"):  # openpyxl would use these if installed: slow, and a larger attack surface
        sys.modules[name] = None  # type: ignore[assignment] # how Python is names that there is no such module
    return exit_of(lambda: _spool(sys.stdin.buffer, sys.stdout.buffer, limits.rows, workbooks=confined), UnreadableFile)


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


if __name__ == "__main__":
    leave(main())
