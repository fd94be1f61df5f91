"""Drafts of applications, letters of the office, National Commissions and consultations, in registry's database.

Invariants: a country has at most one commission, and an application at most one consultation. A letter's row, with its
recipient, is deleted once its mail is sent or given up.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, select

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.registry.adapters.sql.records import SqlRecords
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


class SqlCommissions(SqlRecords[Commission]):
    """A CommissionRepository on one connection."""

    table, kind = commissions, Commission

    async def all(self) -> Sequence[Commission]:
        return await self._all(select(commissions).order_by(commissions.c.country))

    async def get(self, country: str) -> Commission | None:
        return await self._one(commissions.c.country == country)

    async def put(self, commission: Commission) -> None:
        await self._put(commission, commissions.c.country)
        await self._erases()

    async def remove(self, country: str) -> bool:
        return await self._delete(commissions.c.country == country)


class SqlConsultations(SqlRecords[Consultation]):
    """A ConsultationRepository on one connection."""

    table, kind = consultations, Consultation

    async def put(self, consultation: Consultation) -> None:
        await self._put(consultation, consultations.c.application_id)

    async def of_application(self, application_id: str) -> Consultation | None:
        return await self._one(consultations.c.application_id == application_id, locked=True)

    async def of_applications(self, application_ids: Collection[str]) -> Mapping[str, Consultation]:
        theirs = consultations.c.application_id.in_(sorted(application_ids))
        return {one.application_id: one for one in await self._all(select(consultations).where(theirs))}

    async def by_secret(self, digest: str) -> Consultation | None:
        return await self._one(consultations.c.secret_digest == digest)

    async def asked_by(self, letter_id: str) -> str | None:
        query = select(consultations.c.application_id).where(consultations.c.letter_id == letter_id)
        return (await self._connection.execute(query)).scalar_one_or_none()


class SqlDrafts(SqlRecords[Draft]):
    """A DraftRepository on one connection."""

    table, kind, apart = drafts, Draft, ("steps",)

    async def add(self, draft: Draft) -> None:
        await self._insert(draft)

    async def get(self, draft_id: str) -> Draft | None:
        return await self._one(drafts.c.id == draft_id, locked=True)

    async def by_secret(self, digest: str) -> Draft | None:
        return await self._one(drafts.c.secret_digest == digest)

    async def asked_by(self, letter_id: str) -> str | None:
        query = select(drafts.c.application_id).where(drafts.c.letter_id == letter_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def of_application(self, application_id: str) -> Draft | None:
        return await self._one(drafts.c.application_id == application_id, locked=True)

    async def save(self, draft: Draft) -> None:
        await self._update(draft)

    async def delete(self, draft_id: str) -> None:
        await self._delete(drafts.c.id == draft_id)

    def _row(self, draft: Draft) -> dict[str, Any]:
        return super()._row(draft) | {"document": json.dumps(draft.steps, ensure_ascii=False)}

    def _value(self, row: Any, **apart: Any) -> Draft:
        return super()._value(row, steps=json.loads(row.document))


class SqlLetters(SqlRecords[Letter]):
    """A LetterRepository on one connection."""

    table, kind, apart = letters, Letter, ("notice",)

    async def add(self, letter: Letter) -> None:
        await self._insert(letter)

    async def get(self, letter_id: str) -> Letter | None:
        return await self._one(letters.c.id == letter_id)

    async def delete(self, letter_id: str) -> None:
        await self._delete(letters.c.id == letter_id)

    def _row(self, letter: Letter) -> dict[str, Any]:
        notice = None if letter.notice is None else _NOTICE.dump_json(letter.notice).decode()
        return super()._row(letter) | {"notice": notice}

    def _value(self, row: Any, **apart: Any) -> Letter:
        return super()._value(row, notice=None if row.notice is None else _NOTICE.validate_json(row.notice))


_NOTICE: Final = TypeAdapter(Notice)
