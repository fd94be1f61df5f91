"""The limit on dead letters holds for a group: over restarts, over instances, and in one order for all."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from isopolity.messaging.broker import Message
from isopolity.messaging.consuming.dead_letter_limit import DeadLetterLimit, TooManyDeadLetters, resumption
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.dead_letters import MARK, PREFIX, DeadLetter
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerUnavailable, PoisonMessage
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.messaging.runner import (
    DEAD,
    GROUP,
    START,
    TOPIC,
    Processor,
    Time,
    city_message,
    dead_letters,
    publish,
    runner_of,
    running,
)
from tests.support.polling import until

FIVE = RunnerSettings(fetch_timeout=0.02, watch_interval=0.02, patience=0.02, dead_letter_limit=5)
MINUTES = timedelta(minutes=5)


def limit_of(broker: Any, time: Time | None = None, *, limit: int = 3, group: str = GROUP) -> DeadLetterLimit:
    return DeadLetterLimit(
        limit=limit, window=MINUTES, clock=time or Time(), broker=broker, topic=DEAD.name, group=group
    )


def letter(number: int, *, reason: str = "bad", headers: Any = ()) -> DeadLetter:
    return DeadLetter(
        topic=TOPIC,
        partition=0,
        offset=number,
        key=str(number),
        value=b"{}",
        headers=headers,
        group=GROUP,
        reason=reason,
        detail="",
        at=START,
    )


async def accepted(limit: DeadLetterLimit, one: DeadLetter) -> bool:
    try:
        await limit.take(one)
    except TooManyDeadLetters:
        return False
    return True


def poison(delivery: Delivery) -> None:
    raise PoisonMessage("bad-deploy", "everything is wrong")


async def test_a_restart_gives_no_new_letters(broker: EmbeddedBroker) -> None:
    await publish(broker, *(city_message(str(n)) for n in range(30)))
    for _ in range(3):
        runner = runner_of(broker, Processor(poison), settings=FIVE)
        await runner.run()
        assert runner.health().state is RunnerState.STOPPED
        assert len(await dead_letters(broker)) == 5


async def test_all_instances_together_write_no_more_than_the_limit(broker: EmbeddedBroker) -> None:
    await publish(broker, *(city_message(str(n)) for n in range(60)))
    runners = [runner_of(broker, Processor(poison), settings=FIVE) for _ in range(3)]
    await asyncio.gather(*(runner.run() for runner in runners))
    assert {runner.health().state for runner in runners} == {RunnerState.STOPPED}
    assert len(await dead_letters(broker)) == 5


async def test_of_letters_announced_at_one_moment_the_first_ones_are_taken(broker: EmbeddedBroker) -> None:
    """All have looked before any of them has announced its letter."""
    arrived = 0
    together = asyncio.Event()

    class Barrier:
        def __getattr__(self, name: str) -> Any:
            return getattr(broker, name)

        def producer(self) -> Any:
            return self

        async def __aenter__(self) -> Any:
            nonlocal arrived
            arrived += 1
            if arrived == 8:
                together.set()
            await together.wait()
            return self

        async def __aexit__(self, *_: object) -> None:
            return

        async def publish(self, messages: list[Message]) -> None:
            await publish(broker, *messages)

    outcomes = await asyncio.gather(*(accepted(limit_of(Barrier()), letter(n)) for n in range(8)))
    assert sum(outcomes) == 3


async def test_a_letter_counts_once_though_its_writer_died_in_between(broker: EmbeddedBroker) -> None:
    for _ in range(5):
        await limit_of(broker).take(letter(1))
    limit = limit_of(broker)
    await limit.take(letter(2))
    assert limit.count() == 2


async def test_the_window_moves_on(broker: EmbeddedBroker) -> None:
    time = Time()
    for number in range(3):
        await limit_of(broker, time).take(letter(number))
        time.pass_by(timedelta(minutes=1))
    assert not await accepted(limit_of(broker, time), letter(3))
    time.pass_by(timedelta(minutes=2))
    assert await accepted(limit_of(broker, time), letter(3))
    assert not await accepted(limit_of(broker, time), letter(4))


async def resume(broker: EmbeddedBroker, time: Time) -> None:
    await publish(broker, resumption(DEAD.name, GROUP, time()))


async def taken(limit: DeadLetterLimit, *numbers: int) -> list[bool]:
    return [await accepted(limit, letter(number)) for number in numbers]


async def test_a_resumption_forgives_what_counted_when_the_group_stopped_in_each_process_alike(
    broker: EmbeddedBroker,
) -> None:
    time, hours = Time(), timedelta(hours=6)
    lasting = limit_of(broker, time)
    await lasting.take(letter(0))
    time.pass_by(hours)
    assert await taken(lasting, 1, 2, 3, 4) == [True, True, True, False]
    time.pass_by(hours)
    await resume(broker, time)
    starting = limit_of(broker, time)
    assert await taken(starting, 0, 1, 2, 3) == [True] * 4
    assert await taken(lasting, 0, 1, 2, 3) == [True] * 4
    assert (starting.count(), lasting.count()) == (1, 1), "the first had not counted for hours"


async def test_what_was_forgiven_stays_so_while_each_resumption_soon_ends_in_a_stop(broker: EmbeddedBroker) -> None:
    time, hours = Time(), timedelta(hours=6)
    lasting = limit_of(broker, time)
    assert await taken(lasting, 0, 1, 2, 3) == [True, True, True, False]
    for last in (5, 8):
        time.pass_by(hours)
        await resume(broker, time)
        await resume(broker, time)
        for limit in (lasting, limit_of(broker, time)):
            assert await taken(limit, *range(last + 2)) == [True] * (last + 1) + [False]


async def test_a_later_stop_forgives_its_own_letters_alone(broker: EmbeddedBroker) -> None:
    time, hours = Time(), timedelta(hours=6)
    lasting = limit_of(broker, time)
    await taken(lasting, 0, 1, 2, 3)
    await resume(broker, time)
    time.pass_by(hours)
    assert await taken(lasting, 0, 3, 4, 5, 6) == [True, True, True, True, False]
    await resume(broker, time)
    for limit in (lasting, limit_of(broker, time)):
        assert await taken(limit, 3, 4, 5, 0) == [True] * 4
        assert limit.count() == 1


async def test_an_order_that_is_refused_writes_nothing(broker: EmbeddedBroker) -> None:
    """Else restarts without end would keep the window full."""
    for number in range(3):
        await limit_of(broker).take(letter(number))
    hooked = HookedBroker(broker)
    assert not await accepted(limit_of(hooked), letter(9))
    assert hooked.producers == []


async def test_what_else_lies_on_the_topic_does_not_count(broker: EmbeddedBroker) -> None:
    await limit_of(broker, group="others").take(letter(1))
    foreign = [(f"{PREFIX}claim", b"x/0/1"), (f"{PREFIX}group", GROUP.encode())]
    odd = [(f"{PREFIX}claim", b"x/0/2"), (f"{PREFIX}group", GROUP.encode()), (f"{PREFIX}time", b"soon")]
    mark = Message(DEAD.name, "1", b"", [(MARK, b"x/0/1")])
    await publish(broker, letter(2, headers=foreign).to_message(DEAD.name), mark, Message(DEAD.name, "1", b"", odd))
    limit = limit_of(broker)
    await limit.take(letter(3))
    assert limit.count() == 1


async def test_a_letter_whose_original_bears_our_marks_is_listed_whole(broker: EmbeddedBroker) -> None:
    headers = [(MARK, f"{TOPIC}/0/2".encode()), (f"{PREFIX}digest", b"0" * 64)]
    await publish(broker, letter(2, headers=headers).to_message(DEAD.name))
    assert [(one.identity, one.digest) for one in await dead_letters(broker)] == [(f"{TOPIC}/0/2", "")]


async def test_counting_that_takes_too_long_is_told_as_a_broker_that_is_away(broker: EmbeddedBroker) -> None:
    class Silent(HookedBroker):
        def reader(self, topics: Any) -> Any:
            return _Hanging()

    limit = limit_of(Silent(broker))
    limit.patience = 0.05
    with pytest.raises(BrokerUnavailable, match=r"within 0\.05 s"):
        await limit.take(letter(1))


class _Hanging:
    async def __aenter__(self) -> Any:
        await asyncio.Event().wait()

    async def __aexit__(self, *_: object) -> None:
        return


async def test_thirty_events_of_unknown_types_stop_nobody(broker: EmbeddedBroker) -> None:
    processor = Processor()
    types = [b"isopolity.registry.city.renamed.v1", b"isopolity.registry.city.revised.v2"]
    unknown = [
        message._replace(headers=[(n, types[number % 2] if n == "ce_type" else v) for n, v in message.headers])
        for number, message in enumerate(city_message(f"new-{n}") for n in range(30))
    ]
    await publish(broker, *unknown, *(city_message(str(n)) for n in range(30)))
    runner = runner_of(broker, processor, settings=FIVE)
    async with running(runner):
        await until(lambda: len(processor.done) == 30)
        await until(lambda: _number(broker, 30))
        assert runner.health().ready
        assert runner.health().dead_letters == 0
    assert {one.reason for one in await dead_letters(broker)} == {"unknown-type"}


async def _number(broker: EmbeddedBroker, count: int) -> bool:
    return len(await dead_letters(broker)) == count
