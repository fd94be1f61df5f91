"""Runs an import: a chunk at a time, with progress, in one transaction.

Invariant: all rows or none, unless `skip_invalid`; a dry run keeps nothing.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from isopolity.registry.application.idempotency import KeyedRequest
from isopolity.registry.application.imports import (
    ImportRow,
    Outcome,
    RowProblem,
    import_members,
    import_requests,
    import_twinnings,
)
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings, UnitOfWorkFactory
from isopolity.registry.entrypoints.imports.files import open_rows
from isopolity.registry.entrypoints.imports.parsing import parse
from pydantic import BaseModel

_CHUNK: Final = 1000


class ProblemLine(BaseModel):
    """A bad row: its line, the column if one is to blame, and what to change."""

    line: int
    column: str | None
    detail: str


class ImportResult(BaseModel):
    """What an import did, or in a dry run would do."""

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
    problems: list[ProblemLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to import."""

    kind: str
    dry_run: bool = False
    skip_invalid: bool = False
    endorse: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: rows so far, and the share of the file that is read."""

    rows: int
    share: float


@dataclass(slots=True)
class ImportRun:
    """One import of one file."""

    file: BinaryIO
    size: int
    options: ImportOptions
    surroundings: Surroundings
    outcome: Outcome = field(default_factory=Outcome)
    rows: int = 0
    _lines: dict[str, int] = field(default_factory=dict)

    async def run(self, unit: RegistryUnitOfWork) -> AsyncIterator[Progress]:
        """Bring all rows into the transaction of `unit`, which the caller commits if `accepted`."""
        with closing(open_rows(self.file)) as source:
            for chunk in self._chunks(parse(self.options.kind, source)):
                if chunk:
                    await self._import(chunk, unit)
                    await unit.flush()
                yield Progress(self.rows, min(1.0, self.file.tell() / self.size) if self.size else 1.0)

    @property
    def accepted(self) -> bool:
        return self.options.skip_invalid or not self.outcome.problems

    def result(self) -> ImportResult:
        """What came of it."""
        outcome = self.outcome
        problems = sorted(outcome.problems, key=lambda problem: problem.line)
        return ImportResult(
            kind=self.options.kind,
            dry_run=self.options.dry_run,
            accepted=self.accepted,
            rows=self.rows,
            created=outcome.created,
            revised=outcome.revised,
            unchanged=outcome.unchanged,
            invalid=len({problem.line for problem in problems}),
            problems=[ProblemLine(line=one.line, column=one.column, detail=one.detail) for one in problems],
        )

    def _chunks(self, parsed: Iterator[Any]) -> Iterator[list[ImportRow[Any]]]:
        chunk: list[ImportRow[Any]] = []
        count = 0
        for one in parsed:
            self.rows += 1
            count += 1
            if isinstance(one, list):
                self.outcome.problems += one
            elif self._is_first(*one):
                chunk.append(one[1])
            if count == _CHUNK:
                yield chunk
                chunk, count = [], 0
        yield chunk

    def _is_first(self, key: str, row: ImportRow[Any]) -> bool:
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            detail = f"This row is about the same as line {first}; take one of the two out."
            self.outcome.problems.append(RowProblem(row.line, None, detail))
        return first == row.line

    async def _import(self, chunk: list[ImportRow[Any]], unit: RegistryUnitOfWork) -> None:
        kind = self.options.kind
        if kind == "requests":
            await import_requests(chunk, unit, self.surroundings, self.outcome)
        elif kind == "twinnings":
            await import_twinnings(chunk, unit, self.surroundings, self.outcome)
        else:
            await import_members(chunk, unit, self.surroundings, self.outcome, endorse=self.options.endorse)


async def run_import(
    run: ImportRun, unit_of_work: UnitOfWorkFactory, keyed: KeyedRequest | None
) -> AsyncIterator[Progress | ImportResult]:
    """Progress, and the result at last; with an idempotency key that came before, the result that it got then.

    Raises UnreadableFile and ConcurrentChange; then nothing is kept.
    """
    async with unit_of_work() as unit:
        if keyed is not None and (stored := await unit.idempotency.begin(keyed)) is not None:
            yield ImportResult.model_validate_json(stored.same_as(keyed).body)
            return
        async for progress in run.run(unit):
            yield progress
        result = run.result()
        if run.accepted and not run.options.dry_run:
            if keyed is not None:
                await unit.idempotency.keep(keyed, status=200, headers={}, body=result.model_dump_json().encode())
            await unit.commit()
    yield result
