"""Runs an import: a separate process reads the whole file; then its rows enter one transaction, chunk by chunk.

Invariant: all rows or none, unless `skip_invalid`; a dry run keeps nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from pydantic import BaseModel

from isopolity.identity.actors import current_act
from isopolity.persistence.audit import Audit
from isopolity.persistence.idempotency_keys import KeyedRequest
from isopolity.registry.application.commands import EndorseMembers
from isopolity.registry.application.imports.belongings import import_interests, import_requests, import_twinnings
from isopolity.registry.application.imports.done_rows import MOST_DONE, DoneImport
from isopolity.registry.application.imports.lookup import MemberLookup
from isopolity.registry.application.imports.members import import_members
from isopolity.registry.application.imports.prepared import OUT
from isopolity.registry.application.imports.rows import APART, MOST_LISTED, TOGETHER, ImportRow, Outcome
from isopolity.registry.application.members import capacity_defaults, endorse_members, members_of
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings, UnitOfWorkFactory
from isopolity.registry.domain.member import CapacityDefaults
from isopolity.registry.entrypoints.imports.cells.conventions import Conventions
from isopolity.registry.entrypoints.imports.row_effects import KeptWordsLine, OpenWordsLine
from isopolity.registry.entrypoints.imports.row_parser import conventions_of, parse
from isopolity.tables.spool import Spool, spooled

CHUNK: Final = 250
"""The number of rows in a chunk; comparing a chunk blocks the event loop."""


class ProblemLine(BaseModel):
    """A bad row: its line, the column if one is to blame, and what to change."""

    line: int
    column: str | None
    detail: str


class ImportResult(BaseModel):
    """The report of an import, or of its dry run."""

    kind: str
    dry_run: bool
    accepted: bool
    """Whether what could be taken was kept, or in a dry run would be."""
    rows: int
    created: int
    revised: int
    unchanged: int
    invalid: int
    """How many rows have a problem."""
    not_endorsed: int = 0
    """How many of the members are not endorsed, so that rounds leave them out."""
    endorsed: int = 0
    """How many members this endorses, new ones and others."""
    read_as: list[str] = []
    """How cells that could be read in more than one way were read, a sentence each."""
    to_confirm: int = 0
    """How many people it names who get a mail to confirm their address, and no other until they have."""
    asking: int = 0
    """How many rows could mean a member, so that somebody has to choose."""
    rows_left_out: int = 0
    """How many rows somebody has left out."""
    emptied: int = 0
    """How many values that were stored empty cells take away."""
    emptied_first: list[str] = []
    """Where the first of them are: the line, whose row it is, and the columns."""
    words_open: int = 0
    """How many needs and offers in words are left out, since a subject or a mode is open."""
    words_open_first: list[OpenWordsLine] = []
    """These words, alike ones once, the most frequent first; at most 200."""
    words_kept: int = 0
    """How many rows have needs or offers that would replace some in a city's own words, which stay beside them."""
    words_kept_first: list[KeptWordsLine] = []
    """The first of these rows, at most 200."""
    words_replaced: list[int] = []
    """The lines for which somebody chose that they replace the city's own words."""
    alike: list[str] = []
    """New members that may be others, spelt otherwise or of another kind: a sentence each, at most 20."""
    problems: list[ProblemLine]
    """At most 1,000."""
    problems_cut: bool = False
    """Whether there are more problems than are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to import."""

    kind: str
    dry_run: bool = False
    skip_invalid: bool = False
    endorse: bool = False
    said: Mapping[str, str] = field(default_factory=dict)
    """Conventions that the sender says, by name: see `CHOICES`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an import: the number of rows so far, and their share."""

    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class _Chunk:
    rows: list[ImportRow[Any]]
    progress: Progress


