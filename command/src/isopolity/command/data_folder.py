"""The data folder of `isopolity up`: the process that works in it, its keys, and whether it holds the demo network.

Invariant: one process at a time works in a folder, and a process that is killed leaves nothing to clean up; only its
owner can read a file of keys, and it is there whole or not at all.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from isopolity.command.failure import Failure, Misuse
from isopolity.configuration.secret_files import UnusableSecret, given_secret
from isopolity.machine.stores import OwnedByAnother, is_owned, owned

OWNED: Final = "isopolity"
"""The name in the data folder that `isopolity up` owns."""
_LOCK: Final = "isopolity.lock"
"""The file that is locked for it; its content names the holder of the folder."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a data folder, and the address at which it answers."""

    process: int
    url: str


def write_holder(folder: Path, url: str) -> None:
    """Say that this process, which has locked `folder`, answers at `url`."""
    (folder / _LOCK).write_text(json.dumps({"process": os.getpid(), "url": url}), encoding="utf-8")


def holder_of(folder: Path) -> Holder | None:
    """The holder of `folder` now; None if the folder is free, or if its lock file cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        if is_owned(folder / OWNED):
            said = json.loads((folder / _LOCK).read_text(encoding="utf-8"))
            return Holder(int(said["process"]), str(said["url"]))
    return None


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
    """The keys in the settings, else those in `folder`, which are made if there are none.

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
        raise Misuse(f"Correct {setting}_FILE: {problem}.") from None
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


@contextmanager
def claimed(folder: Path, url: str) -> Iterator[None]:
    """Hold `folder` for this process, which serves `url`. Raises Failure when another process holds it."""
    _create(folder)
    with ExitStack() as stack:
        try:
            stack.enter_context(owned(folder / OWNED))
        except OwnedByAnother:
            raise Failure(_refusal(folder)) from None
        write_holder(folder, url)
        yield


_CLAIMED: Final = "claimed"
_LOADED: Final = "loaded"


class DemoState:
    """Whether a data folder holds the demo network, remembered in a file there; and from when on, in another one."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._marker = data / "demo"
        self._start = data / "demo.start"

    @property
    def present(self) -> bool:
        """Whether the folder's network is the demo one, loaded or to be loaded."""
        return self._marker.exists()

    @property
    def unfinished(self) -> bool:
        """Whether the demo network is still to be loaded, or to be loaded again after an interruption."""
        return self.present and self._marker.read_text(encoding="ascii") != _LOADED

    @property
    def unwritten(self) -> bool:
        """Whether its history is still to be written: nothing else is in the folder."""
        return self.present and self._marker.read_text(encoding="ascii") == _CLAIMED

    @property
    def start(self) -> datetime | None:
        """When the demo network began; all before that is its history. None without a history."""
        with suppress(OSError, ValueError):
            return datetime.fromisoformat(self._start.read_text(encoding="ascii").strip())
        return None

    def claim_fresh_folder(self) -> None:
        """Let the folder hold the demo network, unless it holds another network already."""
        if not self.present and not (self._data / "registry.db").exists():
            self._marker.write_text(_CLAIMED, encoding="ascii")

    def written(self, start: datetime | None) -> None:
        """Remember that its history is written, up to `start`; None: that it has none."""
        if start is not None:
            self._start.write_text(start.isoformat(), encoding="ascii")
        self._marker.write_text("loading", encoding="ascii")

    def finished(self) -> None:
        """Remember that the demo network is loaded."""
        self._marker.write_text(_LOADED, encoding="ascii")


def _create(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        problem = f"The data folder {folder} cannot be created ({error.strerror})"
        raise Failure(f"{problem}; choose another with --data.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"The data folder {folder} may not be written; change its owner, or choose another with --data.")


def _refusal(folder: Path) -> str:
    holder = holder_of(folder)
    who = f"process {holder.process} at {holder.url}" if holder else "another process"
    return f"The data in {folder} is in use by {who}; stop that first, or choose another folder with --data."
