"""Readers whose connection is lost without a word, as Kafka's is: another takes its place, and readiness tells."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from isopolity.contracts.catalogue import REVOCATION, TOPICS
from isopolity.identity.actors import of_subject
from isopolity.matching.adapters.graph_reader import GraphReader
from isopolity.messaging.broker import Batch, Reader, TopicPartition
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.messaging.topic_reader import records_to_the_end
from isopolity.runtime.process import running
from isopolity.web.revocations import RevocationReader, RevocationsUnknown
from tests.support.messaging.runner import city_message
from tests.support.polling import until
from tests.support.shared.idempotency import revoke

_STILL = 0.05


class LosingBroker(EmbeddedBroker):
    """A broker whose readers bring nothing while it is `lost`, without an error; an `away` one does not answer."""

    lost = False
    away = False
    connections = 0

    @asynccontextmanager
    async def reader(self, topics: Sequence[str]) -> AsyncIterator[Reader]:
        self.connections += 1
        if self.away:
            raise BrokerUnavailable("away")
        async with super().reader(topics) as inner:
            yield LosingReader(self, inner)


class LosingReader:
    def __init__(self, broker: LosingBroker, inner: Reader) -> None:
        self.broker = broker
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        if self.broker.lost or self.broker.away:
            await asyncio.sleep(0)
            return []
        return await self.inner.fetch(limit=limit, timeout=0.01)

    async def end_offsets(self) -> Mapping[TopicPartition, int]:
        if self.broker.away:
            raise BrokerUnavailable("away")
        return await self.inner.end_offsets()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[LosingBroker]:
    async with LosingBroker.opened(tmp_path / "broker.db") as opened:
        await opened.ensure_topics(TOPICS)
        assert isinstance(opened, LosingBroker)
        yield opened


async def test_reading_to_the_end_ends_where_the_reader_stands_still(broker: LosingBroker) -> None:
    await revoke(broker, of_subject("anna"))
    broker.lost = True
    async with broker.reader([REVOCATION.name]) as reader:
        with pytest.raises(BrokerUnavailable, match="has not moved"):
            [_ async for _ in records_to_the_end(reader, still=_STILL)]


async def test_a_first_reading_that_stands_still_is_begun_anew_by_another_connection(broker: LosingBroker) -> None:
    await revoke(broker, of_subject("anna"))
    broker.lost = True
    reader = RevocationReader(broker, patience=60, pause=0.01, still=_STILL)
    async with running({"revocations": reader.run}):
        await until(lambda: broker.connections > 2, what="another connection")
        assert await reader.check() == "the list of revoked tokens has not been read from the broker yet"
        broker.lost = False
        await until(lambda: knows(reader, "anna"), what="the revocation")


async def test_who_follows_and_is_lost_without_a_word_follows_on_by_another_connection(broker: LosingBroker) -> None:
    reader = RevocationReader(broker, patience=60, pause=0.01, still=_STILL)
    async with running({"revocations": reader.run}):
        assert not await knows(reader, "anna")
        broker.lost, before = True, broker.connections

        async def has_moved_on() -> bool:  # a fetch that was under way may bring what is published first
            await revoke(broker, of_subject("anna"))
            return broker.connections > before

        await until(has_moved_on, what="another connection")
        broker.lost = False
        await until(lambda: knows(reader, "anna"), what="the revocation")


async def test_readiness_tells_that_a_broker_is_away_that_raises_nothing(broker: LosingBroker) -> None:
    reader = RevocationReader(broker, patience=60, pause=0.01, still=_STILL)
    async with running({"revocations": reader.run}):
        await reader.revoked_until(of_subject("anna"))
        await until(lambda: is_ready(reader), what="the first reading")
        broker.away = True
        await until(lambda: cannot_read(reader), what="the outage in readiness")
        assert not await knows(reader, "anna"), "what is known counts, also while the broker is away"
        broker.away = False
        await until(lambda: is_ready(reader), what="the broker's return in readiness")


async def test_questions_open_no_connections_while_the_task_reads(broker: LosingBroker) -> None:
    broker.away = True
    reader = RevocationReader(broker, patience=0.01, pause=60)
    async with running({"revocations": reader.run}):
        await until(lambda: broker.connections == 1, what="the task's connection")
        for _ in range(5):
            with pytest.raises(RevocationsUnknown):
                await reader.revoked_until(of_subject("anna"))
        assert broker.connections == 1


async def test_the_graph_reads_on_by_another_connection(broker: LosingBroker) -> None:
    graph = GraphReader(broker, pause=0.01, still=_STILL)
    async with running({"graph": graph.run}):
        await graph.caught_up()
        broker.lost, before = True, broker.connections

        async def has_moved_on() -> bool:
            async with broker.producer() as producer:
                await producer.publish([city_message("genoa")])
            return broker.connections > before

        await until(has_moved_on, what="another connection")
        broker.lost = False
        await until(lambda: has_read_all(graph), what="the city")


async def has_read_all(graph: GraphReader) -> bool:
    return await graph.lag() == 0


async def knows(reader: RevocationReader, subject: str) -> bool:
    return await reader.revoked_until(of_subject(subject)) is not None


async def is_ready(reader: RevocationReader) -> bool:
    return await reader.check() is None


async def cannot_read(reader: RevocationReader) -> bool:
    return await reader.check() == "new revocations of tokens cannot be read from the broker"
