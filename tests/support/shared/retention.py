"""Letting go of what is due, for tests: at once, by a clock that the test moves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from isopolity.machine.clock import Clock, uuid7
from isopolity.persistence.database import Database
from isopolity.persistence.retention import Forget, Retention
from isopolity.persistence.tables import MessagingTables
from isopolity.persistence.unit_of_work import EventFactory, Storage

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Held:
    """A lease that nobody disputes."""

    async def check(self) -> None:
        return


class Moving:
    """A clock that a test moves."""

    def __init__(self, start: datetime = START) -> None:
        self.start = self.now = start

    def __call__(self) -> datetime:
        return self.now

    def after(self, days: float) -> None:
        """Set it to that many days after the start."""
        self.now = self.start + timedelta(days=days)


def storage_of(database: Database, tables: MessagingTables, clock: Clock) -> Storage:
    """The storage of a service under test."""
    events = EventFactory("urn:isopolity:test", clock, uuid7)
    return Storage(database=database, tables=tables, events=events, wake=lambda: None)


async def let_go(
    storage: Storage, chores: Mapping[str, tuple[timedelta, Forget]], *, at_once: int = 500
) -> Mapping[str, int]:
    """Let go of what is due now; returns how many of each kind."""
    return await Retention(storage=storage, service="test", chores=chores, at_once=at_once).forget(Held())
