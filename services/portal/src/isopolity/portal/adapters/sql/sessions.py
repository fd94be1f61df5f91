"""Sessions in SQL, each sealed with the secret that the visitor's cookie holds.

Of a session that has ended or moved a row stays for a day, without anything in it: it tells a cookie that had a session
from one that a stranger made up.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import pieces
from isopolity.portal.adapters.encryption import digest, new_secret, opened, sealed
from isopolity.portal.adapters.sql import tables
from isopolity.portal.domain.session import Session

_DOCUMENT: Final = TypeAdapter(Session)


class SqlSessionStore:
    """A SessionStore on one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, session: Session) -> str:
        async with self._database.writing() as connection:
            secret = await _put(connection, session)
            await connection.commit()
        return secret

    async def read(self, secret: str) -> Session | None:
        query = select(tables.sessions.c.sealed).where(tables.sessions.c.digest == digest(secret))
        async with self._database.reading() as connection:
            return _session((await connection.execute(query)).scalar_one_or_none(), secret)

    async def has_known(self, secret: str) -> bool:
        query = select(exists().where(tables.sessions.c.digest == digest(secret)))
        async with self._database.reading() as connection:
            return bool((await connection.execute(query)).scalar_one())

    async def kept_ids(self) -> Sequence[str]:
        """Registry's ids of all sessions that are kept."""
        query = select(tables.sessions.c.session_id).where(tables.sessions.c.session_id.is_not(None)).distinct()
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def forget(self, session_ids: Sequence[str]) -> None:
        """Empty the sessions with these ids."""
        async with self._database.writing() as connection:
            for piece in pieces(session_ids):
                await _empty(connection, tables.sessions.c.session_id.in_(piece), self._clock())
            await connection.commit()

    @asynccontextmanager
    async def changing(self, secret: str) -> "AsyncIterator[SqlKeptSession | None]":
        query = select(tables.sessions.c.sealed).where(tables.sessions.c.digest == digest(secret)).with_for_update()
        async with self._database.writing() as connection:
            found = _session((await connection.execute(query)).scalar_one_or_none(), secret)
            yield None if found is None else SqlKeptSession(connection, secret, found, self._clock())
            await connection.commit()


class SqlKeptSession:
    """A KeptSession on one connection."""

    def __init__(self, connection: AsyncConnection, secret: str, session: Session, now: datetime) -> None:
        self._connection = connection
        self._secret = secret
        self._now = now
        self.session = session

    async def save(self, session: Session) -> None:
        changed = update(tables.sessions).where(self._is_mine()).values(_values(session, self._secret))
        await self._connection.execute(changed)

    async def move(self, session: Session) -> str:
        await self.remove()
        return await _put(self._connection, session)

    async def remove(self) -> None:
        await _empty(self._connection, self._is_mine(), self._now)

    def _is_mine(self) -> ColumnElement[bool]:
        return tables.sessions.c.digest == digest(self._secret)


async def _put(connection: AsyncConnection, session: Session) -> str:
    """Keep the session under a new secret, which is returned."""
    secret = new_secret()
    await connection.execute(insert(tables.sessions).values({"digest": digest(secret), **_values(session, secret)}))
    return secret


async def _empty(connection: AsyncConnection, which: ColumnElement[bool], now: datetime) -> None:
    """Empty these rows; an earlier release finds a seal in them that no cookie opens."""
    values = {"sealed": sealed("", new_secret()), "session_id": None, "ends_at": now}
    await connection.execute(update(tables.sessions).where(which).values(values))


def _values(session: Session, secret: str) -> dict[str, object]:
    return {
        "sealed": sealed(_DOCUMENT.dump_json(session).decode(), secret),
        "ends_at": session.ends_at,
        "session_id": session.session_id,
    }


def _session(seal: bytes | None, secret: str) -> Session | None:
    text = None if seal is None else opened(seal, secret)
    return None if text is None else _DOCUMENT.validate_json(text)
