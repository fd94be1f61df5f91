"""Publishing again all state that a service keeps, through its outbox, in pages that are one transaction each.

Without a step the versions stay, so consumers that have them see no change. After a restore the step raises every
version, so that consumers with newer versions return to the state in the database.

Invariant: the rows of a page are locked, raised and published in one transaction, which also writes the position from
which a killed restoration goes on. So no older state overtakes a change, and no run raises a version twice.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.unit_of_work import Outbox, SqlUnitOfWork

DEFAULT_STEP: Final = 1000
PAGE: Final = 500
_ONLY: Final = 1
StateT = TypeVar("StateT")
UnitOfWorkT = TypeVar("UnitOfWorkT", bound=SqlUnitOfWork)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Generic[StateT]):
    """The table with the states of one topic, and how each becomes an event."""

    topic: str
    table: Table
    key: ColumnElement[str]
    """A unique column, which gives the order of pages."""
    read: Callable[[Any], StateT]
    publish: Callable[[Outbox, StateT], bool | None]
    """Publishes a state; returns False for a state that is never published."""
    lifted: Callable[[StateT], Mapping[str, Any]] | None = None
    """The columns to write when the state's `version` changes; None if states have no version."""

    @property
    def name(self) -> str:
        """Name of the source in a restoration's position."""
        return self.table.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A state that a restored service found on a topic, and what it did with it.

    `outcome` is `applied` (an end was repeated in the database), `adopted` (copied from the topic into the database),
    `reverted` (the topic's newer state is lost), `lost` (the database lacks it: ended for all consumers) or `unknown`
    (a mail that may or may not have been sent).
    """

    topic: str
    key: str
    outcome: str
    detail: str = ""


class StepTooSmall(Exception):
    """The step is too small: a consumer may have a higher version."""

    def __init__(self, step: int, needed: int) -> None:
        super().__init__(f"The step {step} is too small: a topic knows newer versions. Pass --step {needed} or more.")


class RestorationUnderWay(Exception):
    """A restoration was interrupted and must be finished first."""


TakeIn = Callable[[UnitOfWorkT, int], Awaitable[Sequence[Finding]]]
"""Takes states that the database has lost from topics into it, for a restoration with that step."""
Learn = Callable[[], Awaitable[TakeIn[UnitOfWorkT]]]
"""Reads the topics, outside of any transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """A restoration under way: the sources before `source`, and `source` up to `position`, are published."""

    step: int
    source: str
    position: str
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Republishing(Generic[UnitOfWorkT]):
    """Publishes the states of all `sources`, in their order; with `dry_run` nothing is committed."""

    unit_of_work: Callable[[], UnitOfWorkT]
    restorations: Table
    sources: Sequence[Source[Any]]
    dry_run: bool = False
    page: int = PAGE

    async def publish(self, topics: Sequence[str] = ()) -> Mapping[str, int]:
        """Publish the states of `topics`, or all, unchanged; returns counts by topic. Raises RestorationUnderWay."""
        async with self.unit_of_work() as uow:
            if await _under_way(uow.connection, self.restorations) is not None:
                raise RestorationUnderWay("A restoration was interrupted; run `republish --restored` to its end first.")
        chosen = [source for source in self.sources if not topics or source.topic in topics]
        return await self._publish(chosen, "", None)

    async def publish_one(self, topic: str, key: str, reason: str) -> bool:
        """Publish the state of one key unchanged; the audit keeps `reason`. Returns whether there is such a state.

        Raises RestorationUnderWay.
        """
        async with self.unit_of_work() as uow:
            if await _under_way(uow.connection, self.restorations) is not None:
                raise RestorationUnderWay("A restoration was interrupted; run `republish --restored` to its end first.")
            is_published = False
            for source in (source for source in self.sources if source.topic == topic):
                found = await uow.connection.execute(select(source.table).where(source.key == key).with_for_update())
                for row in found.all():
                    is_published |= source.publish(uow.outbox, source.read(row)) is not False
            if is_published:
                uow.audit.note("state", key, details={"topic": topic, "reason": reason})
                await self._commit(uow)
        return is_published

    async def restore(self, step: int, learn: Learn[UnitOfWorkT]) -> tuple[Mapping[str, int], Sequence[Finding]]:
        """Adopt lost states from topics, then publish everything under raised versions; continues an interrupted run.

        Raises StepTooSmall, and RestorationUnderWay if one with another step was interrupted.
        """
        under_way = await self._begun(step, learn)
        names = [source.name for source in self.sources]
        rest = self.sources[names.index(under_way.source) :]
        published = await self._publish(rest, under_way.position, step)
        async with self.unit_of_work() as uow:
            await uow.connection.execute(delete(self.restorations))
            await self._commit(uow)
        return published, under_way.findings

    async def _begun(self, step: int, learn: Learn[UnitOfWorkT]) -> Restoration:
        async with self.unit_of_work() as uow:
            known = await _under_way(uow.connection, self.restorations)
        if known is not None and known.step != step:
            raise RestorationUnderWay(f"A restoration was interrupted; bring it to its end with --step {known.step}.")
        if known is not None:
            return known
        take_in = await learn()
        async with self.unit_of_work() as uow:
            findings = sorted(await take_in(uow, step), key=astuple)
            begun = Restoration(step=step, source=self.sources[0].name, position="", findings=findings)
            row = {**asdict(begun), "findings": [asdict(finding) for finding in findings], "id": _ONLY}
            await uow.connection.execute(insert(self.restorations).values(row))
            await self._commit(uow)
        return begun

    async def _publish(self, sources: Sequence[Source[Any]], after: str, step: int | None) -> Mapping[str, int]:
        published: dict[str, int] = {}
        for source in sources:
            sent, position = 0, after
            while True:
                async with self.unit_of_work() as uow:
                    last, count = await self._page(source, position, step, uow)
                    if last is None:
                        break
                    if step is not None:
                        place = {"source": source.name, "position": last}
                        await uow.connection.execute(update(self.restorations).values(place))
                    await self._commit(uow)
                sent, position = sent + count, last
            published[source.topic] = published.get(source.topic, 0) + sent
            after = ""
        return published

    async def _page(
        self, source: Source[Any], after: str, step: int | None, uow: UnitOfWorkT
    ) -> tuple[str | None, int]:
        """Raise and publish the states after `after`; returns the last key (None without states) and their number."""
        query = select(source.table, source.key.label("place")).where(source.key > after)
        rows = (await uow.connection.execute(query.order_by(source.key).limit(self.page).with_for_update())).all()
        if not rows:
            return None, 0
        states = [source.read(row) for row in rows]
        if step is not None and source.lifted is not None:
            states = [replace(state, version=state.version + step) for state in states]
            await _write(source, [row.place for row in rows], states, uow.connection)
        return rows[-1].place, sum(source.publish(uow.outbox, state) is not False for state in states)

    async def _commit(self, uow: UnitOfWorkT) -> None:
        if not self.dry_run:
            await uow.commit()


async def _write(source: Source[Any], keys: Sequence[str], states: Sequence[Any], connection: AsyncConnection) -> None:
    assert source.lifted is not None  # noqa: S101 - asked by the caller
    changes = [source.lifted(state) for state in states]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in changes[0]}
    statement = update(source.table).where(source.key == bindparam("its_key")).values(values)
    named = [{f"new_{name}": value for name, value in change.items()} for change in changes]
    await connection.execute(statement, [{"its_key": key, **change} for key, change in zip(keys, named, strict=True)])


async def _under_way(connection: AsyncConnection, restorations: Table) -> Restoration | None:
    row = (await connection.execute(select(restorations))).one_or_none()
    if row is None:
        return None
    findings = [Finding(**finding) for finding in row.findings]
    return Restoration(step=row.step, source=row.source, position=row.position, findings=findings)
