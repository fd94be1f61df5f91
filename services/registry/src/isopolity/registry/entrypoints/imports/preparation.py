"""Reads a file and stores the effect of each row; later imports it, or reports that effects have changed.

Invariant: an import is one transaction, in which all rows have the effects of the preview; a second try changes
nothing. In between, the rows are stored in the database for `KEPT`, and the file is not parsed again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from isopolity.registry.application.imports.prepared import PreparedImport, PreparedRow
from isopolity.registry.application.imports.rows import alike_problems
from isopolity.registry.application.imports.work import Tell, to_nobody
from isopolity.registry.application.members import members_of
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings, UnitOfWorkFactory
from isopolity.registry.domain.errors import Gone
from isopolity.registry.entrypoints.imports.cells.thousands import INHABITANTS, asked_by_changes
from isopolity.registry.entrypoints.imports.corrections.kept import (
    SET_ASIDE,
    KeptCorrections,
    kept_corrections,
    set_aside,
    write_fitted,
)
from isopolity.registry.entrypoints.imports.corrections.orders import Corrections, Corrector
from isopolity.registry.entrypoints.imports.import_run import ImportOptions
from isopolity.registry.entrypoints.imports.kept_sheets import keep_sheets, kept_sheets
from isopolity.registry.entrypoints.imports.layout import LaidOut, LayoutChoice, chosen, guessed, missing
from isopolity.registry.entrypoints.imports.prepared_runs import (
    ChangedMeanwhile,
    RowsToCorrect,
    keep_rest,
    report_of,
    require_unchanged,
    run_all,
    run_of,
    unknown_import,
)
from isopolity.registry.entrypoints.imports.remembered_layouts import remember, with_layout
from isopolity.registry.entrypoints.imports.row_effects import digest_of, next_batch, prepared_rows
from isopolity.registry.entrypoints.imports.row_parser import conventions_of
from isopolity.registry.entrypoints.imports.stored_rows import spooled_rows, stored_rows
from isopolity.tables.rows import Limits, UnreadableFile
from isopolity.tables.spool import Sheets, Spool, spooled, spooled_sheets

MOST_ROWS: Final = 100_000
BODY_LIMIT: Final = 64_000_000
_LIMITS: Final = Limits(rows=MOST_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Prepares, shows and carries out imports."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    surroundings: Surroundings
    tell: Tell = to_nobody
    """Called with the rows of the file that are done, and with all of them, while rows are read."""

    async def prepare(
        self,
        file: BinaryIO,
        name: str,
        digest: str,
        options: ImportOptions,
        *,
        ask: bool = False,
        later: Callable[[RegistryUnitOfWork, str], Awaitable[None]] | None = None,
    ) -> PreparedImport:
        """Read a file and store its effects. Raises UnreadableFile.

        With `ask`, all sheets are stored, the layout of the table is guessed, and what is to be chosen is asked. With
        `later`, which stores work for this import, its sheets are stored and it ends there; see `look_at_sheets`.
        """
        prepared = PreparedImport(
            import_id=self.surroundings.ids(),
            prepared_at=self.surroundings.clock(),
            name=name,
            digest=digest,
            kind=options.kind,
            endorse=options.endorse,
            said=options.said,
            columns=(),
            shown="",
            report={},
        )
        if ask:
            async with spooled_sheets(file, _LIMITS) as sheets:
                prepared = await with_layout(prepared, sheets, self.unit_of_work, self.surroundings.clock())
                await keep_sheets(self.unit_of_work, prepared, sheets)
                if later is None:
                    return await self._laid_out(prepared, sheets)
            prepared = replace(prepared, report=report_of(run_of(prepared, self.surroundings)))
            async with self.unit_of_work() as uow:
                await uow.prepared.put(prepared)
                await later(uow, prepared.import_id)
                await uow.commit()
            return prepared
        async with spooled(file, _LIMITS) as source:
            if source.columns is None:
                raise UnreadableFile("This file is no table; send a workbook (XLSX) or CSV.")
            return await self._look(replace(prepared, columns=source.columns), source)

    async def look_at_sheets(self, import_id: str) -> PreparedImport:
        """Store the effects of a file whose sheets were stored `later`. Raises NotFound, ChangedMeanwhile."""
        found = await self.find(import_id)
        async with kept_sheets(self.unit_of_work, found) as sheets:
            return await self._laid_out(found, sheets, in_place_of=found.shown)

    async def lay_out(self, import_id: str, choice: LayoutChoice) -> PreparedImport:
        """Read the sheets again, by another layout, with the corrections that fit it.

        Raises NotFound, ChangedMeanwhile, and UnreadableFile for a layout that cannot be.
        """
        found = await self.find(import_id)
        if found.layout is None or found.taken_at is not None:
            raise unknown_import()
        async with kept_sheets(self.unit_of_work, found) as sheets:
            layout = found.layout
            if choice.sheet != layout.sheet or choice.heading != layout.heading:
                line = choice.heading if choice.sheet == layout.sheet else None
                layout = await asyncio.to_thread(guessed, found.kind, sheets, choice.sheet, line)
            else:
                layout = chosen(found.kind, layout, choice)
            laid = replace(layout, is_chosen=True)
            looked_at = replace(found, layout=laid, said=choice.said, choices={})
            kept = await kept_corrections(self.unit_of_work, import_id, laid.sheet)
            return await self._laid_out(looked_at, sheets, kept, in_place_of=found.shown)

    async def take(self, import_id: str, shown: str, *, skip_wrong: bool, endorse: bool = False) -> PreparedImport:
        """Carry out the import with the effects in the preview; one that is done already is returned unchanged.

        With `endorse`, the members that are applicants afterwards are endorsed, up to `MOST_TO_ENDORSE`.

        Raises NotFound, ChangedMeanwhile, RowsToCorrect, ConcurrentChange.
        """
        found = await self.find(import_id)
        async with spooled_rows(self.unit_of_work, found) as source:
            run = run_of(found, self.surroundings)
            run.conventions = await asyncio.to_thread(conventions_of, found.kind, source, found.said)
            async with self.unit_of_work() as uow:
                prepared = await uow.prepared.get(import_id)
                if prepared is None:
                    raise unknown_import()
                if prepared.taken_at is not None:
                    return prepared
                if prepared.report.get("questions"):
                    raise RowsToCorrect
                if prepared.shown != shown:
                    raise ChangedMeanwhile
                if (prepared.report["invalid"] or prepared.report.get("asking")) and not skip_wrong:
                    raise RowsToCorrect
                await uow.begin_bulk()
                run.starts(import_id)
                await run_all(run, source, uow, self.tell)
                if await asyncio.to_thread(digest_of, prepared_rows(source, run.outcome)) == shown:
                    await uow.prepared.remove_sheets(import_id)
                    if endorse:
                        await run.endorse_all(uow)
                    members = {name: list(getattr(run.outcome, name)) for name in ("to_endorse", "entered")}
                    rest = await keep_rest(prepared, run, source, uow, self.surroundings)
                    report = report_of(run) | members | rest
                    taken = replace(prepared, taken_at=self.surroundings.clock(), report=report)
                    await uow.prepared.put(taken)
                    await run.keep(prepared.name, uow)
                    await uow.import_works.remove(import_id)
                    run.note(run.result(), uow.audit)
                    await uow.commit()
                    return taken
            await self._look(found, source)
        raise ChangedMeanwhile

    async def correct(self, import_id: str, corrections: Corrections) -> PreparedImport:
        """Correct cells, choose who rows are, and look at all rows again.

        Raises NotFound, Gone, ChangedMeanwhile, NotPossible.
        """
        if (found := await self.find(import_id)).taken_at is not None:
            raise Gone("This import was done; its rows cannot be corrected any more.")
        if found.shown != corrections.shown:
            raise ChangedMeanwhile
        kept = await kept_corrections(self.unit_of_work, import_id, found.layout.sheet if found.layout else 0)
        corrector = Corrector(corrections, found.columns, found.choices, kept)
        async with spooled_rows(self.unit_of_work, found, corrector.values) as source:
            corrector.require_all()
            report = {**found.report, "words_replaced": corrections.replacing(found.report.get("words_replaced", ()))}
            chosen = replace(found, choices=corrector.choices, report=report)
            return await self._look(chosen, source, report.get("left_out", ()), in_place_of=found.shown, kept=kept)

    async def find(self, import_id: str) -> PreparedImport:
        """The import with this id. Raises NotFound."""
        async with self.unit_of_work() as uow:
            found = await uow.prepared.get(import_id)
        if found is None:
            raise unknown_import()
        return found

    async def standing(self, import_id: str) -> PreparedImport:
        """The import with this id; `to_endorse` has only members that are still applicants. Raises NotFound."""
        async with self.reading() as uow:
            found = await uow.prepared.peek(import_id)
        if found is None:
            raise unknown_import()
        if not (ids := found.report.get("to_endorse")):
            return found
        async with self.reading() as uow:
            members = await members_of(uow, "partner" if found.kind == "partners" else "city").peek_many(ids)
        waiting = [each for each in ids if each in members and members[each].status == "applied"]
        number = found.report["not_endorsed"] - len(ids) + len(waiting)
        return replace(found, report={**found.report, "to_endorse": waiting, "not_endorsed": number})

    def rows(self, import_id: str) -> AsyncIterator[PreparedRow]:
        """All rows of an import, a batch at a time."""
        return stored_rows(self.unit_of_work, import_id)

    async def _laid_out(
        self,
        prepared: PreparedImport,
        sheets: Sheets,
        kept: KeptCorrections | None = None,
        *,
        in_place_of: str | None = None,
    ) -> PreparedImport:
        """Store the effects of the rows where the layout says they are, or what is to be chosen first; see `_look`."""
        layout = prepared.layout
        assert layout is not None  # noqa: S101 - callers have set it
        table = LaidOut(prepared.kind, layout)
        with TemporaryFile() as file, TemporaryFile() as corrected:
            await asyncio.to_thread(table.write, sheets, file)
            left_out = table.sentences()
            prepared = replace(prepared, columns=layout.names)
            try:
                if (question := missing(prepared.kind, layout)) is not None:
                    raise UnreadableFile(question)
                is_open = INHABITANTS not in prepared.said
                if is_open and (question := table.question()) is not None:
                    raise UnreadableFile(question)
                source = Spool(file)
                if kept is not None:
                    source = await asyncio.to_thread(write_fitted, source, kept, corrected)
                    prepared = replace(prepared, choices=kept.choices, report=set_aside(kept))
                return await self._look(prepared, source, left_out, in_place_of=in_place_of, asks=is_open)
            except UnreadableFile as error:
                asked = {"left_out": left_out, "questions": [str(error)]}
                report = report_of(run_of(prepared, self.surroundings)) | asked
                open_one = replace(prepared, shown="", report=report)
                async with self.unit_of_work() as uow:
                    await require_unchanged(uow, prepared.import_id, in_place_of)
                    await uow.prepared.remove_rows(prepared.import_id, keep_sheets=True)
                    await uow.prepared.put(open_one)
                    await remember(open_one, uow, self.surroundings.clock())
                    await uow.import_works.remove(prepared.import_id)
                    await uow.commit()
                return open_one

    async def _look(
        self,
        prepared: PreparedImport,
        source: Spool,
        left_out: Sequence[str] = (),
        *,
        in_place_of: str | None = None,
        asks: bool = False,
        kept: KeptCorrections | None = None,
    ) -> PreparedImport:
        """Store the present effects of the rows, in place of earlier ones: those of the digest `in_place_of`, if given.

        Raises ChangedMeanwhile if others are stored by then, and UnreadableFile with a question on inhabitants if it
        `asks` and they seem to be in thousands.
        """
        run = run_of(prepared, self.surroundings)
        run.conventions = await asyncio.to_thread(conventions_of, prepared.kind, source, prepared.said)
        async with self.unit_of_work() as uow:
            await run_all(run, source, uow.look(), self.tell)
        if asks and (question := asked_by_changes(run.outcome.effects)) is not None:
            raise UnreadableFile(question)
        rows, digest = prepared_rows(source, run.outcome), sha256()
        async with self.unit_of_work() as uow:
            await require_unchanged(uow, prepared.import_id, in_place_of)
            await uow.prepared.remove_rows(prepared.import_id, keep_sheets=True)
            while batch := await asyncio.to_thread(next_batch, rows, digest):
                await uow.prepared.add_rows(prepared, batch)
            left_out = left_out or prepared.report.get("left_out", [])
            aside = {name: prepared.report[name] for name in SET_ASIDE if name in prepared.report}
            alike = alike_problems(run.outcome.problems)
            report = report_of(run) | {"left_out": left_out, "alike_problems": alike} | aside
            if kept is not None:
                await uow.prepared.put_corrections(prepared, list(kept.rows()))
            looked_at = replace(prepared, shown=digest.hexdigest(), report=report)
            await uow.prepared.put(looked_at)
            await remember(looked_at, uow, self.surroundings.clock())
            await uow.import_works.remove(prepared.import_id)
            details = {name: looked_at.report[name] for name in ("kind", "rows", "invalid")}
            uow.audit.note("import", prepared.digest, details=details)
            await uow.commit()
        return looked_at
