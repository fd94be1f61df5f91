"""Runs a child process that limits itself, and returns how it ended.

Invariant: the process gets no variable that may hold a secret, is ended when its time is over or its caller gives up,
and the event loop is free meanwhile.
"""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import BinaryIO, Final

_PASSED_ON: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""The variables that Python may need to start; the others may hold secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a process ended."""

    code: int | None
    words: str
    """The end of its standard error."""
    is_late: bool
    """Whether it was killed because it exceeded its time, of clock or processor."""


async def run_confined(module: str, argument: str, *, reads: BinaryIO, writes: BinaryIO, seconds: float) -> Ending:
    """Run `python -m module argument` on two files on disk, for `seconds` at most."""
    reads.flush()
    os.lseek(reads.fileno(), 0, os.SEEK_SET)
    # asyncio's subprocess would fork, and copying the page tables of a large process blocks the event loop
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - it starts in a millisecond; a program of ours, without a shell
        [sys.executable, "-P", "-W", "ignore", "-m", module, argument],
        stdin=reads.fileno(),
        stdout=writes.fileno(),
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    )
    ending = asyncio.create_task(asyncio.to_thread(_words, process, seconds))
    try:
        words = await asyncio.shield(ending)
    finally:
        process.kill()
        await asyncio.wait([ending])
    code = process.returncode
    is_late = words is None or (code is not None and code == -getattr(signal, "SIGXCPU", 0))
    return Ending(code=code, words=(words or b"").decode("utf-8", "replace"), is_late=is_late)


def _words(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
    """The end of the process's standard error; None if it took longer than `seconds` and was killed."""
    try:
        return process.communicate(timeout=seconds)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
