"""How a runner lives: partitions beside each other, revocation, shutdown, a broker that is away, health."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

from isopolity.messaging.broker import Batch, Message, Place, TopicPartition
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerUnavailable, PoisonMessage, RetryableError
from isopolity.messaging.generations import partition_of
from tests.support.messaging.runner import (
    GROUP,
    QUICK,
    TOPIC,
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


class Gate:
    """A rule that holds the events of some subjects until it is opened."""

    def __init__(self, *subjects: str) -> None:
        self.subjects = subjects
        self.opened = asyncio.Event()
        self.waiting = 0

    def __call__(self, delivery: Delivery) -> Any:
        return self._wait() if delivery.event.envelope.subject in self.subjects else None

    async def _wait(self) -> None:
        self.waiting += 1
        await self.opened.wait()


async def test_waiting_partition_holds_up_no_other(broker: EmbeddedBroker) -> None:
    slow, fast = _keys_of_two_partitions()
    away = [True]

    def rule(delivery: Delivery) -> None:
        if delivery.event.envelope.subject == slow and away[0]:
            raise RetryableError("away")

    processor = Processor(rule)
    runner = runner_of(broker, processor)
    async with running(runner):
        for version in range(1, 4):
            await publish(broker, city_message(slow, version), city_message(fast, version))
        await until(lambda: len(processor.done) == 3 and bool(runner.health().retrying))
        assert [city for city, _ in processor.done] == [fast] * 3
        (place,) = runner.health().retrying
        assert place == TopicPartition(TOPIC, partition_of(slow.encode(), 6))
        assert runner.health().live
        assert runner.health().ready
        away[0] = False
        await until(lambda: len(processor.done) == 6)
        await until(lambda: not runner.health().retrying)
    assert processor.done[3:] == [(slow, 1), (slow, 2), (slow, 3)]


async def test_stop_finishes_the_batch_in_flight(broker: EmbeddedBroker) -> None:
    gate = Gate("1")
    processor = Processor(gate)
    runner = runner_of(broker, processor)
    await publish(broker, city_message("1"))
    async with running(runner) as task:
        await until(lambda: gate.waiting == 1)
        runner.stop()
        gate.opened.set()
        await task
    assert processor.done == [("1", 1)]
    assert await lag(broker) == 0
    assert runner.health().state is RunnerState.ENDED


async def test_cancelled_runner_finishes_the_batch_in_flight(broker: EmbeddedBroker) -> None:
    gate = Gate("1")
    processor = Processor(gate)
    await publish(broker, city_message("1"))
    task = asyncio.create_task(runner_of(broker, processor).run())
    await until(lambda: gate.waiting == 1)
    task.cancel()
    asyncio.get_running_loop().call_later(0.05, gate.opened.set)
    await asyncio.wait([task])
    assert task.cancelled()
    assert processor.done == [("1", 1)]
    assert await lag(broker) == 0


async def test_batch_that_does_not_end_in_time_is_dropped_and_comes_again(broker: EmbeddedBroker) -> None:
    gate, processor = Gate("1"), Processor()
    await publish(broker, city_message("1"))
    settings = RunnerSettings(fetch_timeout=0.02, drain_timeout=0.05)
    async with running(runner_of(broker, Processor(gate), settings=settings)):
        await until(lambda: gate.waiting == 1)
    assert await lag(broker) == 1
    async with running(runner_of(broker, processor)):
        await until(lambda: processor.done == [("1", 1)])


async def test_stop_does_not_wait_for_a_pause_between_attempts(broker: EmbeddedBroker) -> None:
    async def for_ever(seconds: float) -> None:
        await asyncio.Event().wait()

    def rule(delivery: Delivery) -> None:
        raise RetryableError("away")

    await publish(broker, city_message("1"))
    runner = runner_of(broker, Processor(rule), sleep=for_ever)
    async with asyncio.timeout(60), running(runner):
        await until(lambda: bool(runner.health().retrying))
    assert await lag(broker) == 1


async def test_revoked_partition_is_drained_before_another_member_reads_it(broker: EmbeddedBroker) -> None:
    keys = [str(number) for number in range(24)]
    gate = Gate(*keys)
    first, second = Processor(gate), Processor()
    await publish(broker, *(city_message(key) for key in keys))
    async with running(runner_of(broker, first)):
        await until(lambda: gate.waiting == 6)
        async with running(runner_of(broker, second)):
            assert second.done == []
            gate.opened.set()
            await until(lambda: _no_lag(broker))
    assert sorted([*first.done, *second.done]) == sorted((key, 1) for key in keys)


async def test_only_a_bounded_number_of_records_is_held(broker: EmbeddedBroker) -> None:
    gate = Gate("1")
    settings = RunnerSettings(fetch_timeout=0.02, patience=0.01, prefetch=50, fetch_limit=20, batch_size=10)
    processor, counted = Processor(gate), Flaky(broker)
    runner = runner_of(counted, processor, settings=settings)
    await publish(broker, *map(city_message, _keys_of_one_partition("1", 500)))
    fast = _key_beside("1")
    async with running(runner):
        await until(lambda: gate.waiting == 1)
        await publish(broker, city_message(fast))
        await until(lambda: processor.done == [(fast, 1)])
        assert counted.fetched[partition_of(b"1", 6)] <= 50 + 20 + 10  # in the lane, of the last fetch, in hand
        gate.opened.set()
        await until(lambda: _no_lag(broker))
    assert len(processor.done) == 501


async def test_batches_are_bounded(broker: EmbeddedBroker) -> None:
    processor = Processor()
    await publish(broker, *map(city_message, _keys_of_one_partition("1", 100)))
    async with running(runner_of(broker, processor, settings=RunnerSettings(fetch_timeout=0.02, batch_size=8))):
        await until(lambda: len(processor.done) == 100)
    assert max(map(len, processor.calls)) == 8


async def test_fresh_group_reads_from_the_start(broker: EmbeddedBroker) -> None:
    await publish(broker, city_message("1"), city_message("2"))
    for group in ("one", "two"):
        processor = Processor()
        async with running(runner_of(broker, processor, group=group)):
            await until(lambda processor=processor: len(processor.done) == 2)  # type: ignore[misc]  # bound at once


class Flaky:
    """A broker that is away when told so."""

    def __init__(self, inner: EmbeddedBroker) -> None:
        self.inner = inner
        self.away = False
        self.read_only = False
        self.fetched: Counter[int] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def ping(self) -> None:
        if self.away:
            raise BrokerUnavailable("away")

    def consumer(self, *arguments: Any, **options: Any) -> Any:
        return self._opened(self.inner.consumer(*arguments, **options))

    def producer(self, *arguments: Any) -> Any:
        return self._opened(self.inner.producer(*arguments))

    @asynccontextmanager
    async def _opened(self, opening: Any) -> AsyncIterator[Any]:
        if self.away:
            raise BrokerUnavailable("away")
        async with opening as inner:
            yield FlakyEnd(self, inner)


class FlakyEnd:
    """A consumer or producer of a flaky broker."""

    def __init__(self, broker: Flaky, inner: Any) -> None:
        self.broker = broker
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def fetch(self, **options: Any) -> Sequence[Batch]:
        fetched: Sequence[Batch] = await self.inner.fetch(**options)
        self.broker.fetched.update(batch.partition.partition for batch in fetched for _ in batch.records)
        return fetched

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        if self.broker.away or self.broker.read_only:
            raise BrokerUnavailable("away")
        places: Sequence[Place] = await self.inner.publish(messages)
        return places

    async def commit(self, offsets: Any) -> None:
        if self.broker.away or self.broker.read_only:
            raise BrokerUnavailable("away")
        await self.inner.commit(offsets)


async def test_runner_is_ready_only_while_the_broker_answers(broker: EmbeddedBroker) -> None:
    flaky = Flaky(broker)
    flaky.away = True
    time = Time()
    runner = runner_of(flaky, Processor(), time)
    assert not runner.health().ready
    async with running(runner):
        await until(lambda: len(time.slept) > 2)
        assert not runner.health().ready
        assert runner.health().live
        flaky.away = False
        await until(lambda: runner.health().ready)
        assert runner.health().assigned
        flaky.away = True
        await until(lambda: runner.health().reason == "the broker does not answer")
        assert not runner.health().ready
        assert runner.health().live
        flaky.away = False
        await until(lambda: runner.health().ready)
        assert runner.health().reason == "consuming"
    assert not runner.health().ready


async def test_runner_whose_loop_hangs_is_not_live(broker: EmbeddedBroker) -> None:
    runner = runner_of(broker, Processor(), settings=RunnerSettings(fetch_timeout=0.5, silence=0.05))
    async with running(runner):
        await until(lambda: runner.health().reason == "the loop hangs")
        assert not runner.health().live


async def test_dead_letter_is_written_again_and_again_while_the_broker_is_away(broker: EmbeddedBroker) -> None:
    def rule(delivery: Delivery) -> None:
        raise PoisonMessage("bad", "bad")

    flaky = Flaky(broker)
    flaky.read_only = True
    runner = runner_of(flaky, Processor(rule))
    await publish(broker, city_message("1"))
    async with running(runner):
        await until(lambda: bool(runner.health().retrying))
        assert await lag(broker) == 1
        flaky.read_only = False
        await until(lambda: _no_lag(broker))
    assert len(await dead_letters(broker)) == 1


async def test_commit_is_tried_again_until_the_broker_is_back(broker: EmbeddedBroker) -> None:
    flaky, processor = Flaky(broker), Processor()
    flaky.read_only = True
    runner = runner_of(flaky, processor)
    await publish(broker, city_message("1"))
    async with running(runner):
        await until(lambda: bool(runner.health().retrying))
        assert processor.done == [("1", 1)]
        flaky.read_only = False
        await until(lambda: _no_lag(broker))
    assert processor.done == [("1", 1)]


async def test_bug_in_the_runner_itself_is_not_hidden(broker: EmbeddedBroker) -> None:
    class Broken(Flaky):
        def consumer(self, *arguments: Any, **options: Any) -> Any:
            raise LookupError("a bug")

    runner = runner_of(Broken(broker), Processor())
    try:
        await runner.run()
    except LookupError:
        assert runner.health().state is RunnerState.FAILED
        assert not runner.health().live
    else:
        raise AssertionError("the error was swallowed")


async def test_observer_hears_what_happens(broker: EmbeddedBroker) -> None:
    heard: list[tuple[Any, ...]] = []

    class Observer:
        def __getattr__(self, name: str) -> Any:
            return lambda *facts: heard.append((name, *facts))

    def rule(delivery: Delivery) -> None:
        if delivery.event.envelope.subject == "1":
            raise PoisonMessage("bad", "bad")

    await publish(broker, city_message("1"))
    async with running(runner_of(broker, Processor(rule), observer=Observer(), settings=QUICK)):
        await until(lambda: _no_lag(broker))
        await publish(broker, city_message("2"))
        await until(lambda: any(fact[0] == "handled" for fact in heard))
        await until(lambda: any(fact[0] == "lag" and set(fact[2].values()) == {0} for fact in heard))
    assert ("failed", GROUP, TOPIC, "PoisonMessage") in heard
    assert ("dead_lettered", GROUP, TOPIC, "bad") in heard
    assert ("consumed", GROUP, TOPIC, 1) in heard


def _keys_of_two_partitions() -> tuple[str, str]:
    return "1", _key_beside("1")


def _key_beside(key: str) -> str:
    """A key of another partition."""
    other = partition_of(key.encode(), 6)
    return next(str(number) for number in range(100) if partition_of(str(number).encode(), 6) != other)


def _keys_of_one_partition(first: str, count: int) -> list[str]:
    """The key and others that share its partition."""
    wanted = partition_of(first.encode(), 6)
    others = (str(number) for number in range(2, 100_000) if partition_of(str(number).encode(), 6) == wanted)
    return [first, *islice(others, count - 1)]


async def _no_lag(broker: EmbeddedBroker) -> bool:
    return await lag(broker) == 0


async def test_a_handler_that_hangs_is_told_by_liveness(broker: EmbeddedBroker) -> None:
    gate = Gate("1")
    settings = RunnerSettings(fetch_timeout=0.02, longest_handling=0.05)
    runner = runner_of(broker, Processor(gate), settings=settings)
    await publish(broker, city_message("1"))
    async with running(runner):
        await until(lambda: runner.health().reason == "the handler hangs on 1 partitions")
        assert not runner.health().live
        gate.opened.set()
        await until(lambda: runner.health().live)
