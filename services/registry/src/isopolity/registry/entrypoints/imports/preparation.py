"""Reads a file and stores the effect of each row; later imports it, or reports that effects have changed.

Invariant: an import is one transaction, in which all rows have the effects of the preview; a second try changes
nothing. In between, the rows are stored in the database for a day, and the file is not parsed again.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

from isopolity.registry.application.imports.prepared import PART, WRONG, Effects, PreparedImport, PreparedRow
from isopolity.registry.application.imports.rows import Outcome
from isopolity.registry.application.members import members_of
from isopolity.registry.application.ports import Surroundings, UnitOfWorkFactory
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints.imports.differences import differences
from isopolity.registry.entrypoints.imports.import_run import ImportOptions, ImportRun
from isopolity.registry.entrypoints.imports.row_parser import conventions_of
from isopolity.tables.rows import Limits, RawRow, UnreadableFile
from isopolity.tables.spool import Spool, spooled

MOST_ROWS: Final = 100_000
BODY_LIMIT: Final = 64_000_000
_LIMITS: Final = Limits(rows=MOST_ROWS)
_MOST_PROBLEMS: Final = 1_000_000
_BATCH: Final = 500
_BY_ROWS: Final = {"problems", "problems_cut", "dry_run", "accepted"}
"""Fields of a result that a prepared import leaves out, since its rows have them."""


class ChangedMeanwhile(Exception):
    """Stored entries have changed since the preview; the new effects are stored for another one."""


class RowsToCorrect(Exception):
    """Some rows have problems; nothing was imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Prepares, shows and carries out imports."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings

    async def prepare(self, file: BinaryIO, name: str, digest: str, options: ImportOptions) -> PreparedImport:
        """Read a file and store its effects. Raises UnreadableFile."""
        async with spooled(file, _LIMITS) as source:
            if source.columns is None:
                raise UnreadableFile("This file is no table; send a workbook (XLSX) or CSV.")
            prepared = PreparedImport(
                import_id=self.surroundings.ids(),
                prepared_at=self.surroundings.clock(),
                name=name,
                digest=digest,
                kind=options.kind,
                endorse=options.endorse,
                said=options.said,
                columns=source.columns,
                shown="",
                report={},
            )
            return await self._look(prepared, source)

    async def take(self, import_id: str, shown: str, *, skip_wrong: bool) -> PreparedImport:
        """Carry out the import with the effects in the preview; one that is done already is returned unchanged.

        Raises NotFound, ChangedMeanwhile, RowsToCorrect, ConcurrentChange.
        """
        found = await self.find(import_id)
        async with self._kept_rows(found) as source:
            run = _run_of(found, self.surroundings)
            run.conventions = await asyncio.to_thread(conventions_of, found.kind, source, found.said)
            async with self.unit_of_work() as uow:
                prepared = await uow.prepared.get(import_id)
                if prepared is None:
                    raise _unknown()
                if prepared.taken_at is not None:
                    return prepared
                if prepared.shown != shown:
                    raise ChangedMeanwhile
                if prepared.report["invalid"] and not skip_wrong:
                    raise RowsToCorrect
                await uow.begin_bulk()
                async for _ in run.run(source, uow):
                    pass
                if await asyncio.to_thread(_digest, _rows(source, run.outcome)) == shown:
                    await uow.prepared.remove_rows(import_id)
                    members = {name: list(getattr(run.outcome, name)) for name in ("to_endorse", "entered")}
                    taken = replace(prepared, taken_at=self.surroundings.clock(), report=_report(run) | members)
                    await uow.prepared.put(taken)
                    run.note(run.result(), uow.audit)
                    await uow.commit()
                    return taken
            await self._look(found, source)
        raise ChangedMeanwhile

    async def find(self, import_id: str) -> PreparedImport:
        """The import with this id. Raises NotFound."""
        async with self.unit_of_work() as uow:
            found = await uow.prepared.get(import_id)
        if found is None:
            raise _unknown()
        return found

    async def standing(self, import_id: str) -> PreparedImport:
        """The import with this id; `to_endorse` has only members that are still applicants. Raises NotFound."""
        found = await self.find(import_id)
        if not (ids := found.report.get("to_endorse")):
            return found
        async with self.unit_of_work() as uow:
            members = await members_of(uow, "partner" if found.kind == "partners" else "city").peek_many(ids)
        waiting = [each for each in ids if each in members and members[each].status == "applied"]
        number = found.report["not_endorsed"] - len(ids) + len(waiting)
        return replace(found, report={**found.report, "to_endorse": waiting, "not_endorsed": number})

    async def rows(self, import_id: str) -> AsyncIterator[PreparedRow]:
        """All rows of an import, a batch at a time."""
        after = 0
        while True:
            async with self.unit_of_work() as uow:
                batch = await uow.prepared.rows(import_id, after=after, limit=_BATCH)
            if not batch:
                return
            for row in batch:
                yield row
            after = batch[-1].line

    async def _look(self, prepared: PreparedImport, source: Spool) -> PreparedImport:
        """Store the present effects of the rows, in place of earlier ones."""
        run = _run_of(prepared, self.surroundings)
        run.conventions = await asyncio.to_thread(conventions_of, prepared.kind, source, prepared.said)
        async with self.unit_of_work() as uow:
            async for _ in run.run(source, uow.look()):
                pass
        rows, digest = _rows(source, run.outcome), sha256()
        async with self.unit_of_work() as uow:
            if prepared.shown:
                await uow.prepared.remove_rows(prepared.import_id)
            while batch := await asyncio.to_thread(_next_batch, rows, digest):
                await uow.prepared.add_rows(prepared, batch)
            looked_at = replace(prepared, shown=digest.hexdigest(), report=_report(run))
            await uow.prepared.put(looked_at)
            details = {name: looked_at.report[name] for name in ("kind", "rows", "invalid")}
            uow.audit.note("import", prepared.digest, details=details)
            await uow.commit()
        return looked_at

    @asynccontextmanager
    async def _kept_rows(self, prepared: PreparedImport) -> AsyncIterator[Spool]:
        """The stored rows in the format of the reading process."""
        with TemporaryFile() as file:
            file.write(json.dumps(list(prepared.columns)).encode() + b"\n")
            async for row in self.rows(prepared.import_id):
                file.write(json.dumps([row.line, dict(row.values), row.unreadable]).encode() + b"\n")
            file.flush()
            yield Spool(file)


