"""An asker hears by the end of a day where it is, and a proposal to the other side closes before that."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from isopolity.contracts.catalogue import MATCHING_GROUP, RESPONSE, dead_letter_topic
from isopolity.machine.clock import day_in, end_of_day, in_words, system_clock, uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.adapters.unheard_answers import UnheardAnswers
from isopolity.matching.application.workflows.settlement import close_interests
from isopolity.messaging.broker import Bounds, Message, MessageBroker, Record, TopicPartition
from isopolity.messaging.dead_letters import DeadLetter, list_dead_letters
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.redrive import redrive
from isopolity.messaging.topic_reader import records_to_the_end
from isopolity.persistence.database import Database
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.introductions import Introductions, introductions, members
from tests.support.shared.migrated import open_migrated

ZONES = ("Pacific/Pago_Pago", "Pacific/Kiritimati")
SECOND = timedelta(seconds=1)


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Introductions]:
    """City-0 is in Pago Pago, whose day ends last, and city-1 in Kiritimati."""
    async with introductions(tmp_path) as running:
        for state, zone in zip(members(), ZONES, strict=False):
            running.known(state.model_copy(update={"version": 2, "time_zone": zone}))
        yield running


async def test_the_receipt_names_the_day_of_the_asker_and_its_zone(network: Introductions) -> None:
    for number, zone in enumerate(ZONES):
        receipt = await network.asked(f"city-{number}", f"city-{number + 2}")
        ends = end_of_day(network.clock(), zone, days=35)
        assert datetime.fromisoformat(receipt["hears_at"]) == ends
        assert (receipt["time_zone"], receipt["hear_by"]) == (zone, day_in(ends, zone).isoformat())
        again = await network.ask(f"city-{number}", f"city-{number + 2}")
        assert f"you will hear by {in_words(ends, zone)}" in again.json()["detail"]
        assert (await network.get(f"/members/city-{number}/interests", f"city-{number}")).json()["time_zone"] == zone


async def test_an_interest_is_over_when_the_day_of_its_asker_ends_and_its_proposal_before(
    network: Introductions,
) -> None:
    receipt = await network.asked("city-1", "city-0")
    assert await network.place() == 1
    (proposal,) = await network.proposals()
    ends = datetime.fromisoformat(receipt["hears_at"])
    assert proposal.answer_by is not None
    assert proposal.answer_by == proposal.a.answer_by == end_of_day(network.clock(), ZONES[0], days=21)
    assert proposal.answer_by < ends
    for moment, state in ((ends - SECOND, "waiting"), (ends + SECOND, "over")):
        network.clock.now = moment
        await close_interests(network.unit_of_work, moment)
        (seen,) = await network.interests("city-1")
        assert seen["state"] == state
    (heard,) = await network.heard("city-1")
    assert (heard["time_zone"], datetime.fromisoformat(heard["hear_by"])) == (ZONES[1], ends)


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


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_migrated(f"sqlite+aiosqlite:///{tmp_path / 'matching.db'}", "isopolity.matching")
    yield opened
    await opened.close()


def given_up(record: Record) -> DeadLetter:
    return DeadLetter.of(record, group=MATCHING_GROUP.name, reason="skipped", detail="", at=AT)


async def test_an_answer_holds_from_its_letter_until_its_copy_is_read(
    broker: EmbeddedBroker, database: Database
) -> None:
    unheard = UnheardAnswers(broker, database)
    async with broker.producer() as producer:
        await producer.publish([Message(RESPONSE.name, key, b"{}") for key in ("p1", "p2")])
    assert set(await unheard()) == set(), "what only waits is what the watermark is for"
    first = next(record for record in await read(broker) if record.key == "p1")
    letter = given_up(first)
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


async def test_an_answer_holds_while_its_letter_waits_in_the_outbox(broker: EmbeddedBroker, database: Database) -> None:
    letter = given_up(Record(RESPONSE.name, 0, 0, 0, "p1", b"{}", []))
    other = given_up(Record("isopolity.registry.city", 0, 0, 0, "lyon", b"{}", []))
    events = EventFactory("urn:isopolity:matching", system_clock, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    async with SqlMatchingUnitOfWork(storage) as uow:
        for each in (letter, other):
            uow.outbox.forward(each.to_message(DEAD.name))
        await uow.commit()
    assert set(await UnheardAnswers(broker, database)()) == {"p1"}


async def test_an_answer_whose_copy_fails_between_two_looks_holds(broker: EmbeddedBroker, database: Database) -> None:
    class FailsBetween:
        """The broker; as the copies are looked for, the copy has just been given up once more."""

        def __getattr__(self, name: str) -> Any:
            return getattr(broker, name)

        async def bounds(self, topics: Sequence[str]) -> Mapping[TopicPartition, Bounds]:
            if RESPONSE.name not in topics:
                return await broker.bounds(topics)
            copy = (await read(broker))[-1]
            async with broker.producer() as producer:
                await producer.publish([given_up(copy).to_message(DEAD.name)])
            found = await broker.bounds(topics)
            await broker.move_group(MATCHING_GROUP.name, {place: end for place, (_, end) in found.items()})
            return found

    async with broker.producer() as producer:
        await producer.publish([Message(RESPONSE.name, "p1", b"{}")])
        letter = given_up((await read(broker))[0])
        await producer.publish([letter.to_message(DEAD.name)])
        await redrive(producer, DEAD.name, [letter], system_clock)
    assert set(await UnheardAnswers(cast("MessageBroker", FailsBetween()), database)()) == {"p1"}
