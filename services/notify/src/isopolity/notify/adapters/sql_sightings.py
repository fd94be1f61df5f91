"""When the canary was last seen, in notify's database."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql.tables import SIGHTINGS
from isopolity.persistence.bulk import inserting
from isopolity.persistence.database import Database

_CANARY: Final = "canary"


class SqlSightings:
    """Sightings, written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def saw_canary(self, sounded_at: datetime, seen_at: datetime) -> bool:
        statement = inserting(self._connection, SIGHTINGS).values(name=_CANARY, sounded_at=sounded_at, seen_at=seen_at)
        newer = {name: statement.excluded[name] for name in ("sounded_at", "seen_at")}
        result = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_=newer, where=SIGHTINGS.c.sounded_at < statement.excluded.sounded_at
            )
        )
        return result.rowcount == 1


async def last_canary(database: Database) -> tuple[datetime, datetime] | None:
    """When the newest canary sounded and when it was seen; None if none has come yet."""
    query = select(SIGHTINGS.c.sounded_at, SIGHTINGS.c.seen_at).where(SIGHTINGS.c.name == _CANARY)
    async with database.reading() as connection:
        row = (await connection.execute(query)).one_or_none()
    return None if row is None else (row.sounded_at, row.seen_at)
