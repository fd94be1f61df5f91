"""The canary and the upkeep: what a service does by itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from isopolity.machine.clock import uuid7
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.observability.canary import sound_for_ever
from isopolity.observability.metrics import ServiceMetrics
from isopolity.persistence.database import DatabaseUnavailable
from isopolity.persistence.unit_of_work import Storage
from isopolity.runtime.upkeep import keep_up
from isopolity.web.operations.vitals import Vitals
from tests.support.polling import until
from tests.support.shared.storage import NOW, TABLES, Ticking, open_storage, rows


class Turns:
    """A sleep that ends when the test says so; it counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._turn = asyncio.Semaphore(0)

    async def __call__(self, _seconds: float) -> None:
        self.asked += 1
        await self._turn.acquire()

    def next(self) -> None:
        self._turn.release()


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as opened:
        yield opened


@pytest.fixture
async def vitals(storage: Storage, tmp_path: Path) -> AsyncIterator[Vitals]:
    async def seen() -> datetime:
        return NOW - timedelta(seconds=42)

    async with EmbeddedBroker.opened(tmp_path / "log.db") as broker:
        yield Vitals(
            service="test",
            database=storage.database,
            tables=TABLES,
            broker=broker,
            clock=Ticking(NOW + timedelta(seconds=7)),
            canary=seen,
        )


async def test_the_canary_sounds_at_every_turn(storage: Storage) -> None:
    turns, ids = Turns(), count(1)
    sounding = asyncio.create_task(sound_for_ever(storage, lambda: f"canary-{next(ids)}", 60, turns))
    await until(lambda: turns.asked == 1)
    turns.next()
    await until(lambda: turns.asked == 2)
    sounding.cancel()
    assert await rows(storage.database, TABLES.outbox) == 2


async def test_one_instance_sounds_the_canary(storage: Storage) -> None:
    turns = Turns()
    sounding = [asyncio.create_task(sound_for_ever(storage, uuid7, 60, turns)) for _ in range(3)]
    await until(lambda: turns.asked == 1)
    turns.next()
    await until(lambda: turns.asked == 2)
    assert await rows(storage.database, TABLES.outbox) == 2
    sounding[0].cancel()
    await until(lambda: turns.asked == 3)
    assert await rows(storage.database, TABLES.outbox) == 3
    for task in sounding:
        task.cancel()


async def test_upkeep_goes_on_when_the_database_was_away(vitals: Vitals, monkeypatch: pytest.MonkeyPatch) -> None:
    turns, metrics = Turns(), ServiceMetrics("test")
    with monkeypatch.context() as broken:

        async def away(*_arguments: object) -> None:
            raise DatabaseUnavailable

        broken.setattr("isopolity.runtime.upkeep.outbox_backlog", away)
        upkeep = asyncio.create_task(keep_up(vitals, metrics, turns))
        await until(lambda: turns.asked == 1)
    turns.next()
    await until(lambda: turns.asked == 2)
    upkeep.cancel()
    assert metrics.registry.get_sample_value("isopolity_outbox_depth", {"service": "test"}) == 0
