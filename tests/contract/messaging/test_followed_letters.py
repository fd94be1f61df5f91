"""Letters that are followed, on both brokers: each is read once, without its value, and again after what was lost."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import uuid4

import pytest

from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import Batch, MessageBroker, Reader, Record
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.redrive import FollowedLetters, settle
from tests.support.messaging.topics import publish, read_all, records_in, topic

ANSWERS = "isopolity.notify.response"


class Counting:
    """The broker, which counts what is read."""

    def __init__(self, broker: MessageBroker) -> None:
        self.broker = broker
        self.read = 0
        self.opened = 0
        self.lost = 0
        """Records at the start of each partition that the topic has lost."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.broker, name)

    async def bounds(self, topics: Sequence[str]) -> Any:
        found = await self.broker.bounds(topics)
        return {place: each._replace(start=each.start + self.lost) for place, each in found.items()}

    @asynccontextmanager
    async def reader(self, topics: Sequence[str]) -> AsyncIterator[Reader]:
        self.opened += 1
        async with self.broker.reader(topics) as reader:
            fetch = reader.fetch

            async def counted(*, limit: int, timeout: float) -> Sequence[Batch]:
                batches = await fetch(limit=limit, timeout=timeout)
                self.read += len(records_in(batches))
                return batches

            reader.fetch = counted  # type: ignore[method-assign]
            yield reader


def letter(key: str, offset: int, about: str = ANSWERS) -> DeadLetter:
    record = Record(about, 0, offset, 0, key, b"large", [])
    return DeadLetter.of(record, group="isopolity.matching", reason="bad", detail="", at=system_clock())


async def test_each_letter_is_read_once_and_all_again_after_some_were_lost(broker: MessageBroker) -> None:
    dead, counting = topic(partitions=1), Counting(broker)
    await broker.ensure_topics([dead])
    followed = FollowedLetters(cast("MessageBroker", counting), dead.name, ANSWERS)
    assert list(await followed.look()) == []
    first, second = letter("p1", 0), letter("p2", 1)
    other = letter("espoo", 2, "isopolity.registry.city")
    async with broker.producer(f"test.{uuid4().hex}") as producer:  # its transactions leave markers
        await producer.publish([each.to_message(dead.name) for each in (first, second, other)])
    await read_all(broker, dead, 3)  # it is visible a little late
    assert [(each.key, each.value) for each in await followed.look()] == [("p1", None), ("p2", None)]
    assert counting.read == 3
    async with broker.producer() as producer:
        await settle(producer, dead.name, [first])
    await publish(broker, [letter("p3", 3).to_message(dead.name)])
    assert [each.key for each in await followed.look()] == ["p2", "p3"]
    assert counting.read == 5, "only what came since"
    opened = counting.opened
    assert [each.key for each in await followed.look()] == ["p2", "p3"]
    assert counting.opened == opened, "nothing is new"
    every = FollowedLetters(cast("MessageBroker", counting), dead.name)
    assert [each.key for each in await every.look()] == ["p2", "espoo", "p3"]
    counting.lost = 2
    assert [each.key for each in await followed.look()] == ["p3"], "its letter is gone from the topic"


@pytest.mark.parametrize("timestamp", [-1, 10**15 * 1000, 2**63 - 1])
def test_a_record_whose_timestamp_is_no_moment_becomes_a_letter_all_the_same(timestamp: int) -> None:
    record = Record(ANSWERS, 0, 1, timestamp, "a", b"", [])
    assert DeadLetter.of(record, group="g", reason="bad", detail="", at=system_clock()).written_at is None
