"""The relay publishes everything that was committed, in order per key, through crashes and successors."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import cast

import pytest

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.messaging.broker import Message, MessageBroker
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.persistence.relay import outbox_backlog
from isopolity.persistence.unit_of_work import Storage
from tests.support.messaging.hooked_broker import HookedBroker, event_id, everything
from tests.support.polling import until
from tests.support.shared.relays import Crash, empty, publish, relay_of, running
from tests.support.shared.storage import NOW, TABLES, rows


async def test_everything_is_published_in_order_and_the_outbox_is_emptied(
    storage: Storage, broker: HookedBroker
) -> None:
    for _ in range(5):
        await publish(storage, [f"key-{number % 3}" for number in range(50)])
    async with running(relay_of(storage, broker, batch=40)):
        await until(empty(storage.database))
    records = await everything(cast("MessageBroker", broker), REGISTRY_CANARY.name)
    by_key = defaultdict(list)
    for record in records:
        by_key[record.key].append(int(event_id(record).removeprefix("id-")))
    assert len(records) == 250
    assert all(ids == sorted(ids) for ids in by_key.values())
    assert broker.producers == ["isopolity.test.relay"]


async def test_a_crash_between_acknowledgement_and_delete_publishes_again_under_the_same_ids(
    storage: Storage, broker: HookedBroker
) -> None:
    await publish(storage, range(3))

    def die(_messages: Sequence[Message]) -> None:
        raise Crash

    broker.after = die
    async with running(relay_of(storage, broker)) as task:
        await asyncio.wait([task])
    assert await rows(storage.database, TABLES.outbox) == 3

    broker.after = lambda _messages: None
    async with running(relay_of(storage, broker)):
        await until(empty(storage.database))
    records = await everything(cast("MessageBroker", broker), REGISTRY_CANARY.name)
    assert [event_id(record) for record in records] == ["id-1", "id-2", "id-3"] * 2


async def test_a_broker_that_is_away_loses_nothing_and_is_tried_again(storage: Storage, broker: HookedBroker) -> None:
    failures = 0

    def away(_messages: Sequence[Message]) -> None:
        nonlocal failures
        failures += 1
        if failures < 4:
            raise BrokerUnavailable("away")

    broker.before = away
    async with running(relay_of(storage, broker)):
        await publish(storage, range(5))
        await until(empty(storage.database))
    records = await everything(cast("MessageBroker", broker), REGISTRY_CANARY.name)
    assert [event_id(record) for record in records] == [f"id-{number}" for number in range(1, 6)]
    assert len(broker.producers) == 4  # a spent producer is never used again


async def test_a_bug_ends_the_relay(storage: Storage, broker: HookedBroker) -> None:
    def fail(_messages: Sequence[Message]) -> None:
        raise ZeroDivisionError

    broker.before = fail
    await publish(storage, [1])
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(60):
            await relay_of(storage, broker).run()


async def test_a_second_relay_stands_by_and_takes_over_when_the_first_ends(
    storage: Storage, broker: HookedBroker
) -> None:
    async with running(relay_of(storage, broker)) as first:
        await until(lambda: bool(broker.producers))
        async with running(relay_of(storage, broker)):
            await publish(storage, [1])
            await until(empty(storage.database))
            assert len(broker.producers) == 1
            first.cancel()
            await publish(storage, [2])
            await until(empty(storage.database))
            assert len(broker.producers) == 2


async def test_the_backlog_tells_depth_and_age(storage: Storage) -> None:
    assert await outbox_backlog(storage.database, TABLES.outbox) == (0, None)
    await publish(storage, [1, 2])
    assert await outbox_backlog(storage.database, TABLES.outbox) == (2, NOW)
