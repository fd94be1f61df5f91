"""The journal keeps a line of each event that the relay has published, with its place, and nothing of its value."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import pytest
from sqlalchemy import delete, select, update

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES, PROPOSAL
from isopolity.contracts.event import Lineage
from isopolity.contracts.event_types import CANARY_SOUNDED, CITY_ENDORSED, PROPOSAL_ISSUED, TWINNING_DECLARED
from isopolity.contracts.topic import REF_KINDS
from isopolity.identity.lineage import lineage_of
from isopolity.messaging.broker import Message, MessageBroker, Place, Record
from isopolity.messaging.codec import to_event
from isopolity.persistence.journal.lines import (
    NO_LINE,
    Line,
    Placed,
    Ref,
    keep_lines,
    line_of,
    line_of_message,
    refs_of,
    refs_of_json,
)
from isopolity.persistence.journal.table import Backfill, Wanted, counts_of, lines_of
from isopolity.persistence.unit_of_work import Storage
from tests.support.events.golden_examples import example
from tests.support.messaging.hooked_broker import HookedBroker, everything
from tests.support.polling import until
from tests.support.shared.relays import empty, relay_of, running
from tests.support.shared.storage import NOW, TABLES, NoteUnitOfWork

CAUSE = Lineage("request-7", "event-before")


async def journal(storage: Storage) -> Sequence[Any]:
    async with storage.database.reading() as connection:
        return (await connection.execute(select(TABLES.journal).order_by(TABLES.journal.c.event_id))).all()


async def published(storage: Storage, broker: HookedBroker, *event_types: str) -> None:
    """Events of these types, as the golden examples have them, are published because of CAUSE."""
    with lineage_of(CAUSE):
        async with NoteUnitOfWork(storage) as uow:
            for event_type in event_types:
                uow.outbox.publish(event_type, example(event_type).event().data)
            await uow.commit()
    await relayed(storage, broker)


async def relayed(storage: Storage, broker: HookedBroker) -> None:
    async with running(relay_of(storage, broker, batch=2)):
        await until(empty(storage.database))


@pytest.fixture(autouse=True)
async def _topics(broker: HookedBroker) -> None:
    names = {example(name).topic for name in (PROPOSAL_ISSUED, CITY_ENDORSED, TWINNING_DECLARED)}
    await broker.ensure_topics([topic for topic in EVENT_TOPICS if topic.name in names])


async def test_a_line_tells_what_an_event_is_about_what_caused_it_and_where_it_is(
    storage: Storage, broker: HookedBroker
) -> None:
    await published(storage, broker, PROPOSAL_ISSUED)
    (line,) = await journal(storage)
    (record,) = await everything(cast("MessageBroker", broker), PROPOSAL.name)
    data = example(PROPOSAL_ISSUED).data
    assert line._asdict() == {
        "event_id": "id-1",
        "type": PROPOSAL_ISSUED,
        "at": NOW,
        "subject": None,
        "member_id": data["sides"][0]["member_id"],
        "other_member_id": data["sides"][1]["member_id"],
        "proposal_id": data["proposal_id"],
        "partnership_id": None,
        "mail_id": None,
        "correlation_id": "request-7",
        "causation_id": "event-before",
        "topic": PROPOSAL.name,
        "partition": record.partition,
        "offset": record.offset,
    }


async def test_signs_of_life_leave_no_line_and_states_keep_their_subject(
    storage: Storage, broker: HookedBroker
) -> None:
    await published(storage, broker, CANARY_SOUNDED, CITY_ENDORSED, TWINNING_DECLARED, PROPOSAL_ISSUED)
    lines = await journal(storage)
    assert [line.type for line in lines] == [CITY_ENDORSED, TWINNING_DECLARED, PROPOSAL_ISSUED]
    assert [line.subject for line in lines] == [example(CITY_ENDORSED).key, example(TWINNING_DECLARED).key, None]


async def test_a_row_of_an_earlier_release_gets_its_line_from_its_value(storage: Storage, broker: HookedBroker) -> None:
    await published(storage, broker, PROPOSAL_ISSUED)
    (known,) = await journal(storage)
    async with NoteUnitOfWork(storage) as uow:
        uow.outbox.publish(PROPOSAL_ISSUED, example(PROPOSAL_ISSUED).event().data)
        await uow.outbox.flush(uow.connection)
        await uow.connection.execute(update(TABLES.outbox).values(line=None))
        await uow.connection.commit()
    await relayed(storage, broker)
    line = (await journal(storage))[-1]
    assert line[4:9] == known[4:9]


async def test_an_event_has_one_line_however_often_it_is_entered(storage: Storage) -> None:
    message = _message(PROPOSAL_ISSUED)
    line = line_of_message(message)
    places = [Place(message.topic, 1, 7), Place(message.topic, 1, 8), Place(message.topic, 1, None)]
    counts = []
    for place in places:
        async with storage.database.writing() as connection:
            counts.append(await keep_lines(connection, TABLES.journal, [Placed(line, place), Placed(NO_LINE, place)]))
            await connection.commit()
    assert counts == [1, 0, 0]
    assert [(line.partition, line.offset) for line in await journal(storage)] == [(1, 7)]


def _message(event_type: str, **headers: str) -> Message:
    golden = example(event_type)
    told = {name: value.encode() for name, value in {**golden.headers, **headers}.items()}
    return Message(golden.topic, golden.key, golden.value, list(told.items()))


@pytest.mark.parametrize(
    "headers",
    [
        {"ce_id": ""},
        {"ce_id": "x" * 101},
        {"ce_time": "yesterday"},
        {"ce_time": "2026-03-01T12:00:00"},
        {"ce_type": "isopolity.nobody.knows.it.v1"},
        {"ce_type": CITY_ENDORSED},
        {"ce_id": "a\tb"},
        {"ce_id": "a\x00b"},
    ],
    ids=["no-id", "long-id", "no-time", "no-offset", "unknown", "other-topic", "tab", "nul"],
)
def test_what_is_no_event_of_its_topic_leaves_no_line(headers: dict[str, str]) -> None:
    assert line_of_message(_message(PROPOSAL_ISSUED, **headers)) == NO_LINE


@pytest.mark.parametrize("lineage", ["x" * 129, "a\tb", "a\x00b"], ids=["long", "tab", "nul"])
def test_a_lineage_that_has_no_room_is_left_out_on_both_ways(lineage: str) -> None:
    message = _message(PROPOSAL_ISSUED, ce_correlationid=lineage, ce_causationid=lineage)
    envelope = to_event(Record(message.topic, 0, 0, 0, message.key, message.value, message.headers)).envelope
    for text in (
        line_of_message(message),
        line_of(envelope, refs_of_json(PROPOSAL_ISSUED, message.key, message.value)),
    ):
        line = Line(*text.split("\t"))
        assert (line.correlation_id, line.causation_id) == (line.event_id, "")


def test_a_moment_is_written_as_databases_read_it() -> None:
    line = Line(*line_of_message(_message(PROPOSAL_ISSUED, ce_time="2026-W09-7T12:00:00+00:00")).split("\t"))
    assert line.at == "2026-03-01T12:00:00+00:00"


def backfill(storage: Storage, broker: HookedBroker, **options: Any) -> Backfill:
    """Of a service that publishes what the tests publish."""
    settings: dict[str, Any] = {
        "service": "matching",
        "clock": lambda: datetime.now(UTC),
        "days": 400,
        "block": 2,
        "relay_leads": asyncio.Event(),
    } | options
    return Backfill(database=storage.database, journal=TABLES.journal, broker=cast("MessageBroker", broker), **settings)


async def forgotten(storage: Storage, *event_ids: str) -> None:
    async with storage.database.writing() as connection:
        await connection.execute(delete(TABLES.journal).where(TABLES.journal.c.event_id.in_(event_ids)))
        await connection.commit()


async def test_what_the_log_holds_is_entered_once_and_an_interrupted_backfill_goes_on(
    storage: Storage, broker: HookedBroker
) -> None:
    await broker.ensure_topics([topic for topic in EVENT_TOPICS if topic.producer == "matching"])
    await published(storage, broker, *[PROPOSAL_ISSUED] * 7)
    known = await journal(storage)
    assert await backfill(storage, broker).enter() == 0
    for missing in ([f"id-{n}" for n in range(1, 8)], ["id-1", "id-2", "id-3", "id-4"]):
        await forgotten(storage, *missing)
        assert await backfill(storage, broker).enter() == len(missing)
        assert await journal(storage) == known
    assert await backfill(storage, broker).enter() == 0


class AwaitedEvent(asyncio.Event):
    """An event that tells when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_awaited = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.is_awaited.set()
        return await super().wait()