def _run_of(prepared: PreparedImport, surroundings: Surroundings) -> ImportRun:
    options = ImportOptions(kind=prepared.kind, skip_invalid=True, endorse=prepared.endorse, said=prepared.said)
    outcome = Outcome(effects=Effects(differences), most_listed=_MOST_PROBLEMS)
    return ImportRun(options=options, surroundings=surroundings, digest=prepared.digest, outcome=outcome)


def _report(run: ImportRun) -> dict[str, Any]:
    return run.result().model_dump(exclude=_BY_ROWS)


def _rows(source: Spool, outcome: Outcome) -> Iterator[PreparedRow]:
    """The rows of the file with their effects or problems."""
    problems: dict[int, list[tuple[str | None, str]]] = {}
    for one in outcome.problems:
        problems.setdefault(one.line, []).append((one.column, one.detail))
    effects = {} if outcome.effects is None else outcome.effects.of_lines
    for raw in source:
        yield _row(raw, problems, effects)


def _row(raw: RawRow, problems: Mapping[int, list[tuple[str | None, str]]], effects: Mapping[int, Any]) -> PreparedRow:
    row = PreparedRow(line=raw.line, state=PART, values=raw.values, unreadable=raw.problem)
    if (wrong := problems.get(raw.line)) is not None:
        return replace(row, state=WRONG, problems=wrong)
    if (effect := effects.get(raw.line)) is not None:
        return replace(row, state=effect.state, changes=effect.changes)
    return row


def _digest(rows: Iterator[PreparedRow]) -> str:
    """SHA-256, in hex, of the effects of all rows."""
    digest = sha256()
    while _next_batch(rows, digest):
        pass
    return digest.hexdigest()


def _next_batch(rows: Iterator[PreparedRow], digest: Any) -> list[PreparedRow]:
    """The next rows; `digest` is updated with their effects, which makes it the digest of all rows."""
    batch = list(islice(rows, _BATCH))
    for row in batch:
        changes = [(one.column, one.before, one.after) for one in row.changes]
        digest.update(json.dumps([row.line, row.state, list(row.problems), changes]).encode() + b"\n")
    return batch


def _unknown() -> NotFound:
    return NotFound("There is no import with this id; it was taken back, or read more than a day ago.")
