"""The person of staff who has taken each task of the desk, in SQL: one row a task.

Invariant: a task has one owner, whom nobody replaces. A finished task holds no name.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select, update

from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import inserting, pieces
from isopolity.portal.adapters.sql.tables import desk
from isopolity.portal.domain.desk import Entry
from isopolity.portal.domain.session import Account


class SqlDeskBook:
    """A DeskBook on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, queue: str, items: Collection[str]) -> Mapping[str, Entry]:
        columns, found = desk.c, dict[str, Entry]()
        if not items:
            return found
        async with self._database.reading() as connection:
            for piece in pieces(sorted(items)):
                query = select(desk).where(columns.queue == queue, columns.item.in_(piece))
                found |= {
                    row.item: Entry(owner_id=row.owner_id, owner=row.owner, taken_at=row.taken_at, done_at=row.done_at)
                    for row in await connection.execute(query)
                }
        return found

    async def take(self, queue: str, item: str, account: Account, now: datetime) -> None:
        row = {"queue": queue, "item": item, "owner_id": account.account_id, "owner": account.name, "taken_at": now}
        async with self._database.writing() as connection:
            await connection.execute(inserting(connection, desk).values(row).on_conflict_do_nothing())
            await connection.commit()

    async def give_back(self, queue: str, item: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                delete(desk).where(desk.c.queue == queue, desk.c.item == item, desk.c.done_at.is_(None))
            )
            await connection.commit()

    async def finish(self, queue: str, item: str, account: Account, now: datetime) -> None:
        await self.take(queue, item, account, now)
        which = (desk.c.queue == queue, desk.c.item == item, desk.c.done_at.is_(None))
        async with self._database.writing() as connection:
            await connection.execute(
                update(desk).where(*which).values(owner_id=account.account_id, owner="", done_at=now)
            )
            await connection.commit()
