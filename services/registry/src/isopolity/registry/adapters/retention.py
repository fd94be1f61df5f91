"""Forgets idempotency keys once nobody can mean them any more."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import delete

from isopolity.clock import Clock
from isopolity.persistence.database import Database, is_unavailable
from isopolity.registry.adapters.tables import idempotency

_log = structlog.get_logger(__name__)
KEPT: Final = timedelta(hours=48)
_EVERY: Final = 3600.0


async def forget_old_keys(
    database: Database, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Forget again and again; a database that is away is tried again."""
    while True:
        try:
            await forget_keys(database, clock() - KEPT)
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("retention_postponed", error=type(error).__name__)
        await sleep(_EVERY)


async def forget_keys(database: Database, before: datetime) -> int:
    """Delete what was kept before that moment; returns how many."""
    async with database.writing() as connection:
        result = await connection.execute(delete(idempotency).where(idempotency.c.created_at < before))
        await connection.commit()
    return result.rowcount
