"""The instance that runs on a data folder: the process that holds its lock says there where it answers."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from isopolity.sole_owner import is_owned

OWNED: Final = "isopolity"
"""The name in the data folder that `isopolity up` owns."""
_LOCK: Final = "isopolity.lock"
"""The file that is locked for it; its content says who holds the folder."""


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
