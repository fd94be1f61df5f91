"""An answer that a reset passed over holds up the settlement of its proposal, until it is redriven and taken in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from isopolity.clock import system_clock
from isopolity.contracts.catalogue import MATCHING_GROUP, RESPONSE, dead_letter_topic
from isopolity.matching.adapters.unheard_answers import UnheardAnswers
from isopolity.messaging.broker import Message, Record, TopicPartition
from isopolity.messaging.dead_letters import DeadLetter, list_dead_letters
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.redrive import redrive
from isopolity.messaging.topic_reading import records_to_the_end

DEAD = dead_letter_topic("matching")
AT = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker.opened(tmp_path / "broker.db") as opened:
        await opened.ensure_topics([RESPONSE, DEAD])
        yield opened


async def read(broker: EmbeddedBroker) -> list[Record]:
    async with broker.reader([RESPONSE.name]) as reader:
        return [record async for record in records_to_the_end(reader)]


async def test_an_answer_holds_from_its_letter_until_its_copy_is_read(broker: EmbeddedBroker) -> None:
    unheard = UnheardAnswers(broker)
    async with broker.producer() as producer:
        await producer.publish([Message(RESPONSE.name, key, b"{}") for key in ("p1", "p2")])
    assert set(await unheard()) == set(), "what only waits is what the watermark is for"
    first = next(record for record in await read(broker) if record.key == "p1")
    letter = DeadLetter.of(first, group=MATCHING_GROUP.name, reason="skipped", detail="", at=AT)
    ends = {place: end for place, (_, end) in (await broker.bounds([RESPONSE.name])).items()}
    await broker.move_group(MATCHING_GROUP.name, ends)
    async with broker.producer() as producer:
        await producer.publish([letter.to_message(DEAD.name)])
        assert set(await unheard()) == {"p1"}
        await redrive(producer, DEAD.name, [letter], system_clock)
    assert list(await list_dead_letters(broker, DEAD.name)) == []
    assert set(await unheard()) == {"p1"}, "its copy is not read yet"
    (place,) = [p for p, (_, end) in (await broker.bounds([RESPONSE.name])).items() if end > ends[p]]
    await broker.move_group(MATCHING_GROUP.name, {TopicPartition(*place): ends[place] + 1})
    assert set(await unheard()) == set()
