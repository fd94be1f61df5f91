"""Work on imports that runs in the background: looking at a file, correcting it, importing it, taking it back.

Invariant: an import has at most one piece of work. Its effects and its end are one transaction, so that work that a
dead process began is done again from the start, and nothing is done twice.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from isopolity.contracts.event import Lineage
from isopolity.identity.actors import Act

LOOK: Final = "look"
LAY_OUT: Final = "lay-out"
CORRECT: Final = "correct"
TAKE: Final = "take"
TAKE_BACK: Final = "take-back"

Tell = Callable[[int, int], Awaitable[None]]
"""Function that takes the rows that are done, and the number of all."""

WAITING: Final = "waiting"
RUNNING: Final = "running"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWork:
    """A piece of work on an import, and how it stands."""

    import_id: str
    act: str
    order: Mapping[str, Any]
    """What to do, as the caller has sent it; once it has failed, corrections alone are kept."""
    ordered_at: datetime
    by: Act | None = None
    """Who has ordered it, for the audit; None once it has failed."""
    lineage: Lineage | None = None
    tries: int = 0
    """How often a process has begun it."""
    failure: str = ""
    """Why it ended without any effect, in a sentence; empty while it is open."""
    code: str = ""
    """The code of the failure."""

    @property
    def state(self) -> str:
        if self.failure:
            return FAILED
        return RUNNING if self.tries else WAITING


@dataclass(frozen=True, slots=True)
class RowsDone:
    """How far work is, in rows of the file or entries to take back; both 0 before the first."""

    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A piece of work, how far it is, and how many other imports come before it."""

    work: ImportWork
    rows: RowsDone = field(default_factory=RowsDone)
    ahead: int = 0


class ImportWorks(Protocol):
    """Stores work on imports."""

    async def put(self, work: ImportWork) -> None:
        """Store the work, in place of earlier work on its import."""

    async def get(self, import_id: str) -> ImportWork | None:
        """The work on this import, or None; locked until the transaction ends."""

    async def open(self) -> Sequence[str]:
        """The imports on which work has not failed, that with the oldest work first."""

    async def of(self, import_ids: Sequence[str]) -> Mapping[str, ImportWork]:
        """The work on these imports, by import."""

    async def remove(self, import_id: str) -> None:
        """Delete the work on this import, if there is any."""


class ImportProgress(Protocol):
    """How far running work is. Processes see each other's, also while the transaction of the work is open."""

    async def note(self, import_id: str, rows: RowsDone) -> None:
        """Note how far the work on this import is."""

    async def read(self, import_id: str) -> RowsDone:
        """How far the work on this import is."""


async def to_nobody(_done: int, _of: int) -> None:
    """A `Tell` that tells nothing."""
