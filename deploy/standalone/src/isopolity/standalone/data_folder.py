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

from isopolity.standalone.failure import Failure

_LOCK = "isopolity.lock"
_KEYS = "token.keys"
_MAIL_BOX_KEY = "mailbox.key"


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
    """The keys in `folder`, the signing one first; none if there is no such file, or it may not be read."""
    with suppress(OSError):
        return tuple((folder / _KEYS).read_text(encoding="ascii").split())
    return ()


def ensure_keys(folder: Path) -> tuple[str, ...]:
    """The keys in `folder`; a first one is made if there is none. Call it with the folder claimed."""
    return keys(folder) or (_make_secret(folder / _KEYS),)


def ensure_mail_box_key(folder: Path) -> str:
    """The key that opens the mail box's pages; it is made if there is none. Call it with the folder claimed."""
    with suppress(OSError):
        if present := (folder / _MAIL_BOX_KEY).read_text(encoding="ascii").strip():
            return present
    return _make_secret(folder / _MAIL_BOX_KEY)


def _make_secret(path: Path) -> str:
    """A fresh secret, in a file that only its owner can read and that is there whole or not at all."""
    fresh = secrets.token_urlsafe(48)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(fresh + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return fresh


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
