"""Fates of a record, by the way in which its processor fails."""

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from random import Random
from unittest.mock import patch

import pytest

from isopolity.messaging.broker import Batch, Message, TopicPartition
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.dead_letters import COPY_OF, PREFIX, DeadLetter, list_dead_letters
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, PoisonMessage, RetryableError
from isopolity.messaging.redrive import REDRIVEN, redrive, superseded
from tests.support.messaging.runner import (
    DEAD,
    GROUP,
    START,
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


def failing_for(subject: str, error: Exception, times: int = 10**9) -> Processor:
    left = [times]

    def rule(delivery: Delivery) -> None:
        if delivery.event.envelope.subject == subject and left[0] > 0:
            left[0] -= 1
            raise error

    return Processor(rule)


async def test_events_are_handled_in_order_and_then_committed(broker: EmbeddedBroker) -> None:
    processor = Processor()
    async with running(runner_of(broker, processor)):
        for version in range(1, 30):
            await publish(broker, city_message("1", version), city_message("2", version))
        await until(lambda: ("1", 29) in processor.done and ("2", 29) in processor.done)
    versions = [version for city, version in processor.done if city == "1"]
    assert versions == sorted(versions)
    assert await lag(broker) == 0


async def test_retryable_error_is_retried_until_it_passes(broker: EmbeddedBroker) -> None:
    processor, time = failing_for("1", RetryableError("away"), times=12), Time()
    await publish(broker, city_message("1"))
    async with running(runner_of(broker, processor, time)):
        await until(lambda: processor.done == [("1", 1)])
    assert len(time.slept) == 12
    assert await dead_letters(broker) == []
    assert await lag(broker) == 0


async def test_pauses_grow_up_to_a_bound_and_are_jittered() -> None:
    settings, random = RunnerSettings(first_delay=0.2, longest_delay=30), Random(1)
    for attempt, longest in [(1, 0.2), (2, 0.4), (3, 0.8), (8, 25.6), (9, 30), (5000, 30)]:
        delays = [settings.delay(attempt, random) for _ in range(200)]
        assert longest / 2 <= min(delays) < max(delays) <= longest
        assert len(set(delays)) > 100


def test_a_broker_that_was_away_is_tried_again_within_seconds_however_long_it_was_away() -> None:
    settings, random = RunnerSettings(first_delay=0.2, longest_delay=30), Random(1)
    delays = [settings.delay(5000, random, BrokerUnavailable("away")) for _ in range(200)]
    assert settings.longest_reconnect / 2 <= min(delays) < max(delays) <= settings.longest_reconnect == 5
    refused = [settings.delay(5000, random, BrokerRefused("no right")) for _ in range(200)]
    assert max(refused) > settings.longest_reconnect, "a refusal needs a person, not a quick try"


async def test_guilty_event_of_a_batch_is_isolated(broker: EmbeddedBroker) -> None:
    processor = failing_for("7", ValueError("a bug"))
    await publish(broker, *(city_message(str(n)) for n in range(40)))
    async with running(runner_of(broker, processor)):
        await until(lambda: len(processor.done) == 39)  # the trace of the bug takes long to write
        await until(lambda: _is_dead(broker, "7"))
    assert await lag(broker) == 0


async def test_bug_is_tried_a_bounded_number_of_times_and_kept_without_quoted_values(broker: EmbeddedBroker) -> None:
    processor = failing_for("1", ValueError("no room for secret@example.org"))
    await publish(broker, city_message("1"))
    async with running(runner_of(broker, processor)):
        await until(lambda: _is_dead(broker, "1"))
    (letter,) = await dead_letters(broker)
    assert (letter.reason, letter.detail) == ("handler-failed", "ValueError")
    assert letter.failure.message == "no room for …"
    assert letter.failure.trace[-1].endswith("failing_for.<locals>.rule")
    assert len(processor.calls) == 3


async def test_poison_goes_to_the_dead_letters_at_once_as_it_came(broker: EmbeddedBroker) -> None:
    processor = failing_for("1", PoisonMessage("no-sense", "the city is its own twin"))
    message = city_message("1")
    await publish(broker, city_message("1000"), message)
    async with running(runner_of(broker, processor)):
        await until(lambda: _is_dead(broker, "1"))
    (letter,) = await dead_letters(broker)
    assert (letter.key, letter.value, list(letter.headers)) == (message.key, message.value, list(message.headers))
    assert (letter.reason, letter.detail) == ("no-sense", "the city is its own twin")
    assert (letter.topic, letter.group, letter.at) == (TOPIC, GROUP, START)
    assert processor.calls.count(["1"]) == 1


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Message(TOPIC, "1", b"{}", [("ce_type", b"x")]), "missing-attribute"),
        (city_message("1")._replace(value=b"{"), "invalid-data"),
        (city_message("1")._replace(key="2"), "wrong-key"),
    ],
)
async def test_what_is_no_event_goes_to_the_dead_letters(broker: EmbeddedBroker, message: Message, reason: str) -> None:
    processor = Processor()
    await publish(broker, message, city_message("3"))
    async with running(runner_of(broker, processor)):
        await until(lambda: _is_dead(broker, message.key))
        await until(lambda: processor.done == [("3", 1)])
    assert [letter.reason for letter in await dead_letters(broker)] == [reason]
    assert await lag(broker) == 0


async def test_type_that_is_not_in_the_catalogue_is_poison(broker: EmbeddedBroker) -> None:
    message = city_message("1")
    headers = [(n, b"isopolity.registry.city.renamed.v1" if n == "ce_type" else v) for n, v in message.headers]
    await publish(broker, message._replace(headers=headers))
    async with running(runner_of(broker, Processor(), event_types=frozenset())):
        await until(lambda: _is_dead(broker, "1"))
    assert [letter.reason for letter in await dead_letters(broker)] == ["unknown-type"]