@dataclass(slots=True)
class ImportRun:
    """One import of one file."""

    options: ImportOptions
    surroundings: Surroundings
    digest: str = ""
    """SHA-256 of the file, its id in the audit."""
    outcome: Outcome = field(default_factory=Outcome)
    rows: int = 0
    conventions: Conventions = field(default_factory=Conventions)
    run_id: str | None = None
    """The id under which what it does is kept, so that it can be taken back; None keeps nothing."""
    done: int = 0
    """The number of entries that it has changed or created, as far as that is kept."""

    async def run(self, source: Spool, uow: RegistryUnitOfWork) -> AsyncIterator[Progress]:
        """Import all rows in the transaction of `uow`, which the caller commits if the result is `accepted`.

        A thread checks the next chunk while the database writes the one before, when Python is idle.
        """
        chunks = self._chunks(source, await capacity_defaults(uow))
        member_kind = "partner" if self.options.kind == "partners" else "city"
        lookup = MemberLookup(members_of(uow, member_kind), member_kind)
        reading = asyncio.create_task(asyncio.to_thread(next, chunks, None))
        try:
            while (chunk := await reading) is not None:
                if chunk.rows:
                    await self._import(chunk.rows, uow, lookup)
                reading = asyncio.create_task(asyncio.to_thread(next, chunks, None))
                await uow.flush()
                yield chunk.progress
        finally:
            await asyncio.gather(reading, return_exceptions=True)  # the spool must stay open while the thread runs

    @property
    def accepted(self) -> bool:
        return self.options.skip_invalid or not self.outcome.problems

    def result(self) -> ImportResult:
        """The report of the import."""
        outcome = self.outcome
        problems = sorted(outcome.problems[:MOST_LISTED], key=lambda problem: problem.line)
        return ImportResult(
            kind=self.options.kind,
            dry_run=self.options.dry_run,
            accepted=self.accepted,
            rows=self.rows,
            created=outcome.created,
            revised=outcome.revised,
            unchanged=outcome.unchanged,
            invalid=len(outcome.wrong_lines),
            not_endorsed=outcome.not_endorsed,
            endorsed=outcome.endorsed,
            read_as=self.conventions.sentences() + ([] if outcome.asks else outcome.words.sentences()),
            alike=outcome.alike,
            to_confirm=outcome.to_confirm,
            asking=outcome.asking,
            rows_left_out=outcome.left_out,
            emptied=outcome.emptied,
            emptied_first=outcome.emptied_first,
            words_open=outcome.words.open,
            words_open_first=[OpenWordsLine(**one) for one in outcome.words.open_first],
            words_kept=outcome.words.kept,
            words_kept_first=[KeptWordsLine(**one) for one in outcome.words.kept_first],
            words_replaced=sorted(outcome.words.replaced),
            problems=[ProblemLine(line=one.line, column=one.column, detail=one.detail) for one in problems],
            problems_cut=outcome.problems_cut or len(outcome.problems) > MOST_LISTED,
        )

    def starts(self, run_id: str) -> None:
        """Keep what this run does under this id."""
        self.run_id, self.outcome.done = run_id, []

    async def keep(self, name: str, uow: RegistryUnitOfWork) -> None:
        """Keep that this run was done, if it changed anything."""
        act, outcome = current_act(), self.outcome
        if self.run_id is None or not outcome.created + outcome.revised:
            return
        done = DoneImport(
            run_id=self.run_id,
            done_at=self.surroundings.clock(),
            done_by="" if act is None else act.actor,
            name=name,
            kind=self.options.kind,
            rows=self.rows,
            created=outcome.created,
            revised=outcome.revised,
            is_kept=outcome.done is not None,
        )
        await uow.done_imports.add(done)

    async def endorse_all(self, uow: RegistryUnitOfWork) -> None:
        """Endorse the members of the import that are applicants, up to `MOST_TO_ENDORSE`."""
        outcome = self.outcome
        ids, outcome.to_endorse = tuple(outcome.to_endorse), []
        await uow.flush()
        is_partners = self.options.kind == "partners"
        await endorse_members(
            EndorseMembers(cities=() if is_partners else ids, partners=ids if is_partners else ()), uow
        )
        outcome.not_endorsed -= len(ids)
        outcome.endorsed += len(ids)

    def note(self, result: ImportResult, audit: Audit) -> None:
        """Enter the import in the audit; members and contacts that it added or changed have their own entries."""
        options = {"endorse": self.options.endorse, "skip_invalid": self.options.skip_invalid}
        counts = result.model_dump(include={"kind", "rows", "created", "revised", "unchanged", "invalid"})
        audit.note("import", self.digest, details={**counts, **options})

    def _chunks(self, source: Spool, usual: CapacityDefaults) -> Iterator[_Chunk]:
        rows: list[ImportRow[Any]] = []
        left_out = {line for line, choice in self.outcome.choices.items() if choice == OUT}
        advice = TOGETHER if self.options.kind == "needs-and-offers" else APART
        asks = self.outcome.asks
        for one in parse(self.options.kind, source, self.conventions, usual, left_out, asks=asks):
            self.rows += 1
            line = one[0].line if isinstance(one, list) else one[1].line
            if self.outcome.leaves_out(line):
                pass
            elif isinstance(one, list):
                self.outcome.note(*one)
            elif self.outcome.is_first(one[0], one[1].line, advice=advice):
                self.outcome.words.note_open(line, [each for words in one[1].open_words.values() for each in words])
                rows.append(one[1])
            if self.rows % CHUNK == 0:
                yield _Chunk(rows, Progress(self.rows, source.share))
                rows = []
        yield _Chunk(rows, Progress(self.rows, source.share))

    async def _import(self, chunk: list[ImportRow[Any]], uow: RegistryUnitOfWork, lookup: MemberLookup) -> None:
        kind = self.options.kind
        if kind == "needs-and-offers":
            await import_interests(chunk, uow, self.surroundings, self.outcome, lookup)
        elif kind == "requests":
            await import_requests(chunk, uow, self.surroundings, self.outcome, lookup)
        elif kind == "twinnings":
            await import_twinnings(chunk, uow, self.surroundings, self.outcome, lookup)
        else:
            await import_members(chunk, uow, self.surroundings, self.outcome, lookup, endorse=self.options.endorse)
        await self._keep_done(uow)

    async def _keep_done(self, uow: RegistryUnitOfWork) -> None:
        """Keep what the chunk did; of an import of more than `MOST_DONE` entries nothing is kept."""
        if self.run_id is None or not (rows := self.outcome.done):
            return
        self.done += len(rows)
        if self.done > MOST_DONE:
            self.outcome.done = None
            await uow.done_imports.remove_rows(self.run_id)
        else:
            self.outcome.done = []
            await uow.done_imports.add_rows(self.run_id, self.surroundings.clock(), rows)


async def run_import(
    run: ImportRun, file: BinaryIO, unit_of_work: UnitOfWorkFactory, keyed: KeyedRequest | None
) -> AsyncIterator[Progress | ImportResult]:
    """Yields progress, then the result, or the earlier one for a known key. Raises UnreadableFile, ConcurrentChange."""
    async with spooled(file) as source:
        run.conventions = await asyncio.to_thread(conventions_of, run.options.kind, source, run.options.said)
        async with unit_of_work() as uow:
            if keyed is not None and (stored := await uow.idempotency.begin(keyed)) is not None:
                yield ImportResult.model_validate_json(stored.same_as(keyed).body)
                return
            await uow.begin_bulk()
            if not run.options.dry_run:
                run.starts(run.surroundings.ids())
            async for progress in run.run(source, uow):
                yield progress
            result = run.result()
            if run.accepted and not run.options.dry_run:
                if keyed is not None:
                    await uow.idempotency.keep(keyed, status=200, headers={}, body=result.model_dump_json().encode())
                await run.keep("", uow)
                run.note(result, uow.audit)
                await uow.commit()
    yield result
