"""The boundaries of ports at which a child process can be made to kill itself, and the switch for that.

Invariant: an armed boundary kills the process with SIGKILL at the armed pass, after writing a mark that it was reached;
a boundary that is not armed does nothing.
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
IMPORTS: Final = (
    "registry: in the middle of an import",
    "registry: before an import's commit",
    "registry: after an import's commit",
)
WORK_ON_IMPORTS: Final = (
    "registry: after the start of an import's work is committed",
    "registry: before rows of an import are stored",
    "registry: before events enter the outbox",
    "registry: before the end of an import's work is committed",
    "registry: after the end of an import's work is committed",
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
PUBLICATIONS: Final = (
    "matching: before a draft's commit",
    "matching: after a draft's commit",
    "matching: before a release's commit",
    "matching: after a release's commit",
)
DEADLINES: Final = (
    "matching: before a deadline's commit",
    "matching: after a deadline's commit",
)
ENDS: Final = (
    "matching: before an end's commit",
    "matching: after an end's commit",
    "notify: before an end's effect's commit",
    "notify: after an end's effect's commit",
    "notify: before an offset's commit",
    "notify: after an offset's commit",
)
"""The end of a partnership, from staff's order to its mails."""
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
    "matching: before publishing a claim of a dead letter",
    "matching: after publishing a claim of a dead letter",
    "matching: before publishing a dead letter",
    "matching: after publishing a dead letter",
)
REPUBLISHING: Final = tuple(
    f"{service}: {moment} a republished page's commit"
    for service in ("registry", "matching", "notify")
    for moment in ("before", "after")
)
_REACHED: Final = ".reached"
BOUNDARIES: Final = (
    *REGISTRY,
    *IMPORTS,
    *WORK_ON_IMPORTS,
    *MATCHING,
    *PUBLICATIONS,
    *DEADLINES,
    *ENDS,
    *NOTIFY,
    *DEAD_LETTERS,
    *REPUBLISHING,
)
LATEST_PASS: Final = 2
"""The latest pass for which a boundary can be armed; two turns pass each boundary at least that often."""


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """The switch of a service's processes: `folder` holds a file for each boundary that is armed, and the marks.

    The file's name ends with the number of passes that are left.
    """

    folder: Path

    def arm(self, boundary: str, *, at_pass: int = 1) -> None:
        """Kill the process that makes the first pass of `boundary` from now on, or the pass number `at_pass`."""
        assert boundary in BOUNDARIES, f"{boundary} is not in the list of boundaries"
        assert 1 <= at_pass <= LATEST_PASS
        self.folder.mkdir(parents=True, exist_ok=True)
        self._armed(boundary, at_pass).touch()

    @property
    def reached(self) -> frozenset[str]:
        """The boundaries that have killed a process."""
        return frozenset(mark.stem for mark in self.folder.glob(f"*{_REACHED}"))

    def passing(self, boundary: str) -> None:
        """Die here if this is the pass of the boundary for which it is armed."""
        for passes in range(1, LATEST_PASS + 1):
            try:
                self._armed(boundary, passes).rename(self._armed(boundary, passes - 1))
            except FileNotFoundError:  # not armed, or another instance was first
                continue
            if passes == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return

    def _armed(self, boundary: str, passes: int) -> Path:
        return self.folder / f"{boundary}{f'.{passes}' if passes else _REACHED}"
