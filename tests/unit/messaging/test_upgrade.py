"""A newer producer beside an older consumer: what it does not know waits among the dead letters for the upgrade."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from unittest.mock import patch

from isopolity.contracts.catalogue import CITY, EVENT_TYPES, TOPIC_OF_TYPE
from isopolity.contracts.registry import CityState
from isopolity.contracts.topic import EventType
from isopolity.messaging.broker import Message
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.redrive import redrive, superseded
from tests.support.messaging.runner import (
    DEAD,
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

RENAMED = f"{TOPIC}.renamed.v1"
REVISED_ANEW = f"{TOPIC}.revised.v2"


@contextmanager
def next_release() -> Iterator[None]:
    """The catalogue with a new type, and a new version of a known one, on a topic that exists."""
    new = {
        name: EventType(name=name, data=CityState, summary="new", key_field=CITY.key_field)
        for name in (RENAMED, REVISED_ANEW)
    }
    types = MappingProxyType({**EVENT_TYPES, **new})
    topics = MappingProxyType({**TOPIC_OF_TYPE, **dict.fromkeys(new, CITY)})
    with (
        patch("isopolity.contracts.cloudevents.EVENT_TYPES", types),
        patch("isopolity.messaging.consuming.dispatch.EVENT_TYPES", types),
        patch("isopolity.messaging.codec.TOPIC_OF_TYPE", topics),
    ):
        yield


def new_events() -> list[Message]:
    with next_release():
        return [city_message(f"new-{n}", event_type=(RENAMED, REVISED_ANEW)[n % 2]) for n in range(30)]


async def test_unknown_events_stop_nobody_and_are_handled_once_after_the_upgrade(broker: EmbeddedBroker) -> None:
    overtaken, *waiting = new_events()
    older, newer = Processor(), Processor()
    await publish(broker, overtaken, *waiting, *(city_message(str(n)) for n in range(5)))
    async with running(runner_of(broker, older)):
        await until(lambda: _letters(broker, 30))
        await until(lambda: len(older.done) == 5)
        await publish(broker, city_message(overtaken.key, version=2))
        await until(lambda: (overtaken.key, 2) in older.done)
        await until(lambda: _no_lag(broker))
    with next_release():
        async with running(runner_of(broker, newer)):
            letters = await dead_letters(broker)
            assert {letter.reason for letter in letters} == {"unknown-type"}
            old = await superseded(broker, letters)
            async with broker.producer() as producer:
                await redrive(producer, DEAD.name, letters, Time(), old=old)
            await until(lambda: len(newer.done) >= len(waiting))
            await until(lambda: _no_lag(broker))
    assert sorted(newer.done) == sorted((message.key, 1) for message in waiting), "a newer state is not overwritten"
    assert await dead_letters(broker) == []


async def _letters(broker: EmbeddedBroker, count: int) -> bool:
    return len(await dead_letters(broker)) == count


async def _no_lag(broker: EmbeddedBroker) -> bool:
    return await lag(broker) == 0