async def test_what_a_relay_of_an_earlier_release_publishes_beside_is_entered_once_that_of_this_one_leads(
    storage: Storage, broker: HookedBroker
) -> None:
    await broker.ensure_topics([topic for topic in EVENT_TOPICS if topic.producer == "matching"])
    relay, leads = relay_of(storage, broker), AwaitedEvent()
    relay.leads = leads
    async with broker.producer() as earlier:
        await earlier.publish([_message(PROPOSAL_ISSUED, ce_id="before")])
        filling = asyncio.create_task(backfill(storage, broker, relay_leads=leads).run())
        async with asyncio.timeout(60):
            await leads.is_awaited.wait()
        assert list(await journal(storage)) == [], "nothing is entered before it waits"
        await earlier.publish([_message(PROPOSAL_ISSUED, ce_id="beside")])
    async with running(relay):
        await filling
    assert [row.event_id for row in await journal(storage)] == ["before", "beside"]


async def test_what_is_older_than_the_journal_keeps_is_not_read_through(storage: Storage, broker: HookedBroker) -> None:
    await broker.ensure_topics([topic for topic in EVENT_TOPICS if topic.producer == "matching"])
    await published(storage, broker, *[PROPOSAL_ISSUED] * 7)
    await forgotten(storage, *(f"id-{n}" for n in range(1, 8)))
    later = backfill(storage, broker, clock=lambda: datetime.now(UTC) + timedelta(days=500))
    assert await later.enter() == 2, "one block, all of it old"


