"""The rounds, and when the canary was seen, in SQL."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.statements import inserting
from isopolity.matching.adapters.tables import ROUNDS, SIGHTINGS
from isopolity.matching.application.ports import Round


class SqlRoundRepository:
    """A RoundRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, done: Round) -> None:
        await self._connection.execute(insert(ROUNDS).values(asdict(done)))


class SqlSightings:
    """Sightings on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def saw_canary(self, sounded_at: datetime, seen_at: datetime) -> None:
        seen = {"sounded_at": sounded_at, "seen_at": seen_at}
        statement = inserting(self._connection, SIGHTINGS, [{"name": "canary", **seen}])
        await self._connection.execute(statement.on_conflict_do_update(index_elements=[SIGHTINGS.c.name], set_=seen))
