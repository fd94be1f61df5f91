"""Tables as text: writes CSV for spreadsheets; reads CSV of strangers, and JSON Lines.

Excel writes CSV with semicolons or tabs, in code page 1252, or with a byte-order mark. Invariant: a text stays a text:
one that a spreadsheet would take for a formula gets an apostrophe in front, which `unescaped` removes. The line of a
row is the one that it begins on, also where cells hold line breaks; a quotation mark that is never closed is refused,
since it would swallow the rows after it.
"""

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Final

from isopolity.tables.rows import LONGEST_RECORD, MOST_COLUMNS, RawRow, UnreadableFile, heading, widened

Value = str | int | float | bool | date | None
"""The value of a cell; None is an empty cell, a truth value is written as yes or no."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED: Final = re.compile(r"'+[=+\-@\t\r]")


def write_csv(file: BinaryIO, heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a table in UTF-8 with a byte-order mark, by which Excel recognises it; `file` stays open."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([_csv_text(value) for value in row] for row in rows)
    text.detach()


def escaped(text: str) -> str:
    """`text` as it is written to a CSV file."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text of a cell of a CSV file."""
    return text[1:] if _ESCAPED.match(text) else text


def _csv_text(value: Value) -> str:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"  # without an exponent
    return "" if value is None else str(value)


_BLOCK: Final = 1 << 20


class CsvFile:
    """The rows of a CSV file."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
        self._length = 0
        """Characters of the current record so far."""
        try:
            self._delimiter = _delimiter(self._text.readline(LONGEST_RECORD))
            self._text.seek(0)
            self._reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
            self.columns: tuple[str, ...] | None = heading(next(self._reader))
        except (csv.Error, StopIteration, UnicodeError):
            self.close()
            raise UnreadableFile("The first line is no heading; it must name the columns.") from None
        except UnreadableFile:
            self.close()
            raise

    def close(self) -> None:
        self._text.detach()  # the file belongs to the caller

    def __iter__(self) -> Iterator[RawRow]:
        columns = self.columns or ()
        width = len(columns)
        self._length = 0
        line = self._reader.line_num + 1
        try:
            for cells in self._reader:
                if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                    yield RawRow(
                        line, self._values(widened(columns, len(cells)), cells), self._too_many(len(cells), width)
                    )
                elif values := self._values(columns, cells):
                    yield RawRow(line, values)
                self._length = 0
                line = self._reader.line_num + 1
        except UnicodeError:
            raise UnreadableFile(f"The file is not text from line {line} on; save it as CSV in UTF-8.") from None
        except csv.Error as error:
            raise UnreadableFile(
                f"The row that begins on line {line} is not CSV ({error}); look at its quotation marks, correct it and "
                "send the file again."
            ) from None

    def _lines(self) -> Iterator[str]:
        """The lines of the file, until a record grows beyond the limit."""
        while line := self._text.readline(LONGEST_RECORD):
            self._length += len(line)
            if self._length >= LONGEST_RECORD:
                raise csv.Error(f"it has more than {LONGEST_RECORD:,} characters")
            yield line

    def _too_many(self, cells: int, width: int) -> str:
        return (
            f"The row has {cells} cells where the heading has {width}; "
            f"put a text that holds “{self._delimiter}” between quotation marks."
        )

    @staticmethod
    def _values(columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
        pairs = zip(columns, cells, strict=False)
        return {name: unescaped(text) for name, cell in pairs if (text := cell.strip())}


class CsvSheet(CsvFile):
    """The cells of a CSV file as they stand; its heading may be on any line."""

    names = ("",)

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
        self._length = 0
        try:
            self._delimiter = _delimiter_of([self._text.readline(LONGEST_RECORD) for _ in range(_SAMPLE)])
            self._text.seek(0)
        except UnicodeError:
            self.close()
            raise UnreadableFile("The file is not text; save it as CSV in UTF-8.") from None
        self._reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)

    def rows(self) -> Iterator[tuple[int, int, list[Any]]]:
        """The place of the sheet, the line and the cells of each row that is not empty."""
        line = 1
        try:
            for cells in self._reader:
                values = [unescaped(cell.strip()) or None for cell in cells]
                while values and values[-1] is None:
                    values.pop()
                if len(values) > MOST_COLUMNS:
                    raise UnreadableFile(f"Line {line} has {len(values):,} cells; at most {MOST_COLUMNS} are possible.")
                if any("\x00" in value for value in values if value):
                    raise UnreadableFile("The file is no table; save it as .xlsx or CSV once more and send that.")
                if values:
                    yield 0, line, list(values)
                self._length = 0
                line = self._reader.line_num + 1
        except UnicodeError:
            raise UnreadableFile(f"The file is not text from line {line} on; save it as CSV in UTF-8.") from None
        except csv.Error as error:
            raise UnreadableFile(
                f"The row that begins on line {line} is not CSV ({error}); look at its quotation marks, correct it and "
                "send the file again."
            ) from None

    def merged(self) -> Iterator[tuple[int, str]]:
        """No cells of a CSV file are merged."""
        return iter(())


_SAMPLE: Final = 20
"""Lines from which the delimiter is told: titles may stand above the table."""


def _delimiter_of(lines: Sequence[str]) -> str:
    """The delimiter with the most lines that have the same number of it; of several the one that is there most."""

    def regular(mark: str) -> tuple[int, int]:
        counts = Counter(count for line in lines if (count := line.count(mark)))
        ((number, times),) = counts.most_common(1) or [(0, 0)]
        return times, number

    return max(",;\t", key=regular)


def _encoding(file: BinaryIO) -> str:
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _delimiter(first_line: str) -> str:
    return max(",;\t", key=first_line.count)


class JsonLinesFile:
    """The rows of a JSON Lines file."""

    columns: tuple[str, ...] | None = None

    def __init__(self, file: BinaryIO, *, is_array: bool = False) -> None:
        """With `is_array`, the first and last lines are brackets, and lines end with commas."""
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
        """The line without the brackets and commas of an array; may be empty."""
        entry = text.strip()
        if not self._is_array:
            return entry
        return b"" if entry in (b"[", b"]") else entry.removesuffix(b",")

    def _skip_rest(self) -> bool:
        """Skip to the end of the line; returns whether anything was skipped."""
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
