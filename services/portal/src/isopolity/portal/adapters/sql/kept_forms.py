"""Forms of ended sessions in SQL, each sealed with the visitor's cookie and the account that filled it in.

Invariant: a visitor with the cookie who signs in as another person reads nothing; strangers cannot fill the table.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import inserting
from isopolity.portal.adapters.encryption import opened, sealed
from isopolity.portal.adapters.sql.tables import kept_forms
from isopolity.portal.domain.session import KeptForm

_LARGEST: Final = 100_000
"""Characters of a form that is kept: a profile with all its needs and offers is a tenth of that."""
_OF_A_COOKIE: Final = 20
"""Most forms under one cookie at a time: people have fewer pages open with something typed in each."""
_MOST: Final = 10_000
"""Forms at a time; further forms are not kept, since no network has as many people who type."""


class SqlKeptForms:
    """KeptForms on one database, at most `most` of them at a time."""

    def __init__(self, database: Database, *, most: int = _MOST) -> None:
        self._database = database
        self._most = most

    async def keep(self, secret: str, mark: str, form: KeptForm, now: datetime) -> bool:
        text = _written(form)
        if len(text) > _LARGEST:
            return False
        async with self._database.writing() as connection:
            is_kept = (
                await _count(connection) < self._most and await _others(connection, secret, mark, form) < _OF_A_COOKIE
            )
            if is_kept:
                await _put(connection, secret, mark, form, now)
            await connection.commit()
        return is_kept

    async def read(self, secret: str, mark: str, page: str) -> KeptForm | None:
        query = select(kept_forms.c.sealed).where(kept_forms.c.form == _digest(secret, mark, page))
        async with self._database.reading() as connection:
            seal = (await connection.execute(query)).scalar_one_or_none()
        return None if seal is None else _form(seal, secret, mark)

    async def newest(self, secret: str, mark: str) -> KeptForm | None:
        async with self._database.reading() as connection:
            forms = [_form(seal, secret, mark) for seal, _ in await _of(connection, secret)]
        return next((form for form in forms if form is not None), None)

    async def has_any(self, secret: str) -> bool:
        query = select(exists().where(kept_forms.c.holder == _digest(secret)))
        async with self._database.reading() as connection:
            return bool((await connection.execute(query)).scalar_one())

    async def move(self, earlier: str, secret: str, marks: Iterable[str]) -> None:
        accounts = tuple(marks)
        async with self._database.writing() as connection:
            for seal, kept_at in await _of(connection, earlier):
                for mark in accounts:
                    if (form := _form(seal, earlier, mark)) is not None:
                        await _put(connection, secret, mark, form, kept_at)
            await connection.execute(delete(kept_forms).where(kept_forms.c.holder == _digest(earlier)))
            await connection.commit()

    async def forget(self, secret: str, mark: str, page: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(kept_forms).where(kept_forms.c.form == _digest(secret, mark, page)))
            await connection.commit()

    async def forget_all(self, secret: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(kept_forms).where(kept_forms.c.holder == _digest(secret)))
            await connection.commit()


async def _count(connection: AsyncConnection, *which: ColumnElement[bool]) -> int:
    return int((await connection.execute(select(func.count()).select_from(kept_forms).where(*which))).scalar_one())


async def _others(connection: AsyncConnection, secret: str, mark: str, form: KeptForm) -> int:
    """Number of forms under this cookie, without an earlier form of this page."""
    is_other = kept_forms.c.form != _digest(secret, mark, form.page)
    return await _count(connection, kept_forms.c.holder == _digest(secret), is_other)


async def _of(connection: AsyncConnection, secret: str) -> list[tuple[bytes, datetime]]:
    """The sealed forms of a cookie with the moments at which they were kept, the newest first."""
    query = select(kept_forms).where(kept_forms.c.holder == _digest(secret)).order_by(kept_forms.c.kept_at.desc())
    return [(row.sealed, row.kept_at) for row in await connection.execute(query)]


async def _put(connection: AsyncConnection, secret: str, mark: str, form: KeptForm, kept_at: datetime) -> None:
    row = {
        "form": _digest(secret, mark, form.page),
        "holder": _digest(secret),
        "sealed": sealed(_written(form), _key(secret, mark)),
        "kept_at": kept_at,
    }
    new = inserting(connection, kept_forms).values(row)
    await connection.execute(new.on_conflict_do_update(index_elements=[kept_forms.c.form], set_=row))


def _written(form: KeptForm) -> str:
    return json.dumps({"page": form.page, "fields": dict(form.fields)}, ensure_ascii=False)


def _form(seal: bytes, secret: str, mark: str) -> KeptForm | None:
    text = opened(seal, _key(secret, mark))
    return None if text is None else KeptForm(**json.loads(text))


def _digest(*parts: str) -> str:
    return sha256("\n".join(("isopolity.portal.kept-form", *parts)).encode()).hexdigest()


def _key(secret: str, mark: str) -> str:
    """The secret that seals a form: of the cookie and the account."""
    return f"{secret}\n{mark}"
