"""The data folder of the embedded mode: one process at a time, and keys that only their owner can read.

Invariant: the lock is the operating system's, so that a killed process leaves nothing to clean up.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from isopolity.command.failure import Failure

_LOCK = "isopolity.lock"


@contextmanager
def claimed(folder: Path, url: str) -> Iterator[None]:
    """Hold `folder` for this process, which serves `url`. Raises Failure when another process holds it."""
    _create(folder)
    with (folder / _LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(_refusal(folder)) from None
        lock.truncate(0)
        lock.write(json.dumps({"process": os.getpid(), "url": url}))
        lock.flush()
        yield


def keys(folder: Path) -> tuple[str, ...]:
    """The token keys in `folder`, the signing one first; none if there is no such file, or it may not be read."""
    return _read(folder / "token.keys")


def ensure_keys(folder: Path) -> tuple[str, ...]:
    """The token keys in `folder`; a first one is made if there is none. Call it with the folder claimed."""
    return _ensure(folder / "token.keys")


def ensure_link_keys(folder: Path) -> tuple[str, ...]:
    """The keys for answer links in `folder`; a first one is made if there is none. Call it with the folder claimed."""
    return _ensure(folder / "link.keys")


def ensure_mail_box_key(folder: Path) -> str:
    """The key that opens the mail box's pages; it is made if there is none. Call it with the folder claimed."""
    return _ensure(folder / "mailbox.key")[0]


def _read(file: Path) -> tuple[str, ...]:
    with suppress(OSError):
        return tuple(file.read_text(encoding="ascii").split())
    return ()


def _ensure(file: Path) -> tuple[str, ...]:
    """The secrets in `file`, which only its owner can read and which is there whole or not at all."""
    present = _read(file)
    if present:
        return present
    fresh = secrets.token_urlsafe(48)
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as written:
        written.write(fresh + "\n")
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)
    return (fresh,)


def _create(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"The data folder {folder} cannot be created ({error.strerror}); choose another with --data."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"The data folder {folder} may not be written; change its owner, or choose another with --data.")


def _refusal(folder: Path) -> str:
    holder = {}
    with suppress(OSError, ValueError):
        holder = json.loads((folder / _LOCK).read_text(encoding="utf-8"))
    who = f"process {holder['process']} at {holder['url']}" if holder else "another process"
    return f"The data in {folder} is in use by {who}; stop that first, or choose another folder with --data."
