"""The data folder of `isopolity up`: which process works in it, and whether it holds the demo network.

Invariant: one process at a time works in a folder; a process that is killed leaves nothing to clean up.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from isopolity.command.failure import Failure
from isopolity.command.running_instance import OWNED, holder_of, write_holder
from isopolity.sole_owner import OwnedByAnother, owned


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


class DemoState:
    """Whether a data folder holds the demo network, remembered in a file there."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._marker = data / "demo"

    @property
    def present(self) -> bool:
        """Whether the folder's network is the demo one, loaded or to be loaded."""
        return self._marker.exists()

    @property
    def unfinished(self) -> bool:
        """Whether the demo network is still to be loaded, or to be loaded again after an interruption."""
        return self.present and self._marker.read_text(encoding="ascii") != "loaded"

    def claim_fresh_folder(self) -> None:
        """Let the folder hold the demo network, unless it holds another network already."""
        if not self.present and not (self._data / "registry.db").exists():
            self._marker.write_text("loading", encoding="ascii")

    def finished(self) -> None:
        """Remember that the demo network is loaded."""
        self._marker.write_text("loaded", encoding="ascii")


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
    holder = holder_of(folder)
    who = f"process {holder.process} at {holder.url}" if holder else "another process"
    return f"The data in {folder} is in use by {who}; stop that first, or choose another folder with --data."
