"""Files that one process at a time owns (the log of the embedded broker, a service's SQLite database), and why a store
cannot be written: a full disk, a quota, a missing right, damage.

Invariant: the lock is the operating system's, on a file beside the owned one, so that a killed process leaves nothing
to clean up. It is not on the owned file itself, where SQLite has locks of its own. A store counts as unwritable only by
what the operating system, SQLite or PostgreSQL reported; a lock that another process holds does not count. Sentences
name tables and files, and no value of a row.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EACCES, EDQUOT, EFBIG, EIO, ENOSPC, EPERM, EROFS
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, NamedTuple


class OwnedByAnother(Exception):
    """Another process owns the file; the message says which file and what to do."""


@contextmanager
def owned(path: Path) -> Iterator[None]:
    """Own `path` inside the block; its folder is created if missing. Raises OwnedByAnother at once, without waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock_of(path).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OwnedByAnother(
                f"Another process has {path} open; stop it, or set ISOPOLITY_DATA to another folder."
            ) from None
        yield


def is_owned(path: Path) -> bool:
    """Whether a process owns `path` now."""
    try:
        with _lock_of(path).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


UNWRITABLE: Final = "cannot be written"


class Unwritable(NamedTuple):
    """A cause, as the end of “because …”, and advice, as a sentence without its full stop."""

    cause: str
    remedy: str
    detail: str = ""
    """The server's own words, which name a table; empty if the cause is enough."""

    def of(self, place: object) -> str:
        """Two sentences for an operator about the store at `place`."""
        cause = f"{self.cause} ({self.detail})" if self.detail else self.cause
        return f"{place} {UNWRITABLE}, because {cause}. {self.remedy}; then it goes on by itself"


FULL: Final = Unwritable("its disk is full", "Make room there")
READ_ONLY: Final = Unwritable("it is read-only", "Make the file, its folder and the file system writable")
LIMITED: Final = Unwritable("a quota or a limit on sizes is reached", "Raise it, or make room")
FAILING: Final = Unwritable("its disk refuses", "Look whether the disk fails, became read-only or has a quota")
NO_CHANGES: Final = Unwritable("its server takes no changes", "End the server's read-only mode or name the new primary")
FORBIDDEN: Final = Unwritable("its role lacks a right", "Grant the role of the service all rights on its tables")
UNKNOWN_TABLE: Final = Unwritable(
    "a table is missing, or its schema is closed to the role", "Migrate the database, or grant the role its schema"
)
CLOSED: Final = Unwritable(
    "it cannot be opened", "Look for the file and its folder, their rights, and how many files may be open"
)
DAMAGED: Final = Unwritable("it is damaged", "Restore it from a backup")

_ERRNO: Final[Mapping[int, Unwritable]] = {
    ENOSPC: FULL,
    EDQUOT: LIMITED,
    EFBIG: LIMITED,
    EROFS: READ_ONLY,
    EACCES: READ_ONLY,
    EPERM: READ_ONLY,
    EIO: FAILING,
}
_SQLITE: Final[Mapping[int, Unwritable]] = {8: READ_ONLY, 10: FAILING, 11: DAMAGED, 13: FULL, 14: CLOSED, 26: DAMAGED}
"""By primary code: SQLITE_READONLY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_NOTADB."""
_SQLSTATES: Final[Mapping[str, Unwritable]] = {
    "25006": NO_CHANGES,
    "42501": FORBIDDEN,
    "42P01": UNKNOWN_TABLE,
    "53100": FULL,
    "53400": LIMITED,
    "58030": FAILING,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
_NAMING: Final = (FORBIDDEN, UNKNOWN_TABLE)
"""Causes for which the server's words name the table, and have no value of a row."""


ROOM: Final = 262_144
"""Bytes that a transaction may need: a disk with less counts as full, even if a log has free pages."""


def try_room(folder: Path) -> None:
    """Allocate `ROOM` bytes on the disk of `folder` and free them. Raises OSError."""
    with TemporaryFile(dir=folder) as file:
        file.write(bytes(ROOM))
        file.flush()


def why_unwritable(error: BaseException | None) -> Unwritable | None:
    """The cause that a driver or the operating system reported; None for any other error."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF)
    if isinstance(error, OSError):
        return _ERRNO.get(error.errno or 0)
    why = _SQLSTATES.get(getattr(error, "sqlstate", None) or "")
    return why._replace(detail=_words(error)) if why in _NAMING else why


def _words(error: BaseException | None) -> str:
    """The first line of the server's message, without the class name of the driver's wrapper."""
    said = getattr(error, "__cause__", None) or error
    return str(said.args[0]).partition("\n")[0] if said is not None and said.args else ""
