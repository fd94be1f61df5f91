"""The port boundaries at which a child process can be made to kill itself, and the one switch that does it.

Invariant: a boundary that is armed kills the process with SIGKILL the moment it is passed, after leaving a mark that it
was reached; one that is not armed does nothing.
"""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REGISTRY: Final = (
    "registry: before a member's commit",
    "registry: after a member's commit",
    "registry: before publishing the outbox",
    "registry: after publishing the outbox",
    "registry: before the published outbox is deleted",
    "registry: after the published outbox is deleted",
)
MATCHING: Final = (
    "matching: before the worker's commit",
    "matching: after the worker's commit",
    "matching: before an offset's commit",
    "matching: after an offset's commit",
    "matching: before an agreement's commit",
    "matching: after an agreement's commit",
    "matching: before an order's commit",
    "matching: after an order's commit",
    "matching: before a round's step's commit",
    "matching: after a round's step's commit",
    "matching: before a round's commit",
    "matching: after a round's commit",
    "matching: before publishing the outbox",
    "matching: after publishing the outbox",
    "matching: before the published outbox is deleted",
    "matching: after the published outbox is deleted",
)
NOTIFY: Final = (
    "notify: before the effect's commit",
    "notify: after the effect's commit",
    "notify: before an offset's commit",
    "notify: after an offset's commit",
    "notify: before the claim's commit",
    "notify: after the claim's commit",
    "notify: before a mail is offered",
    "notify: after a mail is offered",
    "notify: before transmitting is committed",
    "notify: after transmitting is committed",
    "notify: before DATA",
    "notify: after DATA",
    "notify: before sent is committed",
    "notify: after sent is committed",
    "notify: before an answer's commit",
    "notify: after an answer's commit",
    "notify: before publishing the outbox",
    "notify: after publishing the outbox",
    "notify: before the published outbox is deleted",
    "notify: after the published outbox is deleted",
)
DEAD_LETTERS: Final = (
    "matching: before publishing a dead letter",
    "matching: after publishing a dead letter",
)
_REACHED: Final = ".reached"
BOUNDARIES: Final = (*REGISTRY, *MATCHING, *NOTIFY, *DEAD_LETTERS)


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """The switch of a service's processes: `folder` holds a file for each boundary that is armed, and the marks."""

    folder: Path

    def arm(self, boundary: str) -> None:
        """The process dies that passes `boundary` next."""
        assert boundary in BOUNDARIES, f"{boundary} is not in the list of boundaries"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / boundary).touch()

    @property
    def reached(self) -> frozenset[str]:
        """The boundaries that have killed a process."""
        return frozenset(mark.stem for mark in self.folder.glob(f"*{_REACHED}"))

    def passing(self, boundary: str) -> None:
        """Die here if this is a boundary that is armed."""
        armed = self.folder / boundary
        if not armed.exists():
            return
        try:
            armed.rename(armed.with_name(boundary + _REACHED))
        except FileNotFoundError:  # another instance was first
            return
        os.kill(os.getpid(), signal.SIGKILL)
