"""One process at a time owns a file: the log of the embedded broker, or a service's SQLite database.

Invariant: the lock is the operating system's, on a file beside the owned one, so that a killed process leaves nothing
to clean up. It is not on the owned file itself, where SQLite has locks of its own.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OwnedByAnother(Exception):
    """Another process owns the file; its words say which file and what to do."""


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
