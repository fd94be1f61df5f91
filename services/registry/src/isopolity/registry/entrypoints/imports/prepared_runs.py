"""The run of a prepared import, its report, and what refuses it."""

import asyncio
from typing import Any, Final

from isopolity.machine.periods import in_words
from isopolity.registry.application.imports.prepared import KEPT, Effects, PreparedImport
from isopolity.registry.application.imports.rows import Outcome
from isopolity.registry.application.imports.work import Tell
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints.imports.differences import differences
from isopolity.registry.entrypoints.imports.import_run import ImportOptions, ImportRun
from isopolity.tables.spool import Spool

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
    outcome = Outcome(effects=effects, most_listed=_MOST_PROBLEMS, asks=True, choices=prepared.choices)
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
