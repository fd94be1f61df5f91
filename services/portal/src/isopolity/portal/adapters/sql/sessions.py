"""Sessions in SQL, each sealed with the secret that the visitor's cookie holds."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import pieces
from isopolity.portal.adapters.encryption import digest, new_secret, opened, sealed
from isopolity.portal.adapters.sql import tables
from isopolity.portal.domain.session import Session

_DOCUMENT: Final = TypeAdapter(Session)


class SqlSessionStore:
    """A SessionStore on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: Session) -> str:
        secret = new_secret()
        row = {"digest": digest(secret), **_values(session, secret)}
        async with self._database.writing() as connection:
            await connection.execute(insert(tables.sessions).values(row))
            await connection.commit()
        return secret

    async def read(self, secret: str) -> Session | None:
        query = select(tables.sessions.c.sealed).where(tables.sessions.c.digest == digest(secret))
        async with self._database.reading() as connection:
            return _session((await connection.execute(query)).scalar_one_or_none(), secret)

    async def kept_ids(self) -> Sequence[str]:
        """Registry's ids of all sessions that are kept."""
        query = select(tables.sessions.c.session_id).where(tables.sessions.c.session_id.is_not(None)).distinct()
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def forget(self, session_ids: Sequence[str]) -> None:
        """Delete the sessions with these ids."""
        async with self._database.writing() as connection:
            for piece in pieces(session_ids):
                await connection.execute(delete(tables.sessions).where(tables.sessions.c.session_id.in_(piece)))
            await connection.commit()

    @asynccontextmanager
    async def changing(self, secret: str) -> "AsyncIterator[SqlKeptSession | None]":
        query = select(tables.sessions.c.sealed).where(tables.sessions.c.digest == digest(secret)).with_for_update()
        async with self._database.writing() as connection:
            found = _session((await connection.execute(query)).scalar_one_or_none(), secret)
            yield None if found is None else SqlKeptSession(connection, secret, found)
            await connection.commit()


class SqlKeptSession:
    """A KeptSession on one connection."""

    def __init__(self, connection: AsyncConnection, secret: str, session: Session) -> None:
        self._connection = connection
        self._secret = secret
        self.session = session

    async def save(self, session: Session) -> None:
        mine = tables.sessions.c.digest == digest(self._secret)
        await self._connection.execute(update(tables.sessions).where(mine).values(_values(session, self._secret)))

    async def remove(self) -> None:
        await self._connection.execute(delete(tables.sessions).where(tables.sessions.c.digest == digest(self._secret)))


def _values(session: Session, secret: str) -> dict[str, Any]:
    return {
        "sealed": sealed(_DOCUMENT.dump_json(session).decode(), secret),
        "ends_at": session.ends_at,
        "session_id": session.session_id,
    }


def _session(seal: bytes | None, secret: str) -> Session | None:
    text = None if seal is None else opened(seal, secret)
    return None if text is None else _DOCUMENT.validate_json(text)
