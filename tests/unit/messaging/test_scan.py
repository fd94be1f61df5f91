"""A scan keeps what it has read: where the broker goes away, a record cannot be read, or a limit is reached."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from isopolity.contracts.catalogue import CITY, TOPIC_OF_TYPE, TOPICS
from isopolity.messaging.broker import Batch, Message, Record, TopicPartition
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerUnavailable, UnreadableRecord
from isopolity.messaging.scanning import scan as scans
from isopolity.messaging.scanning.query import LONGEST, UNFIT, Place, Query, SeenRecord, presented
from isopolity.messaging.scanning.scan import Account, ScanLimits, scan
from isopolity.messaging.scanning.windows import WrongPlaces, read_places, written_places
from tests.support.events.planted import example

QUERY = Query(topics=(CITY.name,), most=100)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker.opened(tmp_path / "log.db") as opened:
        await opened.ensure_topics(TOPICS)
        async with opened.producer() as producer:
            await producer.publish([Message(CITY.name, f"c{n}", b'{"city_id": "c"}', ()) for n in range(60)])
        yield opened


class Failing:
    """A broker whose readers give one page, and then do what a test says."""

    def __init__(self, inner: EmbeddedBroker, then: Callable[[], Any], *, answers: int = 9) -> None:
        self._inner, self._then, self._answers = inner, then, answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def reader(self, topics: Sequence[str]) -> AsyncIterator[Any]:
        async with self._inner.reader(topics) as reader:
            pages = iter([20])
            fetch, end_offsets = reader.fetch, reader.end_offsets
            asked = count(1)

            async def ends() -> Any:
                if next(asked) >= self._answers:
                    raise BrokerUnavailable("gone")
                return await end_offsets()

            async def fetched(*, limit: int, timeout: float) -> Sequence[Batch]:
                page = next(pages, None)
                return await fetch(limit=page, timeout=timeout) if page else await self._then()

            reader.fetch = fetched  # type: ignore[method-assign] # a test's own
            reader.end_offsets = ends  # type: ignore[method-assign] # likewise
            yield reader


async def scanned(broker: Any, query: Query = QUERY, **limits: Any) -> tuple[list[SeenRecord], Account]:
    found: list[SeenRecord] = []
    account = await scan(
        broker, query, ScanLimits(**limits), lambda what: found.append(what) if isinstance(what, SeenRecord) else None
    )
    return found, account


async def test_what_was_read_before_the_broker_went_away_is_kept(broker: EmbeddedBroker) -> None:
    async def away() -> Sequence[Batch]:
        raise BrokerUnavailable("gone")

    found, account = await scanned(Failing(broker, away))
    assert (len(found), account.read, account.stopped) == (20, 20, "broker")
    rest, _ = await scanned(broker, QUERY.model_copy(update={"places": _places(account.newer)}))
    assert len(rest) == 40, "it can be gone on from there"


async def test_a_record_that_cannot_be_read_ends_it_and_is_told(broker: EmbeddedBroker) -> None:
    async def unreadable() -> Sequence[Batch]:
        raise UnreadableRecord("a header")

    found, account = await scanned(Failing(broker, unreadable))
    assert (len(found), account.stopped) == (20, "unreadable")


async def test_a_reader_that_hears_nothing_ends_at_the_limit_of_time_or_asks_whether_the_broker_is_there(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent() -> Sequence[Batch]:
        await asyncio.sleep(0)
        return []

    found, account = await scanned(Failing(broker, silent), seconds=0.2)
    assert (len(found), account.stopped) == (20, "seconds")

    monkeypatch.setattr(scans, "PATIENCE", 0.0)
    found, account = await scanned(Failing(broker, silent, answers=2))
    assert (len(found), account.stopped) == (20, "broker")


@pytest.mark.parametrize(
    ("limits", "stopped"), [({"bytes": 200}, "bytes"), ({"size": 200}, "size"), ({"records": 5}, "records")], ids=str
)
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
async def test_a_scan_stops_at_its_limits(
    broker: EmbeddedBroker, limits: dict[str, Any], stopped: str, backwards: bool
) -> None:
    found, account = await scanned(broker, QUERY.model_copy(update={"backwards": backwards}), **limits)
    assert account.stopped == stopped
    assert 0 < len(found) <= account.read < 60
    assert backwards or len(found) == account.read


async def test_backwards_a_limit_tells_the_newest_and_leads_on_to_the_others(broker: EmbeddedBroker) -> None:
    for n in range(20):
        async with broker.producer() as producer:
            await producer.publish([Message(CITY.name, f"e{n}", b'{"city_id": "c"}', ())])
        await asyncio.sleep(0.002)
    query = QUERY.model_copy(update={"backwards": True})
    everything, _ = await scanned(broker, query)
    told: list[SeenRecord] = []
    for _ in range(60):
        found, account = await scanned(broker, query, size=400)
        told += found
        if account.stopped is None:
            break
        query = query.model_copy(update={"places": _places(account.older)})
    assert account.stopped is None
    assert [each.at for each in told] == [each.at for each in everything]
    assert sorted((each.partition, each.offset) for each in told) == sorted(
        (each.partition, each.offset) for each in everything
    )


async def test_a_large_list_backwards_holds_the_newest_of_each_partition(broker: EmbeddedBroker) -> None:
    async with broker.producer() as producer:
        await producer.publish([Message(CITY.name, f"d{n}", b'{"city_id": "c"}', ()) for n in range(3_000)])
    bounds = await broker.bounds([CITY.name])
    found, account = await scanned(broker, QUERY.model_copy(update={"backwards": True, "most": 2_000}), size=40_000)
    assert len(found) == 2_000 or account.stopped == "size"
    assert len(found) > 1_000
    for place, each in bounds.items():
        offsets = [record.offset for record in found if record.partition == place.partition]
        assert offsets == list(range(each.end - 1, each.end - 1 - len(offsets), -1))


async def test_what_is_read_from_an_offset_leads_on_in_its_partition_and_at_the_ends_of_the_others(
    broker: EmbeddedBroker,
) -> None:
    bounds = await broker.bounds([CITY.name])
    place = next(place for place, each in bounds.items() if place.partition > 0 and each.end > 4)
    query = QUERY.model_copy(
        update={"most": 1, "places": (Place(topic=CITY.name, partition=place.partition, offset=2),)}
    )
    (one,), account = await scanned(broker, query)
    assert (one.partition, one.offset) == (place.partition, 2)
    ends = {each: known.end for each, known in bounds.items()}
    assert read_places(account.newer) == ends | {place: 3}
    assert read_places(account.older) == ends | {place: 2}


async def test_records_are_found_by_key_header_correlation_and_type(broker: EmbeddedBroker) -> None:
    name = "isopolity.registry.city.revised.v1"
    known = example(name)
    headers = [(key, str(text).encode()) for key, text in known["headers"].items()]
    async with broker.producer() as producer:
        await producer.publish([Message(CITY.name, known["key"], json.dumps(known["data"]).encode(), headers)])
    asked: dict[str, Any] = {
        "key": known["key"], "type": name, "correlation": known["headers"]["ce_correlationid"],
        "header": ("ce_id", known["headers"]["ce_id"]), "where": (f'name = {known["data"]["name"]}', "version > 0"),
    }  # fmt: skip
    for fields in ({}, *({each: value} for each, value in asked.items()), asked):
        found, account = await scanned(broker, Query(topics=QUERY.topics, most=100, **fields))
        assert (account.read, len(found)) == (61, 61 if not fields else 1), fields
    unfit, _ = await scanned(broker, QUERY.model_copy(update={"type": UNFIT}))
    assert len(unfit) == 60
    none, _ = await scanned(broker, QUERY.model_copy(update={"key": "c1"}))
    assert none == [], "the key of a record that does not fit is masked"


@pytest.mark.parametrize(
    "value",
    [b"<script>alert(1)</script>", b"x" * 1_000_000, b"\xff\xfe\x00", b"[" * 200_000, b'{"a":' * 50_000, b""],
    ids=["HTML", "1 MB", "not UTF-8", "deep", "deep objects", "empty"],
)
def test_hostile_records_are_told_masked_and_cut(value: bytes) -> None:
    record = Record(CITY.name, 0, 1, 0, "k" * 5_000, value, [("n" * 5_000, value[:5_000])] * 100)
    masked = QUERY.seen(record)
    assert masked is not None
    seen_by_people = presented(record, masked, unmasked=False)
    assert (seen_by_people.text, seen_by_people.data, seen_by_people.key, seen_by_people.headers) == (
        None,
        None,
        None,
        {},
    )
    query = QUERY.model_copy(update={"unmasked": True})
    seen = query.seen(record)
    assert seen is not None
    seen_by_people = presented(record, seen, unmasked=True)
    assert len(seen_by_people.model_dump_json()) < 8 * LONGEST
    assert seen_by_people.is_text == (b"\xff" not in value)
    assert seen_by_people.is_cut == (len(value) > LONGEST)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("registry.city.revised", 1), ("matching.proposal.issued", 2), ("notify.response.received", 0),
        ("notify.delivery.bounced", 0),
    ],
)  # fmt: skip
def test_members_of_an_event_are_those_that_it_names_and_no_sides(name: str, members: int) -> None:
    known, name = example(f"isopolity.{name}.v1"), f"isopolity.{name}.v1"
    headers = [(key, str(text).encode()) for key, text in known["headers"].items()]
    record = Record(TOPIC_OF_TYPE[name].name, 0, 1, 0, known["key"], json.dumps(known["data"]).encode(), headers)
    event = QUERY.seen(record)
    assert event is not None
    assert len(presented(record, event, unmasked=False).members) == members


def test_places_go_through_an_address() -> None:
    offsets = {TopicPartition(CITY.name, n): 10 * n for n in range(6)}
    assert written_places(offsets) == "registry.city:0,10,20,30,40,50"
    assert read_places(written_places(offsets)) == offsets
    with pytest.raises(ValueError, match="only the partitions"):
        written_places({TopicPartition(CITY.name, 3): 55})
    for wrong in ("", "registry.city", "registry.city:", "registry.city:-1", "a:1;;b:2", "x" * 9_000, "a:1e3"):
        with pytest.raises(WrongPlaces):
            read_places(wrong)


def _places(text: str) -> Any:
    return tuple(
        Place(topic=at.topic, partition=at.partition, offset=offset) for at, offset in read_places(text).items()
    )
