"""The canary: an event that crosses every hop each minute and mails nobody, so that a failure differs from silence."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.contracts.registry import CanarySounded
from isopolity.machine.clock import IdFactory
from isopolity.persistence.health import postponing
from isopolity.persistence.lease import Lease, lease
from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage

_log = structlog.get_logger(__name__)


async def sound_for_ever(
    storage: Storage, ids: IdFactory, seconds: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Publish a canary every `seconds`, from one instance at a time; a task of registry."""
    while True:
        with postponing(_log, "canary_silent"):
            async with lease(storage.database, "isopolity.canary") as held:
                await _sound(storage, ids, held, seconds, sleep)
        await sleep(seconds)


async def _sound(
    storage: Storage, ids: IdFactory, held: Lease, seconds: float, sleep: Callable[[float], Awaitable[None]]
) -> None:
    while True:
        await held.check()
        async with SqlUnitOfWork(storage) as uow:
            canary = CanarySounded(canary_id=ids(), sounded_at=storage.events.clock())
            uow.outbox.publish(CANARY_SOUNDED, canary)
            await uow.commit()
        await sleep(seconds)
