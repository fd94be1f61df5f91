"""Drafts of applications in registry's database.

Invariant: `from_row(to_row(draft)) == draft`; a deleted one leaves nothing in a SQLite file.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.registry.adapters.sql.joining.joining_tables import drafts
from isopolity.registry.domain.joining.draft import Draft

_COLUMNS: Final = tuple(field.name for field in fields(Draft) if field.name not in ("draft_id", "steps"))


class SqlDrafts:
    """A DraftRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: Callable[[], Awaitable[None]]) -> None:
        self._connection = connection
        self._erases = erases

    async def add(self, draft: Draft) -> None:
        await self._connection.execute(insert(drafts).values(_row(draft)))

    async def get(self, draft_id: str) -> Draft | None:
        return await self._locked(drafts.c.id == draft_id)

    async def by_secret(self, digest: str) -> Draft | None:
        query = select(drafts).where(drafts.c.secret_digest == digest)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _draft(row)

    async def asked_by(self, letter_id: str) -> str | None:
        query = select(drafts.c.application_id).where(drafts.c.letter_id == letter_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def of_application(self, application_id: str) -> Draft | None:
        return await self._locked(drafts.c.application_id == application_id)

    async def save(self, draft: Draft) -> None:
        await self._connection.execute(update(drafts).where(drafts.c.id == draft.draft_id).values(_row(draft)))

    async def delete(self, draft_id: str) -> None:
        await self._connection.execute(delete(drafts).where(drafts.c.id == draft_id))
        await self._erases()

    async def _locked(self, which: ColumnElement[bool]) -> Draft | None:
        row = (await self._connection.execute(select(drafts).where(which).with_for_update())).one_or_none()
        return None if row is None else _draft(row)


def _row(draft: Draft) -> dict[str, Any]:
    document = json.dumps(draft.steps, ensure_ascii=False)
    return {"id": draft.draft_id, "document": document, **{name: getattr(draft, name) for name in _COLUMNS}}


def _draft(row: Any) -> Draft:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Draft(draft_id=row.id, steps=json.loads(row.document), **values)
