"""Odd messages: those that foreign producers may write to a topic, and those that Kafka does not take."""

import asyncio
import struct
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from isopolity.messaging.broker import Message
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.dead_letters import list_dead_letters
from isopolity.messaging.errors import BrokerRefused
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.messaging.runner import Processor, runner_of, running
from tests.support.messaging.topics import publish, read_all, topic
from tests.support.polling import until

pytestmark = pytest.mark.kafka

_CHECKSUM = slice(17, 21)
"""Where a batch has the CRC-32C of all that follows."""


async def test_record_without_key_and_with_null_header_goes_to_the_dead_letters(kafka: str) -> None:
    broker, odd, dead = patient_kafka(kafka), topic(), topic(partitions=1)
    await broker.ensure_topics([odd, dead])
    async with AIOKafkaProducer(bootstrap_servers=kafka) as foreign:
        await foreign.send_and_wait(odd.name, b"{}", headers=[("ce_id", None), ("ce_type", b"\xff")])
    group = f"group.{uuid4().hex}"
    runner = runner_of(broker, Processor(), group=group, topics=[odd.name], dead_letter_topic=dead.name)
    async with running(runner):

        async def buried() -> bool:
            return bool(await list_dead_letters(broker, dead.name))

        await until(buried)
    (letter,) = await list_dead_letters(broker, dead.name)
    assert letter.headers == [("ce_id", b""), ("ce_type", b"\xff")]
    assert (letter.reason, letter.key, letter.value, letter.topic) == ("missing-attribute", "", b"{}", odd.name)
    assert set((await broker.group_lag(group, [odd.name])).values()) == {0}


async def test_header_name_that_is_not_utf8_stops_its_partition_only_where_it_lies(kafka: str) -> None:
    """Records before it are handled and committed, so that stepping over one record steps over it."""
    broker, odd, dead = patient_kafka(kafka), topic(partitions=1), topic(partitions=1)
    await broker.ensure_topics([odd, dead])
    await publish_one_unreadable(kafka, odd.name, before=4, after=4)
    group = f"group.{uuid4().hex}"
    settings = RunnerSettings(first_delay=0.1, longest_delay=0.2)
    runner = runner_of(
        broker,
        Processor(),
        group=group,
        topics=[odd.name],
        dead_letter_topic=dead.name,
        settings=settings,
        sleep=asyncio.sleep,
    )
    async with running(runner):

        async def all_before_are_settled() -> bool:
            return len(await list_dead_letters(broker, dead.name)) == 4

        await until(all_before_are_settled)
        await until(lambda: "not UTF-8" in runner.health().reason)
    assert set((await broker.group_lag(group, [odd.name])).values()) == {5}


async def publish_one_unreadable(kafka: str, name: str, *, before: int, after: int) -> None:
    """One batch; aiokafka writes UTF-8 only, so the name is put in afterwards, and the checksum made anew."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as foreign:
        batch = foreign.create_batch()
        for number in range(before + 1 + after):
            batch.append(timestamp=None, key=b"a", value=b"{}", headers=[("~~~", b"1")] if number == before else [])
        batch.close()
        written = bytearray(batch._build())
        at = written.index(b"~~~")
        written[at : at + 3] = b"\xff\xfe\xff"
        written[_CHECKSUM] = struct.pack(">I", calc_crc32c(bytes(written[_CHECKSUM.stop :])))
        batch._buffer = written
        await (await foreign.send_batch(batch, name, partition=0))


async def test_message_that_is_too_large_is_refused_and_the_producer_goes_on(kafka: str) -> None:
    broker, new = patient_kafka(kafka), topic()
    await broker.ensure_topics([new])
    async with broker.producer(f"id.{uuid4().hex}") as producer:
        with pytest.raises(BrokerRefused, match=r"has 1048589 bytes; at most 1048588 are allowed"):
            await producer.publish([Message(new.name, "a", b"x" * 1_048_588)])
        await producer.publish([Message(new.name, "a", b"x" * 900_000)])

    async def committed() -> bool:  # the brokers write a transaction's markers after they have answered
        return len(await read_all(broker, new)) == 1

    await until(committed)
    await publish(broker, [])