async def test_type_without_a_handler_is_skipped(broker: EmbeddedBroker) -> None:
    processor, withdrawn = Processor(), f"{TOPIC}.withdrawn.v1"
    await publish(broker, city_message("1"), city_message("2", event_type=withdrawn))
    async with running(runner_of(broker, processor, event_types=frozenset({withdrawn}))):
        await until(lambda: processor.done == [("2", 1)])
        await until(lambda: _no_lag(broker))
    assert await dead_letters(broker) == []


async def test_tombstone_is_passed_over(broker: EmbeddedBroker) -> None:
    processor = Processor()
    await publish(broker, Message(TOPIC, "1", None), city_message("2"))
    async with running(runner_of(broker, processor)):
        await until(lambda: processor.done == [("2", 1)])
        await until(lambda: _no_lag(broker))
    assert await dead_letters(broker) == []


async def test_too_many_dead_letters_stop_the_consumer_loudly(broker: EmbeddedBroker) -> None:
    processor = Processor(rule=_always_poison)
    await publish(broker, *(city_message(str(n)) for n in range(30)))
    settings = RunnerSettings(fetch_timeout=0.02, dead_letter_limit=5)
    runner = runner_of(broker, processor, settings=settings)
    await runner.run()
    health = runner.health()
    assert health.state is RunnerState.STOPPED
    assert not health.live
    assert not health.ready
    stopped = "stopped by too many dead letters on 1 January 2026, 00:00 UTC"
    assert health.reason == f"{stopped}: mend the cause, then resume the group"
    assert len(await dead_letters(broker)) == 5
    assert await lag(broker) > 0


async def test_dead_letters_within_the_limit_do_not_stop_the_consumer(broker: EmbeddedBroker) -> None:
    time, processor = Time(), Processor(rule=_always_poison)
    settings = RunnerSettings(fetch_timeout=0.02, dead_letter_limit=2, dead_letter_window=timedelta(minutes=5))
    runner = runner_of(broker, processor, time, settings=settings)
    async with running(runner):
        for number in range(6):
            await publish(broker, city_message(str(number)))
            await until(lambda number=number: _is_dead(broker, str(number)))  # type: ignore[misc]  # bound at once
            time.pass_by(timedelta(minutes=3))
        assert runner.health().live


async def test_letters_that_cannot_be_read_in_time_are_no_endless_wait(broker: EmbeddedBroker) -> None:
    class Frozen:
        async def end_offsets(self) -> dict[TopicPartition, int]:
            return {TopicPartition(DEAD.name, 0): 1}

        async def position(self) -> dict[TopicPartition, int]:
            return {TopicPartition(DEAD.name, 0): 0}

        async def fetch(self, *, limit: int, timeout: float) -> list[Batch]:
            await asyncio.sleep(0)
            return []

    with (
        patch.object(broker, "reader", lambda _topics: nullcontext(Frozen())),
        pytest.raises(BrokerUnavailable, match=r"within 0\.05 s"),
    ):
        await list_dead_letters(broker, DEAD.name, patience=0.05)


async def test_redriven_letter_is_handled_and_keeps_its_id(broker: EmbeddedBroker) -> None:
    processor = failing_for("1", PoisonMessage("later", "not yet"), times=1)
    message = city_message("1")
    await publish(broker, message)
    async with running(runner_of(broker, processor)):
        await until(lambda: _is_dead(broker, "1"))
        async with broker.producer() as producer:
            await redrive(producer, DEAD.name, await dead_letters(broker), Time())
        await until(lambda: processor.done == [("1", 1)])
    assert await dead_letters(broker) == []
    async with broker.reader([TOPIC]) as reader:
        ((record, *_),) = [batch.records for batch in await reader.fetch(limit=10, timeout=1) if batch.records]
    assert (record.key, record.value) == (message.key, message.value)
    assert list(record.headers) == [
        *message.headers,
        (REDRIVEN, START.isoformat().encode()),
        (COPY_OF, f"{TOPIC}/{record.partition}/0".encode()),
    ]


async def test_letter_that_a_newer_state_overtook_is_settled_unpublished(
    broker: EmbeddedBroker,
) -> None:
    processor = failing_for("1", PoisonMessage("later", "not yet"), times=1)
    await publish(broker, city_message("1"))
    async with running(runner_of(broker, processor)):
        await until(lambda: _is_dead(broker, "1"))
        letters = await dead_letters(broker)
        assert await superseded(broker, letters) == frozenset()
        await publish(broker, city_message("1", version=2))
        old = await superseded(broker, letters)
        assert old == {letters[0].identity}
        async with broker.producer() as producer:
            await redrive(producer, DEAD.name, letters, Time(), old=old)
        assert await dead_letters(broker) == []
    async with broker.reader([TOPIC]) as reader:
        ends = await reader.end_offsets()
    assert sum(ends.values()) == 2  # the two versions, and nothing of the letter


async def test_dead_letter_reads_back_as_it_was_written() -> None:
    letter = DeadLetter(
        topic="t",
        partition=3,
        offset=17,
        key="k",
        value=None,
        headers=[("a", b"\xff")],
        group="g",
        reason="r",
        detail="é",
        at=START,
    )
    message = letter.to_message(DEAD.name)
    assert all(name.startswith(PREFIX) for name, _ in message.headers[1:])
    assert letter.identity == "t/3/17"


def _always_poison(delivery: Delivery) -> None:
    raise PoisonMessage("bad-deploy", "everything is wrong")


async def _is_dead(broker: EmbeddedBroker, key: str) -> bool:
    return any(letter.key == key for letter in await dead_letters(broker))


async def _no_lag(broker: EmbeddedBroker) -> bool:
    return await lag(broker) == 0
