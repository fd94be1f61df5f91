"""A broker that says no: what it refuses holds up its partition visibly, with growing pauses, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer

from isopolity.machine.stores import FULL
from isopolity.messaging.broker import Batch, Message
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import (
    BrokerRefused,
    BrokerUnavailable,
    HeldUp,
    MessagingError,
    PoisonMessage,
    RecordTooLarge,
    UnreadableRecord,
)
from isopolity.messaging.generations import partition_of
from isopolity.messaging.kafka.clients import bounded
from isopolity.messaging.kafka.consumer import KafkaReader
from isopolity.messaging.kafka.settings import KafkaSettings
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.messaging.runner import (
    DEAD,
    Processor,
    Time,
    city_message,
    dead_letters,
    lag,
    publish,
    runner_of,
    running,
)
from tests.support.polling import until

TWO = RunnerSettings(fetch_timeout=0.02, watch_interval=0.02, patience=0.02, dead_letter_limit=2)
NO_RIGHT = "Kafka refused publishing: TopicAuthorizationFailedError"


def poison(delivery: Delivery) -> None:
    if delivery.event.envelope.subject == "1":
        raise PoisonMessage("bad", "bad")


def refusing(broker: EmbeddedBroker, error: MessagingError, *, announcements: bool) -> HookedBroker:
    """Refuses what is published to the dead letters, or the letters alone and not their announcements."""
    hooked = HookedBroker(broker)

    def before(messages: Sequence[Message]) -> None:
        if any(message.topic == DEAD.name and (announcements or message.value) for message in messages):
            raise error

    hooked.before = before
    return hooked


@pytest.mark.parametrize("announcements", [True, False])
async def test_refused_letter_holds_up_its_partition_and_counts_once(
    broker: EmbeddedBroker, announcements: bool
) -> None:
    hooked, time = refusing(broker, BrokerRefused(NO_RIGHT), announcements=announcements), Time()
    processor = Processor(poison)
    runner = runner_of(hooked, processor, time, settings=TWO)
    await publish(broker, city_message("1"), city_message("2"))
    async with running(runner):
        await until(lambda: len(time.slept) > 12)
        await until(lambda: _lag_is(broker, 1))
        assert processor.done == [("2", 1)]
        health = runner.health()
        ((_, retrying),) = health.retrying.items()
        assert retrying.refusal == NO_RIGHT
        assert (health.live, health.ready) == (True, False)
        assert health.reason == f"1 partition is held up: {NO_RIGHT}"
        assert time.slept[-1] > 10 * time.slept[0]
        hooked.before = lambda _messages: None
        await until(lambda: runner.health().ready)
        assert runner.health().dead_letters == 1
    assert len(await dead_letters(broker)) == 1
    assert await lag(broker) == 0


async def test_letter_that_a_broker_finds_too_large_goes_as_a_reference(broker: EmbeddedBroker) -> None:
    hooked, message = HookedBroker(broker), city_message("1")

    def before(messages: Sequence[Message]) -> None:
        if any(one.topic == DEAD.name and ("ce_type" in dict(one.headers)) for one in messages):
            raise RecordTooLarge("too large")

    hooked.before = before
    await publish(broker, message)
    async with running(runner_of(hooked, Processor(poison))):
        await until(lambda: _buried(broker))
    (letter,) = await dead_letters(broker)
    assert letter.digest
    assert letter.headers == []


async def test_surroundings_that_refuse_hold_the_partition_with_their_reason_and_no_letter(
    broker: EmbeddedBroker,
) -> None:
    refuses, time = [True], Time()
    words = FULL.of("The database")

    def full(delivery: Delivery) -> None:
        if refuses[0] and delivery.event.envelope.subject == "1":
            raise HeldUp(words)

    processor = Processor(full)
    runner = runner_of(broker, processor, time)
    await publish(broker, city_message("1"), city_message("2"))
    async with running(runner):
        await until(lambda: len(time.slept) > 5 and processor.done == [("2", 1)])
        health = runner.health()
        assert (health.live, health.ready) == (True, False)
        assert health.reason == f"1 partition is held up: {words}"
        refuses[0] = False
        await until(lambda: processor.done == [("2", 1), ("1", 1)])
        await until(lambda: runner.health().ready)
    assert await dead_letters(broker) == []


async def test_refused_commit_holds_up_its_partition(broker: EmbeddedBroker) -> None:
    reading = Reading(broker)
    reading.commits = BrokerRefused("Kafka refused committing offsets: GroupAuthorizationFailedError")
    time = Time()
    runner = runner_of(reading, Processor(), time)
    await publish(broker, city_message("1"))
    async with running(runner):
        await until(lambda: len(time.slept) > 5)
        assert "committing offsets" in runner.health().reason
        reading.commits = None
        await until(lambda: _settled(broker))


@pytest.mark.parametrize("error", [BrokerUnavailable("away"), BrokerRefused("Kafka refused fetching: no")])
async def test_connecting_and_failing_again_and_again_backs_off(broker: EmbeddedBroker, error: MessagingError) -> None:
    reading, time = Reading(broker), Time()
    reading.fetches = error
    runner = runner_of(reading, Processor(), time)
    async with running(runner):
        await until(lambda: len(time.slept) > 9)
        assert time.slept[8] > 10 * time.slept[0]
        assert runner.health().live
        if isinstance(error, BrokerRefused):
            await until(lambda: runner.health().reason == str(error))
        reading.fetches = None
        await until(lambda: runner.health().ready)
    assert runner.health().state is RunnerState.ENDED


async def test_all_before_an_unreadable_record_is_handled_and_committed(broker: EmbeddedBroker) -> None:
    """So that stepping over one record steps over that one."""
    reading, processor, go_on = Reading(broker), Processor(), asyncio.Event()
    pauses = 0

    async def pause(_seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 4:  # it has met the record again and again
            await go_on.wait()

    reading.unreadable = 3
    keys = [key for key in map(str, range(100)) if partition_of(key.encode(), 6) == 0][:5]
    await publish(broker, *map(city_message, keys))
    runner = runner_of(reading, processor, sleep=pause)
    async with running(runner):
        await until(lambda: runner.health().reason == "unreadable" and pauses == 4)
        assert [city for city, _ in processor.done] == keys[:3]
        assert await lag(broker) == 2
        assert runner.health().live
        reading.unreadable = 10**9
        go_on.set()
        await until(lambda: len(processor.done) == 5)


async def test_header_name_that_is_not_utf8_is_told_and_ends_nothing() -> None:
    class Client:
        _client = SimpleNamespace(_sync_task=None)
        _fetcher = None

        async def getmany(self, **_: Any) -> None:
            b"\xff".decode()

    client = cast("AIOKafkaConsumer", Client())
    reader = KafkaReader(client, KafkaSettings(), client, ())
    with pytest.raises(UnreadableRecord, match="not UTF-8"):
        await reader.fetch(limit=1, timeout=1)


async def test_a_connection_that_is_closed_already_is_a_broker_that_is_away() -> None:
    """uvloop says so by a RuntimeError, which aiokafka does not know; it ended the process."""

    class Client:
        _client = SimpleNamespace(_sync_task=None)
        _fetcher = None

        async def getmany(self, **_: Any) -> None:
            raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    client = cast("AIOKafkaConsumer", Client())
    with pytest.raises(BrokerUnavailable, match="while fetching"):
        await KafkaReader(client, KafkaSettings(), client, ()).fetch(limit=1, timeout=1)
    with pytest.raises(BrokerUnavailable, match="while publishing"):
        async with bounded(1, "publishing"):
            raise RuntimeError("the handler is closed")


async def test_pauses_start_anew_after_a_connection_that_held(broker: EmbeddedBroker) -> None:
    reading, time = Reading(broker), Time()
    reading.fetches = BrokerUnavailable("away")
    runner = runner_of(
        reading, Processor(), time, settings=RunnerSettings(first_delay=0.001, longest_delay=0.15, fetch_timeout=0.02)
    )
    async with running(runner):
        await until(lambda: max(time.slept, default=0) > 0.05)
        reading.fetches = None
        await until(lambda: reading.fetched > 9)  # a fetch that finds nothing takes 0.02 s
        reading.once, reading.fetches = True, BrokerUnavailable("away")
        pauses = len(time.slept)
        await until(lambda: len(time.slept) > pauses)
    assert max(time.slept[:pauses]) > 0.05 > time.slept[pauses]


class Reading:
    """A broker whose consumers fail to fetch or to commit when told so."""

    def __init__(self, inner: EmbeddedBroker) -> None:
        self.inner = inner
        self.fetches: MessagingError | None = None
        self.once = False
        self.fetched = 0
        self.unreadable = 10**9
        """The offset from which on records cannot be read; a fetch that meets one returns nothing at all."""
        self.commits: MessagingError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @asynccontextmanager
    async def consumer(self, *arguments: Any, **options: Any) -> AsyncIterator[Any]:
        async with self.inner.consumer(*arguments, **options) as inner:
            yield _ReadingEnd(self, inner)


class _ReadingEnd:
    def __init__(self, broker: Reading, inner: Any) -> None:
        self._broker = broker
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def fetch(self, **options: Any) -> Sequence[Batch]:
        if (error := self._broker.fetches) is not None:
            self._broker.fetches = None if self._broker.once else error
            raise error
        fetched: Sequence[Batch] = await self._inner.fetch(**options)
        if any(record.offset >= self._broker.unreadable for batch in fetched for record in batch.records):
            raise UnreadableRecord("unreadable")
        self._broker.fetched += 1
        return fetched

    async def commit(self, offsets: Any) -> None:
        if self._broker.commits is not None:
            raise self._broker.commits
        await self._inner.commit(offsets)


async def _lag_is(broker: EmbeddedBroker, number: int) -> bool:
    return await lag(broker) == number


async def _buried(broker: EmbeddedBroker) -> bool:
    return bool(await dead_letters(broker))


async def _settled(broker: EmbeddedBroker) -> bool:
    return await lag(broker) == 0
