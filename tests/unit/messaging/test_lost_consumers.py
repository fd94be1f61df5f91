"""A consumer whose connection does not answer, though the broker does, is given up for another."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from isopolity.contracts.catalogue import CITY
from isopolity.messaging.broker import Batch, TopicPartition
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerUnavailable
from tests.support.messaging.runner import DEAD, Processor, city_message, lag, publish, runner_of, running
from tests.support.messaging.wrong_brokers import Mutant, Wrapped
from tests.support.polling import until


class Deaf(Wrapped):
    """A consumer that brings nothing and does not say how far behind it is."""

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        await asyncio.sleep(0)
        return []

    async def lag(self) -> Mapping[TopicPartition, int]:
        raise BrokerUnavailable("no answer")


class FirstIsDeaf(Mutant):
    """A broker whose first connection of a consumer is lost without a word."""

    wrapper = Deaf
    consumers = 0

    def consumer(self, group: str, topics: Sequence[str], **callbacks: Any) -> AbstractAsyncContextManager[Any]:
        self.consumers += 1
        inner = EmbeddedBroker.consumer(self, group, topics, **callbacks)
        return self.wrapped(inner) if self.consumers == 1 else inner

    def producer(self, transactional_id: str | None = None) -> AbstractAsyncContextManager[Any]:
        return EmbeddedBroker.producer(self, transactional_id)

    def reader(self, topics: Sequence[str]) -> AbstractAsyncContextManager[Any]:
        return EmbeddedBroker.reader(self, topics)


async def test_a_connection_that_is_lost_without_a_word_is_given_up_for_another(tmp_path: Path) -> None:
    processor = Processor()
    async with FirstIsDeaf.opened(tmp_path / "log.db") as broker:
        await broker.ensure_topics([CITY, DEAD])
        await publish(broker, city_message("genoa"))
        async with running(runner_of(broker, processor)):
            await until(lambda: processor.done == [("genoa", 1)])
        assert await lag(broker) == 0
