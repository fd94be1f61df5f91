"""Both brokers can be scanned by people: from any place, both ways, within limits, and by another process."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from isopolity.contracts.topic import Topic
from isopolity.machine.child_process import run_confined
from isopolity.machine.limits import Exit
from isopolity.messaging.broker import MessageBroker, TopicPartition
from isopolity.messaging.scanning.query import Place, Query, SeenRecord
from isopolity.messaging.scanning.scan import Account, ScanLimits, follow, scan
from isopolity.messaging.scanning.windows import read_places
from isopolity.runtime import scan_process
from isopolity.runtime.scan_process import Order, ProcessBounds
from tests.support.messaging.topics import messages, publish, read_all, topic

NUMBER = 120
LIMITS = ScanLimits(seconds=90.0)  # a slow machine stops no scan
BOUNDS = ProcessBounds(seconds=100.0, cpu_seconds=100)


async def filled(broker: MessageBroker, *, compacted: bool = False) -> Topic:
    """A topic with events in transactions, whose markers are no records, and in which keys were replaced."""
    new = topic(compacted=compacted)
    await broker.ensure_topics([new])
    async with broker.producer(f"of {new.name}") as producer:
        for start in range(0, NUMBER, 30):
            await producer.publish(messages(new, [str(n) for n in range(start, start + 30)], [f"v{start}"]))
    await read_all(broker, new, NUMBER)  # the last of them is visible a little late
    return new


async def scanned(
    broker: MessageBroker, query: Query, limits: ScanLimits = LIMITS
) -> tuple[list[tuple[int, int]], Account]:
    """The places that a scan tells, and its account."""
    found: list[SeenRecord] = []
    account = await scan(
        broker, query, limits, lambda what: found.append(what) if isinstance(what, SeenRecord) else None
    )
    moments = [record.at for record in found]
    assert moments == sorted(moments, reverse=query.backwards)
    return [(record.partition, record.offset) for record in found], account


def places(text: str) -> tuple[Place, ...]:
    return tuple(Place(topic=at.topic.removeprefix("isopolity."), partition=at.partition, offset=offset)
                 for at, offset in read_places(text).items())  # fmt: skip


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
async def test_page_by_page_each_record_is_told_once_in_the_order_of_time(
    broker: MessageBroker, backwards: bool
) -> None:
    new = await filled(broker)
    query, told = Query(topics=(new.name,), backwards=backwards, most=50), []
    for more in (True, True, False):
        found, account = await scanned(broker, query)
        told += found
        assert account.stopped == ("found" if more else None)
        going_on = account.older if backwards else account.newer
        query = query.model_copy(update={"places": places(going_on)})
    assert len(told) == len(set(told)) == NUMBER
    rest, account = await scanned(broker, query)
    assert (rest, account.read) == ([], 0)


async def test_a_scan_begins_at_a_moment_or_an_offset_and_stops_at_a_limit(broker: MessageBroker) -> None:
    new = await filled(broker)
    nothing, _ = await scanned(broker, Query(topics=(new.name,), since=datetime(2190, 1, 1, tzinfo=UTC)))
    assert nothing == []
    everything, _ = await scanned(broker, Query(topics=(new.name,), since=datetime(2020, 1, 1, tzinfo=UTC), most=500))
    assert len(everything) == NUMBER
    partition, offset = everything[NUMBER // 2]
    place = Place(topic=new.name, partition=partition, offset=offset)
    ((found),), account = await scanned(broker, Query(topics=(new.name,), places=(place,), most=1))
    assert found == (partition, offset)
    few, account = await scanned(broker, Query(topics=(new.name,), most=500), LIMITS.model_copy(update={"records": 40}))
    assert (len(few), account.read, account.stopped) == (40, 40, "records")
    rest, _ = await scanned(broker, Query(topics=(new.name,), most=500, places=places(account.newer)))
    assert sorted(few + rest) == sorted(everything)


async def test_what_was_replaced_is_not_told(broker: MessageBroker) -> None:
    new = await filled(broker, compacted=True)
    await publish(broker, messages(new, [str(n) for n in range(NUMBER)], ["newer"]))
    found, account = await scanned(broker, Query(topics=(new.name,), backwards=True, most=500))
    assert NUMBER <= len(found) <= 2 * NUMBER, "Kafka takes its time"
    assert account.stopped is None


async def test_who_follows_is_told_at_once_and_goes_on_from_there(broker: MessageBroker) -> None:
    new = await filled(broker)
    begin = {place: bounds.end for place, bounds in (await broker.bounds([new.name])).items()}
    found: list[Any] = []
    following = asyncio.create_task(
        follow(broker, Query(topics=(new.name,)), ScanLimits(seconds=120), found.append, begin=begin)
    )
    await asyncio.sleep(0.3)
    began = time.monotonic()
    await publish(broker, messages(new, ["a"], ["new"]))
    account = await following
    assert time.monotonic() - began < 60, "it did not wait for the end of its time"
    assert [each.topic for each in found] == [new.name]
    after = {TopicPartition(at.topic.removeprefix("isopolity."), at.partition): offset
             for at, offset in read_places(account.newer).items()}  # fmt: skip
    assert sum(after.values()) > sum(begin.values())
    nothing = await follow(broker, Query(topics=(new.name,)), ScanLimits(seconds=0.3), found.append, begin=after)
    assert (nothing.matched, len(found)) == (0, 1)


async def test_another_process_reads_what_it_is_told_of(broker: MessageBroker) -> None:
    new = await filled(broker)
    order = Order(broker=dict(broker.for_readers()), query=Query(topics=(new.name,), most=500), limits=LIMITS)
    with TemporaryFile() as asks, TemporaryFile() as lines:
        asks.write(order.model_dump_json().encode())
        bounds = BOUNDS.model_dump_json()
        ending = await run_confined(scan_process.__name__, bounds, reads=asks, writes=lines, seconds=120)
        assert (ending.code, ending.words) == (Exit.DONE, "")
        lines.seek(0)
        told = [json.loads(line) for line in lines]
    assert sum("record" in line for line in told) == NUMBER
    assert told[-1]["account"]["read"] == NUMBER


async def test_a_process_that_finds_no_broker_tells_so(tmp_path: Path) -> None:
    order = Order(broker={"embedded": str(tmp_path / "none.db")}, query=Query(topics=("x",)), limits=LIMITS)
    with TemporaryFile() as asks, TemporaryFile() as lines:
        asks.write(order.model_dump_json().encode())
        bounds = BOUNDS.model_dump_json()
        ending = await run_confined(scan_process.__name__, bounds, reads=asks, writes=lines, seconds=120)
    assert ending.code == Exit.REFUSED
    assert "there is no log to read" in ending.words
