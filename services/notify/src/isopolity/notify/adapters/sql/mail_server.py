"""The state of the mail server that all instances share: one row in notify's database."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.mail_server import MailServer
from isopolity.persistence.portable_sql import inserting

_NAME: Final = "server"
_COLUMNS: Final = [tables.mail_servers.c[field.name] for field in fields(MailServer)]


class SqlMailServerState:
    """A MailServerState on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.wanted = False
        """Whether this transaction wants the server to be tried at once."""

    async def get(self) -> MailServer:
        return await mail_server(self._connection)

    async def change(self, how: Callable[[MailServer], MailServer]) -> MailServer:
        known = select(*_COLUMNS).where(tables.mail_servers.c.name == _NAME).with_for_update()
        row = (await self._connection.execute(known)).one_or_none()
        before = MailServer() if row is None else MailServer(**row._mapping)
        after = how(before)
        if after == before and row is not None:
            return after
        values = asdict(after)
        insert = inserting(self._connection, tables.mail_servers).values(name=_NAME, **values)
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
        self.wanted |= after.away_since is not None and after.try_at is not None and before.try_at != after.try_at
        return after


async def mail_server(connection: AsyncConnection) -> MailServer:
    """The stored state of the mail server, or the initial state if there is no row."""
    row = (await connection.execute(select(*_COLUMNS).where(tables.mail_servers.c.name == _NAME))).one_or_none()
    return MailServer() if row is None else MailServer(**row._mapping)
