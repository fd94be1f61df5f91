"""The secrets in the data folder: keys that sign tokens and answer links, and the key that opens the mail box.

Invariant: only its owner can read a file of keys, and it is there whole or not at all.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from isopolity.command.failure import ExitCode, Failure
from isopolity.configuration.secret_files import UnusableSecret, given_secret


def known_token_keys(folder: Path) -> tuple[str, ...]:
    """The network's token keys, the signing one first: ISOPOLITY_TOKEN_KEYS, else those in `folder`, else none.

    Raises Failure for a file of keys that cannot be used.
    """
    try:
        given = given_secret("ISOPOLITY_TOKEN_KEYS") or ""
    except UnusableSecret as problem:
        raise Failure(f"Correct ISOPOLITY_TOKEN_KEYS_FILE: {problem}.", ExitCode.USAGE) from None
    return tuple(key.strip() for key in given.split(",") if key.strip()) or _read(folder / "token.keys")


def ensure_token_keys(folder: Path) -> tuple[str, ...]:
    """The token keys in `folder`; one is made if there is none. Call it while the folder is claimed."""
    return _ensure(folder / "token.keys")


def ensure_link_keys(folder: Path) -> tuple[str, ...]:
    """The keys for answer links in `folder`; one is made if there is none. Call it while the folder is claimed."""
    return _ensure(folder / "link.keys")


def ensure_mail_box_key(folder: Path) -> str:
    """The key that opens the mail box's pages; it is made if there is none. Call it while the folder is claimed."""
    return _ensure(folder / "mailbox.key")[0]


def _read(file: Path) -> tuple[str, ...]:
    with suppress(OSError):
        return tuple(file.read_text(encoding="ascii").split())
    return ()


def _ensure(file: Path) -> tuple[str, ...]:
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
