"""Limits that a child process sets for itself, and its exit codes.

Invariant: this module imports little, since a process imports it before it limits itself.
"""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from typing import Final, Protocol

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment] # stands for a module that is missing


class Bounds(Protocol):
    """Limits of a process: seconds of processor, bytes of memory, bytes of a file that it writes."""

    @property
    def cpu_seconds(self) -> int: ...

    @property
    def memory(self) -> int: ...

    @property
    def disk(self) -> int: ...


class Exit(IntEnum):
    """Exit codes of the process; any other code, or a signal, means that it crashed or exceeded its time."""

    DONE = 0
    REFUSED = 3
    """The work was refused; standard error has the sentence."""
    TOO_LARGE = 4
    """It ran out of memory or disk."""
    BROKEN = 5
    """Any other error; standard error has its type."""


_FULL: Final = (errno.EFBIG, errno.ENOSPC)


def confine(limits: Bounds) -> bool:
    """Limit this process; returns whether the system can. macOS does not limit memory."""
    if resource is None:
        return False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.disk, limits.disk))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    return True


def exit_of(work: Callable[[], None], refusal: type[Exception]) -> Exit:
    """Do the work of the process; every error becomes an exit code and words on standard error."""
    try:
        work()
    except refusal as error:
        return _ended(Exit.REFUSED, str(error))
    except MemoryError:
        return Exit.TOO_LARGE
    except Exception as error:  # noqa: BLE001 - a process entry point, made to survive whatever it is given
        if isinstance(error, OSError) and error.errno in _FULL:
            return Exit.TOO_LARGE
        return _ended(Exit.BROKEN, type(error).__name__)
    return Exit.DONE


def leave(code: Exit) -> None:
    """End the process at once, without another try to write buffered output."""
    os._exit(code)


def _ended(code: Exit, words: str) -> Exit:
    sys.stderr.buffer.write(words.encode("utf-8", "replace"))
    sys.stderr.buffer.flush()
    return code
