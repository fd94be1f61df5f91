"""The run of a prepared import, its report, what refuses it, and the rows that it leaves behind."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from isopolity.machine.periods import in_words
from isopolity.registry.application.imports.prepared import ASKS, KEPT, OUT, Effects, PreparedImport
from isopolity.registry.application.imports.rows import Outcome, alike_problems
from isopolity.registry.application.imports.work import Tell
from isopolity.registry.application.office.words_of_rows import WordsOfRows
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints.imports.cells.conventions import CHOICES
from isopolity.registry.entrypoints.imports.differences import differences
from isopolity.registry.entrypoints.imports.import_run import ImportOptions, ImportRun
from isopolity.registry.entrypoints.imports.row_effects import next_batch, prepared_rows
from isopolity.registry.entrypoints.imports.row_parser import lines_of_entries
from isopolity.tables.spool import Spool

_NOTHING_DONE: Final[dict[str, Any]] = {
    **dict.fromkeys(("created", "revised", "unchanged", "not_endorsed", "endorsed"), 0),
    **dict.fromkeys(("to_confirm", "emptied", "rows_left_out"), 0),
    **{name: [] for name in ("emptied_first", "alike", "left_out", "read_as")},
}
_MOST_PROBLEMS: Final = 1_000_000
_BY_ROWS: Final = {"problems", "problems_cut", "dry_run", "accepted"}
"""Fields of a result that a prepared import leaves out, since its rows have them."""


class ChangedMeanwhile(Exception):
    """Stored entries have changed since the preview; the new effects are stored for another one."""


class RowsToCorrect(Exception):
    """Some rows have problems; nothing was imported."""


def run_of(prepared: PreparedImport, surroundings: Surroundings) -> ImportRun:
    """A run over the rows of the import, with their effects."""
    options = ImportOptions(kind=prepared.kind, skip_invalid=True, endorse=prepared.endorse, said=prepared.said)
    effects = Effects(differences)
    words = WordsOfRows(replaced=frozenset(prepared.report.get("words_replaced", ())))
    outcome = Outcome(effects=effects, most_listed=_MOST_PROBLEMS, asks=True, choices=prepared.choices, words=words)
    return ImportRun(options=options, surroundings=surroundings, digest=prepared.digest, outcome=outcome)


async def run_all(run: ImportRun, source: Spool, uow: RegistryUnitOfWork, tell: Tell) -> None:
    """Compare all rows with stored entries, and tell how far it is."""
    in_all = await asyncio.to_thread(lambda: sum(1 for _ in source))
    await tell(0, in_all)
    async for progress in run.run(source, uow):
        await tell(round(progress.share * in_all), in_all)


def report_of(run: ImportRun) -> dict[str, Any]:
    """The report that is stored with a prepared import."""
    return run.result().model_dump(exclude=_BY_ROWS)


async def require_unchanged(uow: RegistryUnitOfWork, import_id: str, shown: str | None) -> None:
    """Raise ChangedMeanwhile unless the effects of the digest `shown` are stored, if one is given, and not imported."""
    if shown is not None:
        stored = await uow.prepared.get(import_id)
        if stored is None or stored.taken_at is not None or stored.shown != shown:
            raise ChangedMeanwhile


def unknown_import() -> NotFound:
    """The error about an import that does not exist."""
    return NotFound(f"There is no import with this id; it was deleted, or read more than {in_words(KEPT)} ago.")


async def keep_rest(
    prepared: PreparedImport, run: ImportRun, source: Spool, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> dict[str, str]:
    """Store the rows that ask or have a problem as an import of their own.

    Returns its id as `rest_id` of a report; it is empty if there are no such rows.

    Rows that are read as one stay together, and so do all rows of a partner, and of the needs and offers of a city,
    since what is imported of them is all that there is.
    """
    outcome = run.outcome
    effects = {} if outcome.effects is None else outcome.effects.of_lines
    lines = outcome.wrong_lines | {line for line, effect in effects.items() if effect.state == ASKS}
    if not lines:
        return {"rest_id": ""}
    of_entries = await asyncio.to_thread(lines_of_entries, prepared.kind, source, run.conventions)
    together = (*run.conventions.together, *of_entries)
    lines |= {line for some in together if not lines.isdisjoint(some) for line in some}
    said = {name: choice for name in CHOICES if (choice := run.conventions.choice(name)) is not None}
    rest = replace(
        prepared,
        import_id=surroundings.ids(),
        prepared_at=surroundings.clock(),
        said={**prepared.said, **said},
        layout=None,
    )
    rows = (row for row in prepared_rows(source, outcome) if row.line in lines and row.state != OUT)
    digest, number = sha256(), 0
    while batch := await asyncio.to_thread(next_batch, rows, digest):
        await uow.prepared.add_rows(rest, batch)
        number += len(batch)
    found = {"rows": number, "alike_problems": alike_problems(outcome.problems)}
    report = report_of(run) | _NOTHING_DONE | found
    await uow.prepared.put(replace(rest, shown=digest.hexdigest(), report=report))
    return {"rest_id": rest.import_id}
