"""Has a stranger's file read by a process of its own, and gives the rows that it wrote down.

Invariant: nothing of the file is parsed in this process before the reading process has ended well; no transaction is
open meanwhile, and the event loop is free.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import BinaryIO, Final

import structlog

from isopolity.row_files import reader
from isopolity.row_files.bounds import Limits
from isopolity.row_files.reader import Exit
from isopolity.row_files.rows import RawRow, UnreadableFile

_log = structlog.get_logger(__name__)
_PASSED_ON: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""The variables that Python may need to start; the others may hold secrets."""
_LIMITS: Final = Limits()


class Spool:
    """The rows that a reading process wrote down."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        file.seek(0)
        columns = json.loads(file.readline())
        self.columns: tuple[str, ...] | None = None if columns is None else tuple(columns)
        self._start = file.tell()

    @property
    def share(self) -> float:
        """How much of the rows has been given, from 0 to 1."""
        return self._file.tell() / self._size

    def __iter__(self) -> Iterator[RawRow]:
        """The rows from the first on, each time."""
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


async def _read(file: BinaryIO, spool: BinaryIO, limits: Limits) -> None:
    file.flush()
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    arguments = ("-P", "-W", "ignore", "-m", reader.__name__, json.dumps(asdict(limits)))
    # asyncio's subprocess would fork: to copy the tables of a large process's memory holds up the event loop
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - it starts in a millisecond; a program of ours, without a shell
        [sys.executable, *arguments],
        stdin=file.fileno(),
        stdout=spool.fileno(),
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    )
    ending = asyncio.create_task(asyncio.to_thread(_words, process, limits.seconds))
    try:
        words = await asyncio.shield(ending)
    finally:
        process.kill()
        await asyncio.wait([ending])
    if words is None:
        raise _too_slow()
    if process.returncode != Exit.READ:
        raise _refusal(process.returncode, words.decode("utf-8", "replace"))


def _words(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
    """What the process said as it ended; None if it took longer, and was killed."""
    try:
        return process.communicate(timeout=seconds)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None


def _refusal(code: int | None, words: str) -> UnreadableFile:
    """The sentence for how the reading process ended."""
    if code == Exit.REFUSED:
        return UnreadableFile(words)
    _log.warning("import_unread", code=code, error=words if code == Exit.BROKEN else None)
    if code == Exit.TOO_LARGE:
        return UnreadableFile("The file needs more memory than an import may have; send it in parts, or as CSV.")
    if code is not None and code == -getattr(signal, "SIGXCPU", 0):
        return _too_slow()
    return UnreadableFile(
        "The file is neither a workbook nor a text that can be read; save it as .xlsx or CSV once more and send that."
    )


def _too_slow() -> UnreadableFile:
    return UnreadableFile("Reading the file took longer than an import may take; send it in parts, or as CSV.")
