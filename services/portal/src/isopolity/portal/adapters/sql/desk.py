"""What staff notes of each task of the desk, in SQL: one row a task.

Invariant: nobody takes a task from its owner unseen. A finished task holds no name, no days and no comment.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, select, update

from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import inserting, pieces
from isopolity.portal.adapters.sql.tables import desk
from isopolity.portal.domain.desk import Entry
from isopolity.portal.domain.session import Account

_COLUMNS: Final = desk.c
_OPEN: Final = _COLUMNS.done_at.is_(None)
_NOTED: Final[Mapping[str, Any]] = {"due": None, "not_before": None, "comment": ""}
"""The columns of a task of which nothing is noted but its owner."""


class SqlDeskBook:
    """A DeskBook on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, queue: str, items: Collection[str]) -> Mapping[str, Entry]:
        found = dict[str, Entry]()
        if not items:
            return found
        async with self._database.reading() as connection:
            for piece in pieces(sorted(items)):
                query = select(desk).where(_COLUMNS.queue == queue, _COLUMNS.item.in_(piece))
                found |= {row.item: _entry(row) for row in await connection.execute(query)}
        return found

    async def owned_by(self, account_id: str) -> Mapping[tuple[str, str], Entry]:
        query = select(desk).where(_COLUMNS.owner_id == account_id).order_by(_COLUMNS.queue, _COLUMNS.item)
        async with self._database.reading() as connection:
            return {(row.queue, row.item): _entry(row) for row in await connection.execute(query)}

    async def take(self, queue: str, item: str, account: Account, now: datetime) -> None:
        owner = {"owner_id": account.account_id, "owner": account.name, "taken_at": now}
        async with self._database.writing() as connection:
            new = inserting(connection, desk).values({"queue": queue, "item": item, **owner})
            free = and_(_COLUMNS.owner_id == "", _OPEN)
            await connection.execute(
                new.on_conflict_do_update(index_elements=["queue", "item"], set_=owner, where=free)
            )
            await connection.commit()

    async def give_back(self, queue: str, item: str, now: datetime) -> None:
        which = _which(queue, item)
        async with self._database.writing() as connection:
            await connection.execute(
                update(desk).where(which, _COLUMNS.owner_id != "").values(owner_id="", owner="", taken_at=now)
            )
            says_nothing = and_(*(_COLUMNS[name].is_(None) for name in ("due", "not_before")), _COLUMNS.comment == "")
            await connection.execute(delete(desk).where(which, says_nothing))
            await connection.commit()

    async def plan(self, queue: str, item: str, wanted: Entry, seen: datetime | None) -> bool:
        row = {name: getattr(wanted, name) for name in ("owner_id", "owner", "taken_at", *_NOTED)}
        async with self._database.writing() as connection:
            if seen is None:
                if wanted.says_nothing:
                    return True
                new = inserting(connection, desk).values({"queue": queue, "item": item, **row})
                done = await connection.execute(new.on_conflict_do_nothing())
            else:
                which = and_(_which(queue, item), _COLUMNS.taken_at == seen)
                done = await connection.execute(
                    delete(desk).where(which) if wanted.says_nothing else update(desk).where(which).values(row)
                )
            await connection.commit()
        return bool(done.rowcount == 1)

    async def finish(self, queue: str, item: str, account: Account, now: datetime) -> None:
        await self.take(queue, item, account, now)
        done = {"owner_id": account.account_id, "owner": "", "done_at": now, **_NOTED}
        async with self._database.writing() as connection:
            await connection.execute(update(desk).where(_which(queue, item)).values(done))
            await connection.commit()

    async def absent(self, queue: str, present: Collection[str], before: datetime) -> Collection[str]:
        query = select(_COLUMNS.item).where(_COLUMNS.queue == queue, _OPEN, _COLUMNS.taken_at < before)
        async with self._database.reading() as connection:
            return set((await connection.execute(query)).scalars()) - set(present)

    async def forget(self, queue: str, items: Collection[str]) -> None:
        async with self._database.writing() as connection:
            for piece in pieces(sorted(items)):
                await connection.execute(delete(desk).where(_COLUMNS.queue == queue, _COLUMNS.item.in_(piece), _OPEN))
            await connection.commit()


def _which(queue: str, item: str) -> ColumnElement[bool]:
    """The row of the task, unless it is done."""
    return and_(_COLUMNS.queue == queue, _COLUMNS.item == item, _OPEN)


def _entry(row: Any) -> Entry:
    return Entry(
        owner_id=row.owner_id,
        owner=row.owner,
        taken_at=row.taken_at,
        due=row.due,
        not_before=row.not_before,
        comment=row.comment,
        done_at=row.done_at,
    )
