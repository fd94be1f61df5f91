"""The publications of rounds in SQL: a document, the frozen report as compressed JSON, and a row for the certificate.

Invariant: certificates and reports are inserted and never updated.
"""

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.drafts.draft_report import FrozenReport
from isopolity.matching.domain.drafts.publication_record import PublicationRecord
from isopolity.persistence.database import Database

_RECORD: Final = TypeAdapter(PublicationRecord)
_REPORT: Final = TypeAdapter(FrozenReport)


class SqlPublicationRepository:
    """A PublicationRepository on one connection; documents are packed in a thread, as a large one takes a second."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, record: PublicationRecord, certificate: str, report: FrozenReport | None) -> None:
        key = {"round_id": record.round_id, "number": record.number}
        document = _RECORD.dump_python(record, mode="json")
        packed = None if report is None else await asyncio.to_thread(_packed, report)
        values = {**key, "document": document, "report": packed}
        await self._connection.execute(insert(tables.publications).values(values))
        proof = await asyncio.to_thread(lambda: gzip.compress(certificate.encode(), 6))
        await self._connection.execute(insert(tables.certificates).values(**key, document=proof))

    async def of_round(self, round_id: str) -> Sequence[PublicationRecord]:
        return await _of_round(self._connection, round_id)

    async def mark(self, record: PublicationRecord) -> None:
        columns = tables.publications.c
        its_row = (columns.round_id == record.round_id) & (columns.number == record.number)
        document = _RECORD.dump_python(record, mode="json")
        await self._connection.execute(update(tables.publications).where(its_row).values(document=document))


@dataclass(frozen=True, slots=True)
class PublicationQueries:
    """Reads of publications, each on a connection of its own."""

    database: Database

    async def of_round(self, round_id: str) -> Sequence[PublicationRecord]:
        """The publications of a round in their order, undone or not."""
        async with self.database.reading() as connection:
            return await _of_round(connection, round_id)

    async def report(self, round_id: str, number: int) -> FrozenReport | None:
        """The frozen report of a publication; None if it has no report."""
        columns = tables.publications.c
        query = select(columns.report).where(columns.round_id == round_id, columns.number == number)
        async with self.database.reading() as connection:
            packed = (await connection.execute(query)).scalar_one_or_none()
        return None if packed is None else await asyncio.to_thread(_unpacked, packed)

    async def certificate(self, round_id: str, number: int) -> bytes | None:
        """The certificate of a publication, as gzipped JSON; None if it does not exist or was deleted."""
        columns = tables.certificates.c
        query = select(columns.document).where(columns.round_id == round_id, columns.number == number)
        async with self.database.reading() as connection:
            found: bytes | None = (await connection.execute(query)).scalar_one_or_none()
        return found


async def _of_round(connection: AsyncConnection, round_id: str) -> Sequence[PublicationRecord]:
    columns = tables.publications.c
    query = select(columns.document).where(columns.round_id == round_id).order_by(columns.number)
    return [_RECORD.validate_python(document) for document in (await connection.execute(query)).scalars()]


def _packed(report: FrozenReport) -> bytes:
    return gzip.compress(_REPORT.dump_json(report), 6)


def _unpacked(packed: bytes) -> FrozenReport:
    return _REPORT.validate_json(gzip.decompress(packed))
