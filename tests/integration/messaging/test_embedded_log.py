"""The embedded log on its disk: what it keeps, what it deletes, who may look on, and a process that dies."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isopolity.contracts.catalogue import CITY
from isopolity.machine.stores import OwnedByAnother
from isopolity.messaging.broker import Message
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.embedded.log import TOMBSTONE_MS
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from tests.support.messaging.topics import messages, publish, read_all, take, topic

START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def rows(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        (count,) = connection.execute("SELECT count(*) FROM record").fetchone()
    finally:
        connection.close()
    return int(count)


async def test_superseded_rows_are_deleted_when_written(tmp_path: Path) -> None:
    path, compacted = tmp_path / "log.db", topic(compacted=True)
    async with EmbeddedBroker.opened(path) as broker:
        await broker.ensure_topics([compacted])
        for _ in range(3):
            await publish(broker, messages(compacted, ["a", "b"], ["1", "2", "3"]))
    assert rows(path) == 2


async def test_records_are_kept_for_the_time_of_their_topic(tmp_path: Path) -> None:
    path, kept, clock = tmp_path / "log.db", topic(), Clock()
    async with EmbeddedBroker.opened(path, clock) as broker:
        await broker.ensure_topics([kept])
        await publish(broker, messages(kept, ["a"], ["old"]))
        clock.now += timedelta(hours=23)
        await publish(broker, messages(kept, ["a"], ["new"]))
        assert len(await read_all(broker, kept)) == 2
        clock.now += timedelta(hours=2)
        await broker.sweep()
        assert [record.value for record in await read_all(broker, kept)] == [b"new"]
        clock.now += timedelta(days=2)
        await publish(broker, messages(kept, ["a"], ["newest"]))
        assert [record.value for record in await read_all(broker, kept)] == [b"newest"]
        assert sum((await broker.group_lag("fresh", [kept.name])).values()) == 1


async def test_tombstone_goes_after_a_day_and_states_stay(tmp_path: Path) -> None:
    compacted, clock = topic(compacted=True), Clock()
    async with EmbeddedBroker.opened(tmp_path / "log.db", clock) as broker:
        await broker.ensure_topics([compacted])
        await publish(broker, [*messages(compacted, ["a", "b"], ["1"]), Message(compacted.name, "a", None)])
        clock.now += timedelta(milliseconds=TOMBSTONE_MS - 1)
        await broker.sweep()
        assert {record.key for record in await read_all(broker, compacted)} == {"a", "b"}
        clock.now += timedelta(days=400)
        await broker.sweep()
        assert {record.key for record in await read_all(broker, compacted)} == {"b"}


async def test_log_and_offsets_are_there_after_a_restart(tmp_path: Path) -> None:
    path, kept = tmp_path / "log.db", topic()
    async with EmbeddedBroker.opened(path) as broker:
        await broker.ensure_topics([kept])
        await publish(broker, messages(kept, ["a"], ["1", "2"]))
        async with broker.consumer("group", [kept.name]) as consumer:
            (first, _) = await take(consumer, 2)
            await consumer.commit(dict.fromkeys(consumer.assignment(), first.offset + 1))
    async with EmbeddedBroker.opened(path) as broker:
        await broker.ensure_topics([kept])
        await publish(broker, messages(kept, ["a"], ["3"]))
        async with broker.consumer("group", [kept.name]) as consumer:
            assert [record.value for record in await take(consumer, 2)] == [b"2", b"3"]


async def test_another_process_may_look_on_while_the_owner_writes(tmp_path: Path) -> None:
    path, kept = tmp_path / "log.db", topic()
    async with EmbeddedBroker.opened(path) as owner:
        await owner.ensure_topics([kept])
        await publish(owner, messages(kept, ["a"], ["1"]))
        async with EmbeddedBroker.looking_on(path) as onlooker, onlooker.reader([kept.name]) as reader:
            assert (await take(reader, 1))[0].value == b"1"
            await publish(owner, messages(kept, ["a"], ["2"]))
            assert (await take(reader, 1))[0].value == b"2"
            assert sum((await onlooker.group_lag("g", [kept.name])).values()) == 2
            with pytest.raises(BrokerRefused, match="only looks on"):
                await publish(onlooker, messages(kept, ["a"], ["3"]))
            with pytest.raises(BrokerRefused, match="only looks on"):
                async with onlooker.consumer("g", [kept.name]):
                    pass


async def test_looking_on_without_a_log_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(BrokerUnavailable, match="there is no log to read at"):
        async with EmbeddedBroker.looking_on(tmp_path / "none.db"):
            pass


async def test_unknown_topic_is_one_clear_sentence(tmp_path: Path) -> None:
    async with EmbeddedBroker.opened(tmp_path / "log.db") as broker:
        with pytest.raises(BrokerRefused, match=r"the topic nowhere does not exist; create the topics first"):
            await publish(broker, [Message("nowhere", "a", b"1")])


WRITER = """
import asyncio, sys
from pathlib import Path
from isopolity.contracts.catalogue import CITY
from isopolity.messaging.broker import Message
from isopolity.messaging.embedded.broker import EmbeddedBroker

async def main():
    async with EmbeddedBroker.opened(Path(sys.argv[1])) as broker, broker.producer("relay") as producer:
        await broker.ensure_topics([CITY])
        for number in range(10**6):
            await producer.publish([Message(CITY.name, f"{number}.{part}", b"x") for part in "abc"])
            print(number, flush=True)

asyncio.run(main())
"""


def publish_until_killed(path: Path) -> int:
    """Start a writer, kill it in the midst of its work, and say how many of its lists were acknowledged."""
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 30:
                writer.send_signal(signal.SIGKILL)
                break
        return 1 + max([30, *(int(line) for line in writer.stdout)])


async def test_a_second_owner_is_refused_in_one_sentence_until_the_first_has_ended(tmp_path: Path) -> None:
    path, kept = tmp_path / "log.db", topic()
    async with EmbeddedBroker.opened(path) as first:
        await first.ensure_topics([kept])
        with pytest.raises(OwnedByAnother, match=r"log\.db open; stop it, or set ISOPOLITY_DATA to another folder\.$"):
            async with EmbeddedBroker.opened(path):
                pass
        await publish(first, messages(kept, ["a"], ["1"]))
        assert len(await read_all(first, kept)) == 1
    async with EmbeddedBroker.opened(path) as second:
        assert len(await read_all(second, kept)) == 1


async def test_a_log_is_refused_while_another_process_owns_it_and_free_once_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    writer = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, path, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    await writer.stdout.readline()
    with pytest.raises(OwnedByAnother):
        async with EmbeddedBroker.opened(path):
            pass
    async with EmbeddedBroker.looking_on(path) as onlooker:
        assert await read_all(onlooker, CITY)
    writer.kill()
    await writer.communicate()
    async with EmbeddedBroker.opened(path):
        pass


async def test_killed_process_loses_nothing_that_it_had_published_and_halves_no_list(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    acknowledged = await asyncio.to_thread(publish_until_killed, path)
    async with EmbeddedBroker.opened(path) as broker:
        keys = {record.key for record in await read_all(broker, CITY)}
    numbers = {int((key or "").split(".")[0]) for key in keys}
    assert numbers >= set(range(acknowledged))
    assert keys == {f"{number}.{part}" for number in numbers for part in "abc"}
