"""JSON Lines: one JSON object a line, with the fields of the HTTP interface; also as an array that is written so."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from isopolity.row_files.bounds import LONGEST_RECORD
from isopolity.row_files.rows import RawRow


class JsonLinesFile:
    """The rows of a JSON Lines file."""

    columns: tuple[str, ...] | None = None

    def __init__(self, file: BinaryIO, *, is_array: bool = False) -> None:
        """With `is_array`, brackets stand on the first line and the last, and commas at the ends of lines."""
        self._file = file
        self._is_array = is_array

    def close(self) -> None:
        return

    def __iter__(self) -> Iterator[RawRow]:
        line = 0
        while text := self._file.readline(LONGEST_RECORD):
            line += 1
            if line == 1:
                text = text.removeprefix(b"\xef\xbb\xbf")
            if len(text) == LONGEST_RECORD and not text.endswith(b"\n") and self._skip_rest():
                yield RawRow(line, {}, f"The line has more than {LONGEST_RECORD:,} bytes; shorten its texts and lists.")
            elif entry := self._entry(text):
                yield _row(entry, line)

    def _entry(self, text: bytes) -> bytes:
        """The line without what only belongs to an array; empty if nothing is left."""
        entry = text.strip()
        if not self._is_array:
            return entry
        return b"" if entry in (b"[", b"]") else entry.removesuffix(b",")

    def _skip_rest(self) -> bool:
        """Go to the end of the line; whether anything was left of it."""
        skipped = False
        while rest := self._file.readline(LONGEST_RECORD):
            skipped = True
            if rest.endswith(b"\n"):
                break
        return skipped


def _row(text: bytes, line: int) -> RawRow:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict):
        return RawRow(line, values)
    return RawRow(line, {}, "This is not one JSON object; write each entry on a line of its own.")
