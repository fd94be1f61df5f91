"""The process that reads a stranger's file: `python -m isopolity.row_files.reader '<limits>'`.

The file is its standard input and must be one that can be sought. To standard output it writes a JSON line with the
columns, then one for each row: line, values, problem. It imports little, knows no secret and opens nothing else.

Invariant: it limits itself before it looks at the file, and whatever the file does to it ends with an exit code.
"""

import codecs
import errno
import json
import os
import sys
from contextlib import closing, suppress
from enum import IntEnum
from typing import BinaryIO, Final

from isopolity.row_files.bounds import Limits, bounded
from isopolity.row_files.csv_file import CsvFile
from isopolity.row_files.json_lines_file import JsonLinesFile
from isopolity.row_files.rows import WHAT_TO_CHANGE, RowFile, UnreadableFile

_ARRAY: Final = (b"[\n", b"[\r\n")
"""How an array begins that has an entry on each line."""
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
        from isopolity.row_files.xlsx_file import XlsxFile  # openpyxl is slow to import

        return XlsxFile(file)
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(_ARRAY):
        return JsonLinesFile(file, is_array=True)
    if text.startswith(b"["):
        raise UnreadableFile("This is one JSON array; write each entry on a line of its own (JSON Lines).")
    if text.startswith(b"{"):
        return JsonLinesFile(file)
    return CsvFile(file)


try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment] # stands for a module that is missing


class Exit(IntEnum):
    """How the process ends; any other code, or a signal, means that it was broken or over its time."""

    READ = 0
    REFUSED = 3
    """Standard error holds the sentence."""
    TOO_LARGE = 4
    """It ran out of memory or disk."""
    BROKEN = 5
    """Standard error holds the type of the error."""


def main() -> Exit:
    """Read standard input within the limits of the first argument."""
    limits = Limits(**json.loads(sys.argv[1]))
    confined = _confine(limits)
    for name in ("numpy", "PIL", "lxml"):  # openpyxl would take them where they are: slow to import, and more to attack
        sys.modules[name] = None  # type: ignore[assignment] # how Python is told that there is no such module
    try:
        _spool(sys.stdin.buffer, sys.stdout.buffer, limits.rows, workbooks=confined)
    except UnreadableFile as error:
        return _ended(Exit.REFUSED, str(error))
    except MemoryError:
        return Exit.TOO_LARGE
    except Exception as error:  # noqa: BLE001 - a process entry point, made to survive whatever a file brings about
        if isinstance(error, OSError) and error.errno in (errno.EFBIG, errno.ENOSPC):
            return Exit.TOO_LARGE
        return _ended(Exit.BROKEN, type(error).__name__)
    return Exit.READ


def _spool(file: BinaryIO, spool: BinaryIO, most: int, *, workbooks: bool) -> None:
    encode = json.JSONEncoder(separators=(",", ":")).encode
    with closing(open_rows(file, workbooks=workbooks)) as source:
        columns = source.columns
        told = None if columns is None else [name for name in columns if name != WHAT_TO_CHANGE]
        spool.write(encode(told).encode() + b"\n")
        for row in bounded(source, most, keep=columns is not None):
            if columns is not None and row.values.pop(WHAT_TO_CHANGE, None) is not None and not row.values:
                continue
            spool.write(encode([row.line, row.values, row.problem]).encode() + b"\n")
    spool.flush()


def _confine(limits: Limits) -> bool:
    """Limit this process; whether the system can. macOS counts no memory: there the bounds of the package must do."""
    if resource is None:
        return False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.disk, limits.disk))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    return True


def _ended(code: Exit, words: str) -> Exit:
    sys.stderr.buffer.write(words.encode("utf-8", "replace"))
    sys.stderr.buffer.flush()
    return code


if __name__ == "__main__":
    os._exit(main())  # what could not be written is not tried again
