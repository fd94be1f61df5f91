"""A broker with hooks around each publish, by which a test makes it fail or watches it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from isopolity.messaging.broker import Message, MessageBroker, Place, Producer, Record


class HookedBroker:
    """Does as `inner`; `before` and `after` are called around each publish, and may raise."""

    def __init__(self, inner: MessageBroker) -> None:
        self._inner = inner
        self.producers: list[str | None] = []
        self.before: Callable[[Sequence[Message]], None] = lambda _messages: None
        self.after: Callable[[Sequence[Message]], None] = lambda _messages: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def producer(self, transactional_id: str | None = None) -> AsyncIterator[Producer]:
        self.producers.append(transactional_id)
        async with self._inner.producer(transactional_id) as producer:
            yield _HookedProducer(self, producer)


class _HookedProducer:
    def __init__(self, broker: HookedBroker, inner: Producer) -> None:
        self._broker = broker
        self._inner = inner

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        self._broker.before(messages)
        places = await self._inner.publish(messages)
        self._broker.after(messages)
        return places


async def everything(broker: MessageBroker, topic: str) -> list[Record]:
    """All records of a topic, partition by partition in order."""
    records: list[Record] = []
    async with broker.reader([topic]) as reader:
        ends = await reader.end_offsets()
        while any(at < ends[place] for place, at in (await reader.position()).items()):
            for batch in await reader.fetch(limit=1000, timeout=1):
                records.extend(batch.records)
    return records


def event_id(record: Record) -> str:
    """The id of the event in a record."""
    return dict(record.headers)["ce_id"].decode()
