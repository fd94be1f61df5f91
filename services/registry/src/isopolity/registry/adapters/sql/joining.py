"""National Commissions, and consultations about applications, in registry's database.

Invariant: a country has at most one commission, and an application at most one consultation.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.access.sessions import ErasesAPerson
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.domain.contact_change import Notice
from isopolity.registry.domain.joining.application import Draft
from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.letter import Letter

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("member_kind", String(16), nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("mailable", Boolean, nullable=False),
    Column("secret_digest", String(64), unique=True),
    Column("valid_until", UtcDateTime),
    Column("saved_at", UtcDateTime),
    Column("application_id", String(128)),
    Column("question", Text),
    Column("letter_id", String(128)),
    Column("document", Text, nullable=False),
    Index("uq_drafts_application_id", "application_id", unique=True),
    Index("uq_drafts_letter_id", "letter_id", unique=True),
)

letters = Table(
    "letters",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("about", String(16), nullable=False),
    Column("application_id", String(128), nullable=False, index=True),
    Column("member_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("reason", String(32)),
    Column("words", Text),
    Column("written_at", UtcDateTime, nullable=False, index=True),
    Column("change_id", String(128)),
    Column("notice", Text),
)

commissions = Table(
    "commissions",
    metadata,
    Column("country", String(2), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

consultations = Table(
    "consultations",
    metadata,
    Column("application_id", String(128), primary_key=True),
    Column("country", String(2), nullable=False),
    Column("commission_name", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False, index=True),
    Column("letter_id", String(128)),
    Column("undelivered_at", UtcDateTime),
    Column("secret_digest", String(64), unique=True),
    Column("verdict", String(16)),
    Column("words", Text),
    Column("answered_at", UtcDateTime),
    Index("uq_consultations_letter_id", "letter_id", unique=True),
)


class SqlCommissions:
    """A CommissionRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def all(self) -> Sequence[Commission]:
        rows = await self._connection.execute(select(commissions).order_by(commissions.c.country))
        return [Commission(**row._mapping) for row in rows]

    async def get(self, country: str) -> Commission | None:
        query = select(commissions).where(commissions.c.country == country)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Commission(**row._mapping)

    async def put(self, commission: Commission) -> None:
        values = asdict(commission)
        statement = inserting(self._connection, commissions).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[commissions.c.country], set_=values)
        )
        await self._erases()

    async def remove(self, country: str) -> bool:
        gone = await self._connection.execute(delete(commissions).where(commissions.c.country == country))
        await self._erases()
        return gone.rowcount == 1


class SqlConsultations:
    """A ConsultationRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, consultation: Consultation) -> None:
        values = asdict(consultation)
        statement = inserting(self._connection, consultations).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[consultations.c.application_id], set_=values)
        )

    async def of_application(self, application_id: str) -> Consultation | None:
        query = select(consultations).where(consultations.c.application_id == application_id).with_for_update()
        return await self._one(query)

    async def of_applications(self, application_ids: Collection[str]) -> Mapping[str, Consultation]:
        query = select(consultations).where(consultations.c.application_id.in_(sorted(application_ids)))
        return {row.application_id: _consultation(row) for row in await self._connection.execute(query)}

    async def by_secret(self, digest: str) -> Consultation | None:
        return await self._one(select(consultations).where(consultations.c.secret_digest == digest))

    async def asked_by(self, letter_id: str) -> str | None:
        query = select(consultations.c.application_id).where(consultations.c.letter_id == letter_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def _one(self, query: Select[Any]) -> Consultation | None:
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _consultation(row)


def _consultation(row: Any) -> Consultation:
    return Consultation(**row._mapping)


_DRAFT_COLUMNS: Final = tuple(field.name for field in fields(Draft) if field.name not in ("draft_id", "steps"))


class SqlDrafts:
    """A DraftRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: Callable[[], Awaitable[None]]) -> None:
        self._connection = connection
        self._erases = erases

    async def add(self, draft: Draft) -> None:
        await self._connection.execute(insert(drafts).values(_draft_row(draft)))

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
        await self._connection.execute(update(drafts).where(drafts.c.id == draft.draft_id).values(_draft_row(draft)))

    async def delete(self, draft_id: str) -> None:
        await self._connection.execute(delete(drafts).where(drafts.c.id == draft_id))
        await self._erases()

    async def _locked(self, which: ColumnElement[bool]) -> Draft | None:
        row = (await self._connection.execute(select(drafts).where(which).with_for_update())).one_or_none()
        return None if row is None else _draft(row)


def _draft_row(draft: Draft) -> dict[str, Any]:
    document = json.dumps(draft.steps, ensure_ascii=False)
    return {"id": draft.draft_id, "document": document, **{name: getattr(draft, name) for name in _DRAFT_COLUMNS}}


def _draft(row: Any) -> Draft:
    values = {name: getattr(row, name) for name in _DRAFT_COLUMNS}
    return Draft(draft_id=row.id, steps=json.loads(row.document), **values)


_LETTER_COLUMNS: Final = tuple(field.name for field in fields(Letter) if field.name not in ("letter_id", "notice"))
_NOTICE: Final = TypeAdapter(Notice)


class SqlLetters:
    """A LetterRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def add(self, letter: Letter) -> None:
        values = {name: getattr(letter, name) for name in _LETTER_COLUMNS}
        notice = None if letter.notice is None else _NOTICE.dump_json(letter.notice).decode()
        await self._connection.execute(insert(letters).values(id=letter.letter_id, notice=notice, **values))

    async def get(self, letter_id: str) -> Letter | None:
        row = (await self._connection.execute(select(letters).where(letters.c.id == letter_id))).one_or_none()
        if row is None:
            return None
        notice = None if row.notice is None else _NOTICE.validate_json(row.notice)
        return Letter(letter_id=row.id, notice=notice, **{name: getattr(row, name) for name in _LETTER_COLUMNS})

    async def delete(self, letter_id: str) -> None:
        await self._connection.execute(delete(letters).where(letters.c.id == letter_id))
        await self._erases()