async def test_lines_are_found_by_all_that_they_name_in_pages(storage: Storage, broker: HookedBroker) -> None:
    await published(storage, broker, PROPOSAL_ISSUED, CITY_ENDORSED)
    proposal, city = await journal(storage)
    assert city.member_id == proposal.member_id
    async with storage.database.reading() as connection:

        async def found(wanted: Wanted, after: Any = None, limit: int = 9) -> list[str]:
            rows = await lines_of(connection, TABLES.journal, wanted, after=after, limit=limit)
            return [row.event_id for row in rows]

        assert await found(Wanted(members=[proposal.other_member_id])) == ["id-1"]
        assert await found(Wanted(members=[city.member_id])) == ["id-1", "id-2"]
        assert await found(Wanted(proposals=[proposal.proposal_id], events=["id-2"])) == ["id-1", "id-2"]
        assert await found(Wanted(correlations=["request-7"])) == ["id-1", "id-2"]
        assert await found(Wanted(correlations=["request-7"]), limit=1) == ["id-1"]
        assert await found(Wanted(correlations=["request-7"]), after=(NOW, "id-1")) == ["id-2"]
        assert await found(Wanted(events=["id-2"])) == ["id-2"]
        assert await found(Wanted(mails=["nobody"], partnerships=["nothing"])) == []
        counts = await counts_of(connection, TABLES.journal, Wanted(correlations=["request-7"]))
    assert [(row.type, row.number) for row in counts] == [(PROPOSAL_ISSUED, 1), (CITY_ENDORSED, 1)]


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_refs_are_the_same_of_data_and_of_its_json(event_type: str) -> None:
    golden = example(event_type)
    refs = refs_of(event_type, golden.event().data)
    assert set(refs) == set(refs_of_json(event_type, golden.key, golden.value))
    assert len(refs) >= len(EVENT_TYPES[event_type].refs)
    assert {ref.kind for ref in refs} <= set(REF_KINDS)


def test_json_that_is_no_object_refers_to_nothing() -> None:
    for value in (b"[1]", b"{", b'{"sides": [{"member_id": 7}, 3], "proposal_id": null}', None):
        assert refs_of_json(PROPOSAL_ISSUED, "p", value) == ()
    assert refs_of_json(CITY_ENDORSED, "espoo", b"{") == (Ref("member", "espoo"),)
