"""The task that works on imports in the background, one after the other, and the orders that it carries out.

Invariant: only the holder of the lease works. Work of a dead process is done again from the start, at most `_TRIES`
times; work that fails has had no effect on members, and says why.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Final

import structlog

from isopolity.identity.actors import acting, current_act
from isopolity.identity.lineage import current_lineage, lineage_of
from isopolity.persistence.health import is_unavailable, postponing
from isopolity.persistence.lease import Lease
from isopolity.registry.application.imports import work as work_kinds
from isopolity.registry.application.imports.undo import done_import, undo_import
from isopolity.registry.application.imports.undo_plan import UndoOrder
from isopolity.registry.application.imports.work import ImportProgress, ImportWork, RowsDone, Standing, Tell
from isopolity.registry.application.ports import RegistryUnitOfWork, UnitOfWorkFactory
from isopolity.registry.domain.errors import NotFound, NotPossible, RegistryError, StaleEntry
from isopolity.registry.entrypoints.imports.corrections.orders import Corrections
from isopolity.registry.entrypoints.imports.layout import LayoutChoice
from isopolity.registry.entrypoints.imports.preparation import Preparation
from isopolity.registry.entrypoints.imports.prepared_runs import ChangedMeanwhile, RowsToCorrect
from isopolity.tables.rows import UnreadableFile

UNDER_WAY: Final = "This file is being worked on; wait until that is done, then look at it again."
_TRIES: Final = 5
"""How often work is begun whose process dies each time."""
_EACH: Final = 0.5
"""Seconds between two notes of how far work is."""
_GIVEN_UP: Final = f"It was begun {_TRIES} times and broken off each time; nothing of it was done. Try a smaller file."
_BUG: Final = "It failed for a reason of ours, which the log tells; nothing of it was done."
_CHANGED: Final = "Something has changed since you looked; nothing was done. Look again at what would change."
_TO_CORRECT: Final = "Rows are to be corrected; nothing was imported. Correct them, or leave them out."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRunner:
    """Works when woken, and every `interval` seconds looks for work that other instances accepted and left."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    lease: Callable[[], AbstractAsyncContextManager[Lease]]
    preparation: Preparation
    progress: ImportProgress
    interval: float = 5.0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def order(self, import_id: str, act: str, order: Mapping[str, Any]) -> None:
        """Accept work on an import; the same once more changes nothing. Raises NotFound, NotPossible for other work."""
        async with self.reading() as uow:  # which does not wait for an import that is being done
            if await _is_ordered(uow, import_id, act, order):
                return
        async with self.unit_of_work() as uow:
            if await _is_over(uow, import_id, act, order) or await _is_ordered(uow, import_id, act, order):
                return
            await self.put(uow, import_id, act, order)
            await uow.commit()
        self.wake()

    async def put(self, uow: RegistryUnitOfWork, import_id: str, act: str, order: Mapping[str, Any]) -> None:
        """Store work in the transaction of its caller, who calls `wake` after it."""
        now = self.preparation.surroundings.clock()
        by, lineage = current_act(), current_lineage()
        await uow.import_works.put(
            ImportWork(import_id=import_id, act=act, order=order, ordered_at=now, by=by, lineage=lineage)
        )

    def wake(self) -> None:
        """Look for work at once, as some was accepted in this process."""
        self._woken.set()

    async def require_idle(self, import_id: str) -> None:
        """Raise NotPossible while this import is worked on."""
        async with self.reading() as uow:
            known = (await uow.import_works.of([import_id])).get(import_id)
        if known is not None and not known.failure:
            raise NotPossible(UNDER_WAY)

    async def standing(self, *import_ids: str) -> Mapping[str, Standing]:
        """How work on these imports stands, by import; those without any are left out."""
        async with self.reading() as uow:
            works = await uow.import_works.of(import_ids)
            before = await uow.import_works.open() if works else []
        return {
            one: Standing(
                work, await self.progress.read(one), 0 if work.failure or one not in before else before.index(one)
            )
            for one, work in works.items()
        }

    async def run(self) -> None:
        """Work until cancelled; while the database is unavailable, try again."""
        while True:
            with postponing(_log, "imports_postponed"):
                await self.work()
            try:
                async with asyncio.timeout(self.interval):
                    await self._woken.wait()
            except TimeoutError:
                continue
            finally:
                self._woken.clear()

    async def work(self) -> None:
        """Do all work that is open. Raises the errors that `is_unavailable` recognises."""
        async with self.reading() as uow:
            if not await uow.import_works.open():
                return
        async with self.lease() as held:
            while (begun := await self._begin()) is not None:
                await self._do(begun)
                await held.check()

    async def _begin(self) -> ImportWork | None:
        """The oldest open work, begun once more, or None; gives up work that was begun too often."""
        while True:
            async with self.unit_of_work() as uow:
                import_id = next(iter(await uow.import_works.open()), None)
                if import_id is None:
                    return None
                work = await uow.import_works.get(import_id)
                if work is None or work.failure:
                    continue  # deleted with its file meanwhile, or given up by another process
                if work.tries < _TRIES:
                    begun = replace(work, tries=work.tries + 1)
                    await uow.import_works.put(begun)
                    await uow.commit()
                    return begun
            await self._fail(work, "given-up", _GIVEN_UP)

    async def _do(self, work: ImportWork) -> None:
        started = monotonic()
        try:
            with (
                nullcontext() if work.by is None else acting(work.by),
                nullcontext() if work.lineage is None else lineage_of(work.lineage),
            ):
                await self._act(work)
        except (ChangedMeanwhile, StaleEntry):
            await self._fail(work, "changed-meanwhile", _CHANGED)
        except RowsToCorrect:
            await self._fail(work, "bad-rows", _TO_CORRECT)
        except (RegistryError, UnreadableFile) as error:
            await self._fail(work, "refused", str(error))
        except Exception as error:
            if is_unavailable(error):
                raise
            _log.exception("import_failed", import_id=work.import_id, act=work.act)
            await self._fail(work, "failed", _BUG)
        _log.info("import_over", import_id=work.import_id, act=work.act, seconds=round(monotonic() - started, 3))

    async def _act(self, work: ImportWork) -> None:
        tell = _Teller(self.progress, work.import_id).tell
        preparation = replace(self.preparation, tell=tell)
        match work.act:
            case work_kinds.LOOK:
                await preparation.look_at_sheets(work.import_id)
            case work_kinds.LAY_OUT:
                await preparation.lay_out(work.import_id, LayoutChoice(**work.order))
            case work_kinds.CORRECT:
                await preparation.correct(work.import_id, Corrections.of_order(work.order))
            case work_kinds.TAKE:
                await preparation.take(work.import_id, **work.order)
            case work_kinds.TAKE_BACK:
                await self._take_back(work, tell)

    async def _take_back(self, work: ImportWork, tell: Tell) -> None:
        order = UndoOrder(resting=work.order["resting"], with_mailed=work.order["with_mailed"])
        by, surroundings = "" if work.by is None else work.by.actor, self.preparation.surroundings
        async with self.unit_of_work() as uow:
            await uow.begin_bulk()
            await undo_import(work.import_id, work.order["shown"], by, order, uow, surroundings, tell)
            await uow.import_works.remove(work.import_id)
            await uow.commit()

    async def _fail(self, work: ImportWork, code: str, sentence: str) -> None:
        async with self.unit_of_work() as uow:
            if work.act == work_kinds.TAKE_BACK or await uow.prepared.get(work.import_id) is not None:
                order = work.order if work.act == work_kinds.CORRECT else {}  # what somebody typed
                failed = replace(work, order=order, by=None, lineage=None, code=code, failure=sentence)
                await uow.import_works.put(failed)
            else:  # its file was deleted meanwhile
                await uow.import_works.remove(work.import_id)
            await uow.commit()


@dataclass(slots=True)
class _Teller:
    """Notes how far work is, at most twice a second."""

    progress: ImportProgress
    import_id: str
    _noted: float = float("-inf")

    async def tell(self, done: int, of: int) -> None:
        if monotonic() - self._noted >= _EACH:
            self._noted = monotonic()
            await self.progress.note(self.import_id, RowsDone(done, of))


async def _is_over(uow: RegistryUnitOfWork, import_id: str, act: str, order: Mapping[str, Any]) -> bool:
    """Whether nothing is left to do, as it was done. Raises NotFound."""
    if act == work_kinds.TAKE_BACK:
        return (await done_import(import_id, uow)).shown == str(order["shown"])
    prepared = await uow.prepared.get(import_id)
    if prepared is None:
        raise NotFound("There is no import with this id.")
    return prepared.taken_at is not None


async def _is_ordered(uow: RegistryUnitOfWork, import_id: str, act: str, order: Mapping[str, Any]) -> bool:
    """Whether this very work is open. Raises NotPossible if other work on the import is."""
    known = (await uow.import_works.of([import_id])).get(import_id)
    if known is None or known.failure:
        return False
    if (known.act, known.order) != (act, order):
        raise NotPossible(UNDER_WAY)
    return True
