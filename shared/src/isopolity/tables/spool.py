"""Starts a process that reads a stranger's file, and gives the rows that it wrote.

Invariant: this process parses nothing of the file before the reading process has ended well; no transaction is open
meanwhile, and the event loop is free.
"""

import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

import structlog

from isopolity.machine.child_process import Ending, run_confined
from isopolity.machine.limits import Exit
from isopolity.tables import reader
from isopolity.tables.rows import Limits, RawRow, UnreadableFile

_log = structlog.get_logger(__name__)
_LIMITS: Final = Limits()


class Spool:
    """The rows that a reading process wrote."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        file.seek(0)
        columns = json.loads(file.readline())
        self.columns: tuple[str, ...] | None = None if columns is None else tuple(columns)
        self._start = file.tell()

    @property
    def share(self) -> float:
        """The share of the rows that was given so far, from 0 to 1."""
        return self._file.tell() / self._size

    def __iter__(self) -> Iterator[RawRow]:
        """All rows, from the first on at each iteration."""
        self._file.seek(self._start)
        for text in self._file:
            line, values, problem = json.loads(text)
            yield RawRow(line, values, problem)

    def close(self) -> None:
        return


@asynccontextmanager
async def spooled(file: BinaryIO, limits: Limits = _LIMITS) -> AsyncIterator[Spool]:
    """The rows of `file`, a file on disk. Raises UnreadableFile."""
    with TemporaryFile() as spool:
        await _read(file, spool, limits)
        yield Spool(spool)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet as it stands: place of the sheet, line, cells; a sentence if it is beyond a limit."""

    sheet: int
    line: int
    cells: Sequence[Any]
    problem: str | None = None


class Sheets:
    """The rows of all sheets that a reading process wrote."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(0)
        self.names: Sequence[str] = json.loads(file.readline())
        self._start = file.tell()
        self.merged: Sequence[tuple[int, str]] = ()
        """The sheet and the range of merged cells; known once all rows were read."""

    def __iter__(self) -> Iterator[SheetRow]:
        """All rows, from the first on at each iteration."""
        self._file.seek(self._start)
        for text in self._file:
            found = json.loads(text)
            if isinstance(found, dict):
                self.merged = [(sheet, name) for sheet, name in found["merged"]]
            else:
                yield SheetRow(*found)


@asynccontextmanager
async def spooled_sheets(file: BinaryIO, limits: Limits = _LIMITS) -> AsyncIterator[Sheets]:
    """The rows of all sheets of `file`, a file on disk. Raises UnreadableFile."""
    with TemporaryFile() as spool:
        await _read(file, spool, limits, sheets=True)
        yield Sheets(spool)


async def _read(file: BinaryIO, spool: BinaryIO, limits: Limits, *, sheets: bool = False) -> None:
    argument = json.dumps(asdict(limits) | ({"sheets": True} if sheets else {}))
    ending = await run_confined(reader.__name__, argument, reads=file, writes=spool, seconds=limits.seconds)
    if ending.is_late:
        raise _too_slow()
    if ending.code != Exit.DONE:
        raise _refusal(ending)


def _refusal(ending: Ending) -> UnreadableFile:
    """The sentence for how the reading process ended."""
    if ending.code == Exit.REFUSED:
        return UnreadableFile(ending.words)
    _log.warning("import_unread", code=ending.code, error=ending.words if ending.code == Exit.BROKEN else None)
    if ending.code == Exit.TOO_LARGE:
        return UnreadableFile("The file needs more memory than an import may have; send it in parts, or as CSV.")
    return UnreadableFile(
        "The file is neither a workbook nor a text that can be read; save it as .xlsx or CSV once more and send that."
    )


def _too_slow() -> UnreadableFile:
    return UnreadableFile("Reading the file took longer than an import may take; send it in parts, or as CSV.")
