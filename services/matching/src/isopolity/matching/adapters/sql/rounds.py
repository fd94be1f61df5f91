"""The rounds in SQL with their alternates, and their publications: a document, the frozen report as compressed JSON,
and a row for the certificate.

Invariant: certificates and reports are inserted and never updated.
"""

import asyncio
import gzip
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Column, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import Documents, OnConnection
from isopolity.matching.application.ports.rounds import Alternate
from isopolity.matching.domain.draft_report import FrozenReport, PublicationRecord
from isopolity.matching.domain.proposal import OPEN as OPEN_PROPOSAL
from isopolity.matching.domain.round import OPEN, Round
from isopolity.matching.errors import UnknownRound
from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import insert_rows, pieces

DOCUMENT: Final = TypeAdapter(Round)


class SqlRoundRepository(OnConnection):
    """A RoundRepository on one connection."""

    async def add(self, ordered: Round) -> None:
        await self._connection.execute(insert(tables.rounds).values(_row(ordered)))

    async def get(self, round_id: str) -> Round:
        found = await ROUNDS.find(self._connection, [round_id])
        if not found:
            raise UnknownRound("There is no round with this id.")
        return found[0]

    async def save(self, changed: Round) -> None:
        await ROUNDS.save(self._connection, [changed], ("status", "document"))

    async def is_any_open(self) -> bool:
        query = select(tables.rounds.c.round_id).where(tables.rounds.c.status.in_(OPEN)).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def open(self) -> Sequence[Round]:
        return await ROUNDS.lock(self._connection, ROUNDS.select(tables.rounds.c.status.in_(OPEN)))

    async def keep_alternates(self, round_id: str, pairs: Sequence[tuple[str, str, str]]) -> None:
        columns, kept = tables.proposals.c, tables.alternates
        open_rounds = select(columns.round_id).where(columns.stage.in_(OPEN_PROPOSAL), columns.round_id.is_not(None))
        is_over = or_(kept.c.round_id.not_in(open_rounds), kept.c.round_id == round_id)
        await self._connection.execute(delete(kept).where(is_over))
        for piece in pieces(pairs):
            rows = [{"round_id": round_id, "pair_key": key, "a": a, "b": b} for key, a, b in piece]
            await insert_rows(self._connection, kept, rows)

    async def alternates(self, round_ids: Collection[str], holders: Collection[str]) -> Mapping[str, Alternate]:
        columns, found = tables.alternates.c, dict[str, Alternate]()
        for piece in pieces(sorted(holders)):
            its_holder = or_(columns.a.in_(piece), columns.b.in_(piece))
            query = select(tables.alternates).where(columns.round_id.in_(round_ids), its_holder)
            for row in await self._connection.execute(query.order_by(columns.round_id)):
                found[row.pair_key] = Alternate(round_id=row.round_id, a=row.a, b=row.b)
        return found


def _row(a_round: Round) -> dict[str, Any]:
    document = DOCUMENT.dump_python(a_round, mode="json")
    return {"round_id": a_round.round_id, "status": a_round.status, "document": document}


ROUNDS: Final = Documents(DOCUMENT, tables.rounds, _row)


_RECORD: Final = TypeAdapter(PublicationRecord)
_REPORT: Final = TypeAdapter(FrozenReport)


class SqlPublicationRepository(OnConnection):
    """A PublicationRepository on one connection; documents are packed in a thread, as a large one takes a second."""

    async def add(
        self, record: PublicationRecord, certificate: str, report: FrozenReport | None, sealed: str = ""
    ) -> None:
        key = {"round_id": record.round_id, "number": record.number}
        document = _RECORD.dump_python(record, mode="json")
        packed = None if report is None else await asyncio.to_thread(_packed, report)
        values = {**key, "document": document, "report": packed}
        await self._connection.execute(insert(tables.publications).values(values))
        proof, members = await asyncio.to_thread(lambda: [_packed_text(each) for each in (certificate, sealed)])
        row = {**key, "document": proof, "sealed": members if sealed else None}
        await self._connection.execute(insert(tables.certificates).values(row))

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
        return await self._file(tables.certificates.c.document, round_id, number)

    async def sealed(self, round_id: str, number: int) -> bytes | None:
        """The members that were sealed with a certificate, as gzipped JSON; None if there are none."""
        return await self._file(tables.certificates.c.sealed, round_id, number)

    async def _file(self, column: Column[Any], round_id: str, number: int) -> bytes | None:
        columns = tables.certificates.c
        query = select(column).where(columns.round_id == round_id, columns.number == number)
        async with self.database.reading() as connection:
            found: bytes | None = (await connection.execute(query)).scalar_one_or_none()
        return found


async def _of_round(connection: AsyncConnection, round_id: str) -> Sequence[PublicationRecord]:
    columns = tables.publications.c
    query = select(columns.document).where(columns.round_id == round_id).order_by(columns.number)
    return [_RECORD.validate_python(document) for document in (await connection.execute(query)).scalars()]


def _packed_text(text: str) -> bytes:
    return gzip.compress(text.encode(), 6)


def _packed(report: FrozenReport) -> bytes:
    return gzip.compress(_REPORT.dump_json(report), 6)


def _unpacked(packed: bytes) -> FrozenReport:
    return _REPORT.validate_json(gzip.decompress(packed))
