"""JSON Lines: one JSON object a line, with the fields of the HTTP interface."""

import json
from collections.abc import Iterator
from typing import BinaryIO, Final

from isopolity.registry.entrypoints.imports.rows import RawRow

_LONGEST: Final = 1_000_000


class JsonLinesFile:
    """The rows of a JSON Lines file."""

    columns: tuple[str, ...] | None = None

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def close(self) -> None:
        return

    def __iter__(self) -> Iterator[RawRow]:
        line = 0
        while text := self._file.readline(_LONGEST):
            line += 1
            if line == 1:
                text = text.removeprefix(b"\xef\xbb\xbf")
            if text.strip():
                yield _row(text, line)


def _row(text: bytes, line: int) -> RawRow:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict):
        return RawRow(line, values)
    return RawRow(line, {}, "This is not one JSON object; write each entry on a line of its own.")
