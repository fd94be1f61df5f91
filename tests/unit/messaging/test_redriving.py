"""Letters too large to be kept are references, and a redrive reads the original from its place."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.catalogue import CITY, dead_letter_topic
from isopolity.messaging.broker import MAX_MESSAGE_BYTES, Message, Record, size_of
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.dead_letters import PREFIX, DeadLetter
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import PoisonMessage
from isopolity.messaging.generations import murmur2, partition_of
from isopolity.messaging.redrive import REDRIVEN, redrive, superseded, whole
from tests.support.messaging.hooked_broker import HookedBroker, everything
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

FOREIGN = Message(TOPIC, "ключ" * 400, b"anna" * 261_000, [("ce_type", b"x"), ("n", b"")])


def letter_of(record: Record) -> DeadLetter:
    return DeadLetter.of(record, group=GROUP, reason="bad", detail="", at=START)


@pytest.fixture
async def large(broker: EmbeddedBroker) -> Record:
    """A record just under what a broker takes, with others beside it."""
    await publish(broker, city_message("1"), FOREIGN, city_message("2"))
    (record,) = [record for record in await everything(broker, TOPIC) if record.key == FOREIGN.key]
    return record


async def test_letter_that_fits_is_whole_and_one_that_does_not_is_a_reference() -> None:
    def letter(size: int) -> DeadLetter:
        return letter_of(Record(TOPIC, 0, 7, 0, "k", b"x" * size, [("a", b"b")]))

    def message(size: int) -> Message:
        return letter(size).to_message(DEAD.name)

    room = MAX_MESSAGE_BYTES - size_of(message(0))
    assert size_of(message(room)) == MAX_MESSAGE_BYTES
    assert message(room).value == b"x" * room
    assert message(room + 1).value == b"x" * 1000
    assert size_of(message(room + 1)) < 2500
    digest = dict(message(room + 1).headers)[f"{PREFIX}digest"]
    assert digest == letter(room + 1).reference().digest.encode()


async def test_letter_of_a_copy_takes_the_place_of_the_first_whoever_redrove_it(broker: EmbeddedBroker) -> None:
    """Two services gave up one record; one of them redrives it, twice, and the other gives the copies up, too."""
    await broker.ensure_topics([dead_letter_topic("notify")])
    await publish(broker, city_message("1"), city_message("2"))
    first, other = [letter_of(record) for record in await everything(broker, TOPIC)]
    async with broker.producer() as producer:
        await producer.publish([letter.to_message(DEAD.name) for letter in (first, other)])
        for _ in range(2):
            *_, newest = [letter for letter in await dead_letters(broker) if letter.key == first.key]
            await redrive(producer, dead_letter_topic("notify").name, [newest], Time())
            (copy,) = [record for record in await everything(broker, TOPIC) if record.key == first.key]
            await producer.publish([letter_of(copy).to_message(DEAD.name)])
            assert {letter.identity for letter in await dead_letters(broker)} == {
                letter_of(copy).identity,
                other.identity,
            }
        await producer.publish([first.to_message(DEAD.name)])  # once more, after a crash
    assert {letter.first for letter in await dead_letters(broker)} == {first.identity, other.identity}
    assert first.identity not in {letter.identity for letter in await dead_letters(broker)}


async def test_every_part_of_the_original_is_in_the_hash() -> None:
    record = Record(TOPIC, 0, 7, 0, "k", b"v", [("a", b"b"), ("c", b"d")])
    others = [
        record._replace(key="l"),
        record._replace(value=b"w"),
        record._replace(value=b""),
        record._replace(value=None),
        record._replace(headers=[("a", b"b")]),
        record._replace(headers=[("c", b"d"), ("a", b"b")]),
        record._replace(headers=[("a", b"bc"), ("", b"d")]),
    ]
    assert len({letter_of(one).reference().digest for one in [record, *others]}) == 1 + len(others)


async def test_large_record_is_buried_as_a_reference_and_redriven_whole(broker: EmbeddedBroker, large: Record) -> None:
    async with running(runner_of(broker, Processor())):
        await until(lambda: _buried(broker, 1))
        (letter,) = await dead_letters(broker)
        assert letter.value == b"anna" * 250
        assert letter.headers == []
        original = await whole(broker, letter)
        assert original is not None
        async with broker.producer() as producer:
            await redrive(producer, DEAD.name, [original], Time())
        await until(lambda: _buried_again(broker, letter))
    records = [record for record in await everything(broker, TOPIC) if record.key == FOREIGN.key]
    assert [record._replace(offset=0, timestamp=0) for record in records] == [large._replace(offset=0, timestamp=0)], (
        "a compacted topic keeps the newest; it came without the additional header"
    )
    assert not any(name == REDRIVEN for name, _ in records[0].headers)


async def test_reference_of_which_the_original_is_gone_or_another_is_told(
    broker: EmbeddedBroker, large: Record
) -> None:
    reference = letter_of(large).reference()
    assert await whole(broker, reference) == replace(letter_of(large), digest=reference.digest)
    assert await whole(broker, replace(reference, digest="0" * 64)) is None
    assert await whole(broker, replace(reference, offset=large.offset + 100)) is None
    await publish(broker, FOREIGN._replace(value=b"newer"))  # compaction forgets the original
    assert await whole(broker, reference) is None


async def test_letter_that_is_whole_is_left_alone(broker: EmbeddedBroker) -> None:
    letter = letter_of(Record(TOPIC, 0, 7, 0, "k", b"v", []))
    assert await whole(broker, letter) is letter


async def test_bug_on_a_large_event_goes_the_same_way(broker: EmbeddedBroker) -> None:
    def poison(delivery: Delivery) -> None:
        raise PoisonMessage("bad", "bad")

    message = city_message("1")
    await publish(broker, message._replace(headers=[*message.headers, ("foreign", b"x" * MAX_MESSAGE_BYTES)]))
    async with running(runner_of(broker, Processor(poison))):
        await until(lambda: _buried(broker, 1))
    (letter,) = await dead_letters(broker)
    assert (letter.reason, letter.value) == ("bad", message.value)
    assert letter.digest


async def test_record_with_a_key_of_a_megabyte_is_buried_and_redriven_too(broker: EmbeddedBroker) -> None:
    hooked = HookedBroker(broker)
    sizes: list[int] = []
    hooked.before = lambda messages: sizes.extend(size_of(one) for one in messages if one.topic == DEAD.name)
    await publish(broker, Message(TOPIC, "k" * 1_040_000, b"{}"))
    async with running(runner_of(hooked, Processor())):
        await until(lambda: _buried(broker, 1))
        (letter,) = await dead_letters(broker)
        original = await whole(broker, letter)
        assert original is not None
        async with hooked.producer() as producer:
            await redrive(producer, DEAD.name, [original], Time())
        await until(lambda: _buried_again(broker, letter))
    assert max(sizes) < 3000


async def _buried(broker: EmbeddedBroker, count: int) -> bool:
    return len(await dead_letters(broker)) == count


async def _buried_again(broker: EmbeddedBroker, letter: DeadLetter) -> bool:
    return [one.identity for one in await dead_letters(broker)] not in ([], [letter.identity])


@pytest.fixture
async def later(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    """A broker whose topics are of the second generation: offsets begin anew."""
    async with EmbeddedBroker.opened(tmp_path / "later.db", generation=2) as embedded:
        await embedded.ensure_topics([CITY, DEAD])
        yield embedded


def of_first_generation(message: Message, offset: int) -> DeadLetter:
    return letter_of(Record(TOPIC, 0, offset, 0, message.key, message.value, message.headers))


async def test_a_letter_of_before_is_superseded_by_another_state_alone_wherever_that_lies(
    later: EmbeddedBroker,
) -> None:
    older, newest, other = (city_message("1") for _ in range(3))
    await publish(later, newest, *[other._replace(key=f"other-{number}") for number in range(40)])
    letters = [of_first_generation(older, 500), of_first_generation(newest, 600), of_first_generation(newest, 0)]
    assert await superseded(later, letters) == {letters[0].identity}


async def test_a_copy_that_fails_in_a_later_generation_takes_the_place_of_the_letter_of_before(
    later: EmbeddedBroker,
) -> None:
    first = of_first_generation(city_message("1"), 500)
    async with later.producer() as producer:
        await producer.publish([first.to_message(DEAD.name)])
        await redrive(producer, DEAD.name, [first], Time())
        (copy,) = await everything(later, TOPIC)
        await producer.publish([letter_of(copy).to_message(DEAD.name)])
    assert [letter.identity for letter in await dead_letters(later)] == [letter_of(copy).identity]


async def test_the_original_of_a_reference_of_before_is_found_in_the_later_generation(later: EmbeddedBroker) -> None:
    await publish(later, city_message("1"), FOREIGN, city_message("2"))
    reference = of_first_generation(FOREIGN, 700).reference()
    found = await whole(later, reference)
    assert found is not None
    assert (found.key, found.value) == (FOREIGN.key, FOREIGN.value)
    assert await whole(later, replace(reference, digest="0" * 64)) is None


@given(st.binary(max_size=100))
def test_hash_is_that_of_kafkas_clients(key: bytes) -> None:
    assert murmur2(key) == reference(key) & 0xFFFFFFFF


@given(st.binary(max_size=40), st.integers(1, 50))
def test_partition_exists(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (reference(key) & 0x7FFFFFFF) % partitions
