"""A group that an operator pauses: every instance obeys, also one that starts; and one that stopped is resumed."""

from datetime import timedelta
from functools import partial

from isopolity.messaging.broker import Message
from isopolity.messaging.consuming.dead_letter_limit import resumption
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.settings import GroupSwitch, RunnerSettings, SwitchPosition
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import PoisonMessage, RetryableError
from isopolity.messaging.generations import partition_of
from tests.support.messaging.runner import (
    DEAD,
    GROUP,
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

STRICT = RunnerSettings(fetch_timeout=0.02, watch_interval=0.02, patience=0.02, dead_letter_limit=2)


class Board:
    """Where all instances look; it may be away."""

    def __init__(self) -> None:
        self.position = SwitchPosition()
        self.is_away = False

    async def __call__(self) -> SwitchPosition:
        if self.is_away:
            raise RetryableError("away")
        return self.position

    def switch(self) -> GroupSwitch:
        return GroupSwitch(self, every=0.01)


async def test_a_paused_group_reads_nothing_in_any_instance_and_goes_on_when_resumed(broker: EmbeddedBroker) -> None:
    board = Board()
    processors = Processor(), Processor()
    first, second = (runner_of(broker, each, switch=board.switch()) for each in processors)
    async with running(first), running(second):
        await until(lambda: first.health().ready and second.health().ready)
        board.position = SwitchPosition(is_paused=True)
        await until(lambda: first.health().state is second.health().state is RunnerState.PAUSED)
        assert list(await broker.members(GROUP)) == []
        assert (first.health().live, first.health().ready, first.health().reason) == (
            True,
            True,
            "paused by an operator",
        )
        await publish(broker, *(city_message(str(number)) for number in range(12)))
        late = Processor()
        third = runner_of(broker, late, switch=board.switch())
        async with running(third):  # as after a restart
            await until(lambda: third.health().state is RunnerState.PAUSED)
        assert (await lag(broker), late.done) == (12, [])
        board.position = SwitchPosition()
        await until(lambda: sum(len(each.done) for each in processors) == 12)


async def test_what_was_known_last_holds_while_the_switch_cannot_be_read(broker: EmbeddedBroker) -> None:
    board = Board()
    board.is_away = True
    runner = runner_of(broker, Processor(), switch=board.switch())
    async with running(runner):
        await until(lambda: runner.health().turning)
        assert runner.health().state is RunnerState.STARTING, "it may have been paused: that is not known yet"
        board.is_away = False
        await until(lambda: runner.health().ready)
        board.is_away = True
        await publish(broker, city_message("1"))
        await until(lambda: _no_lag(broker))


async def _no_lag(broker: EmbeddedBroker) -> bool:
    return await lag(broker) == 0


async def test_a_consumer_that_too_many_dead_letters_stopped_is_resumed_and_they_count_anew(
    broker: EmbeddedBroker,
) -> None:
    board, time, is_bad = Board(), Time(), [True]

    def rule(delivery: Delivery) -> None:
        if is_bad[0]:
            raise PoisonMessage("bad", "bad")

    switch = board.switch()
    processor = Processor(rule)
    runner = runner_of(broker, processor, time, settings=STRICT, switch=switch)
    async with running(runner):
        await publish(broker, *(city_message(str(number)) for number in range(5)))
        await until(lambda: runner.health().state is RunnerState.STOPPED)
        await resume(broker, board, time)
        await until(lambda: _more_letters_than(broker, 2))  # the cause is there still
        await until(lambda: runner.health().state is RunnerState.STOPPED)
        is_bad[0] = False
        await resume(broker, board, time)
        await until(lambda: _no_lag(broker))
    assert processor.done


async def test_each_resumption_gets_past_what_was_given_up_before_it(broker: EmbeddedBroker) -> None:
    """Records that a batch gave up before the group stopped are read again: its offset is not committed."""
    board, time = Board(), Time()
    runner = runner_of(broker, Processor(), time, settings=STRICT, switch=board.switch())
    of_one_batch = [key for key in map(str, range(60)) if partition_of(key.encode(), 6) == 0][:5]
    await publish(broker, *(Message(TOPIC, key, b"not json") for key in of_one_batch))
    async with running(runner):
        for given_up in (2, 4):
            await until(partial(_have_been_given_up, broker, given_up))
            await until(lambda: runner.health().state is RunnerState.STOPPED)
            await resume(broker, board, time)
        await until(lambda: _no_lag(broker))


async def _have_been_given_up(broker: EmbeddedBroker, count: int) -> bool:
    return len({(each.partition, each.offset) for each in await dead_letters(broker)}) == count


async def resume(broker: EmbeddedBroker, board: Board, time: Time) -> None:
    """As the route does: a record on the topic, then the row."""
    time.pass_by(timedelta(seconds=1))
    await publish(broker, resumption(DEAD.name, GROUP, time()))
    board.position = SwitchPosition(resumed_at=time())


async def _more_letters_than(broker: EmbeddedBroker, count: int) -> bool:
    return len(await dead_letters(broker)) > count


async def test_a_consumer_that_stopped_is_ended_by_a_signal(broker: EmbeddedBroker) -> None:
    def rule(delivery: Delivery) -> None:
        raise PoisonMessage("bad", "bad")

    runner = runner_of(broker, Processor(rule), settings=STRICT, switch=Board().switch())
    async with running(runner):
        await publish(broker, *(city_message(str(number)) for number in range(5)))
        await until(lambda: runner.health().state is RunnerState.STOPPED)
    assert runner.health().state is RunnerState.STOPPED
