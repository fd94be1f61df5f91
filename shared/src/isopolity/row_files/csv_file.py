"""CSV, also as Excel writes it: semicolons or tabs, code page 1252, a byte-order mark.

Invariant: the line of a row is the one that it begins on, also where cells hold line breaks; a quotation mark that is
never closed is refused, since it would swallow the rows after it.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from isopolity.csv_tables import unescaped
from isopolity.row_files.bounds import LONGEST_RECORD, heading, widened
from isopolity.row_files.rows import RawRow, UnreadableFile

_BLOCK: Final = 1 << 20


class CsvFile:
    """The rows of a CSV file."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
        self._length = 0
        """Characters of the present record so far."""
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
        """The lines of the file, as long as no record of them grows beyond the bound."""
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
