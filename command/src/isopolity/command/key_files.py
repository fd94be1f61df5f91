"""The secrets in the data folder: keys of registry, the command and answer links, and the key that opens the mail box.

Invariant: only its owner can read a file of keys, and it is there whole or not at all.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from isopolity.command.failure import ExitCode, Failure
from isopolity.configuration.secret_files import UnusableSecret, given_secret

_REGISTRY: Final = "registry.keys"
_COMMAND: Final = "command.key"
_EARLIER: Final = "token.keys"
"""File of the release before, which kept one key for everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkKeys:
    """Secrets of a network that runs in one process."""

    registry: tuple[str, ...]
    """Secrets of registry; the first signs."""
    command: str
    earlier: tuple[str, ...] = ()
    """Secrets that all services shared in the release before; they still open its seals and verify its tokens."""


def ensure_network_keys(folder: Path, longest: timedelta) -> NetworkKeys:
    """The keys in the settings, else those in `folder`, which are made where there are none.

    The keys of the release before are kept for `longest`, as long as a token of theirs can live. Call it while the
    folder is claimed.
    """
    registry = given_keys("ISOPOLITY_REGISTRY_KEYS") or _ensure(folder / _REGISTRY)
    command = given_keys("ISOPOLITY_COMMAND_KEY") or _ensure(folder / _COMMAND)
    with suppress(OSError):
        made = datetime.fromtimestamp((folder / _REGISTRY).stat().st_mtime, UTC)
        if datetime.now(UTC) - made > longest:
            (folder / _EARLIER).unlink(missing_ok=True)
    return NetworkKeys(registry=registry, command=command[0], earlier=known_earlier_keys(folder))


def known_registry_keys(folder: Path) -> tuple[str, ...]:
    """The secrets of registry: ISOPOLITY_REGISTRY_KEYS, else those in `folder`, else none."""
    return given_keys("ISOPOLITY_REGISTRY_KEYS") or _read(folder / _REGISTRY)


def known_command_key(folder: Path) -> str | None:
    """The secret of the command's own key: ISOPOLITY_COMMAND_KEY, else that in `folder`, else None."""
    given = given_keys("ISOPOLITY_COMMAND_KEY")
    if not given and given_keys("ISOPOLITY_TOKEN_KEYS"):
        return None  # of a network that is not yet upgraded
    return next(iter(given or _read(folder / _COMMAND)), None)


def known_earlier_keys(folder: Path) -> tuple[str, ...]:
    """The keys that all services shared in the release before: ISOPOLITY_TOKEN_KEYS, else those in `folder`."""
    return given_keys("ISOPOLITY_TOKEN_KEYS") or _read(folder / _EARLIER)


def ensure_link_keys(folder: Path) -> tuple[str, ...]:
    """The keys for answer links in `folder`; one is made if there is none. Call it while the folder is claimed."""
    return _ensure(folder / "link.keys")


def ensure_mail_box_key(folder: Path) -> str:
    """The key that opens the mail box's pages; it is made if there is none. Call it while the folder is claimed."""
    return _ensure(folder / "mailbox.key")[0]


def given_keys(setting: str) -> tuple[str, ...]:
    """The keys in a setting, or in the file that it names. Raises Failure for a file that cannot be used."""
    try:
        given = given_secret(setting) or ""
    except UnusableSecret as problem:
        raise Failure(f"Correct {setting}_FILE: {problem}.", ExitCode.USAGE) from None
    return tuple(key.strip() for key in given.split(",") if key.strip())


def _read(file: Path) -> tuple[str, ...]:
    with suppress(OSError):
        return tuple(file.read_text(encoding="ascii").split())
    return ()


def _ensure(file: Path) -> tuple[str, ...]:
    present = _read(file)
    if present:
        return present
    fresh = f"{datetime.now(UTC).date()}.{secrets.token_urlsafe(48)}"
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as written:
        written.write(fresh + "\n")
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)
    return (fresh,)
