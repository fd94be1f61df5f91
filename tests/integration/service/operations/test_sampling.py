"""Samples of streams: what waits, since when and for whom, from the database alone, and with their age."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import JsonValue

from isopolity.contracts.catalogue import (
    CITY,
    GROUPS,
    MATCHING_GROUP,
    NOTIFY_GROUP,
    PROPOSAL,
    REGISTRY_CANARY,
    RESPONSE,
    TWINNING,
)
from isopolity.contracts.event_types import PROPOSAL_ISSUED
from isopolity.matching.application.workflows import handlers
from isopolity.messaging.broker import Message, Record, this_process
from isopolity.messaging.codec import member_ids
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.messaging.redrive import settle
from isopolity.messaging.topic_reader import waiting
from isopolity.notify.entrypoints import event_handlers
from isopolity.runtime.process import running
from isopolity.runtime.sampling import StreamSampler, sample_process, sample_process_for_ever
from isopolity.runtime.service import Service
from isopolity.web.operations.stream_samples import BUCKET, Sample, StreamsSample, TopicSample, history, samples_of
from isopolity.web.operations.streams import StreamsReport, missing_processes, streams_report
from isopolity.web.operations.troubles import troubles_of
from tests.support.polling import until
from tests.support.portal.operations import report, reports
from tests.support.shared.note_service import NoteSettings, bearer, open_notes
from tests.support.shared.storage import Ticking

STREAMS = "/matching/v1/streams"
SAMPLING = ("sampling", "sampling streams")
"""The tasks of a service that take samples."""


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """The small service at work, but that it takes no samples: one of its own would stand in place of the test's."""
    async with (
        open_notes(NoteSettings(data=tmp_path)) as service,
        running({name: task for name, task in service.tasks.items() if name not in SAMPLING}),
    ):
        yield service


def proposals(*pairs: tuple[str, str]) -> list[Message]:
    """A proposal for each pair of members."""
    return [
        Message(PROPOSAL.name, f"p{number}", json.dumps({"sides": [{"member_id": a}, {"member_id": b}]}).encode())
        for number, (a, b) in enumerate(pairs)
    ]


async def publish(service: Service, messages: Sequence[Message]) -> None:
    async with service.vitals.broker.producer() as producer:
        await producer.publish(messages)


async def streams(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(STREAMS, headers=bearer("operator"))
    assert answer.status_code == 200
    return dict(answer.json())


def ticking(service: Service, **changes: Any) -> tuple[Service, Ticking]:
    """The service with a clock that the test moves."""
    clock = Ticking(service.vitals.clock())
    return replace(service, vitals=replace(service.vitals, clock=clock, **changes)), clock


async def report_of(service: Service) -> StreamsReport:
    """The answer of `/streams` at this moment."""
    vitals = service.vitals
    async with vitals.database.reading() as connection:
        samples = await samples_of(connection, vitals.tables.samples)
        counted = await history(connection, vitals.tables.sample_history, vitals.clock() - timedelta(days=1))
    return streams_report(vitals.service, vitals.clock(), samples, counted)


async def test_a_running_service_tells_who_holds_what_and_what_it_published(
    client: httpx.AsyncClient, service: Service
) -> None:
    await client.post("/matching/v1/notes/a")
    seen: list[dict[str, Any]] = []

    async def sampled() -> bool:  # what a process holds and what waits are two samples, each of its own moment
        seen.append(await streams(client))
        told = seen[-1]["consumers"]
        return any(each["ready"] and each["members"] and each["lag"] == 0 for each in told)

    async with running({name: task for name, task in service.tasks.items() if name in SAMPLING}):
        await until(sampled)
    found = seen[-1]
    (consumer,) = found["consumers"]
    assert (consumer["ready"], consumer["lag"], consumer["oldest_seconds"]) == (True, 0, None)
    (member,) = consumer["members"]
    assert member["client"] == this_process()
    assert {held["topic"] for held in member["held"]} == {"isopolity.registry.canary", "isopolity.matching.canary"}
    assert [process["name"] for process in found["processes"]] == [this_process()]
    assert found["age_seconds"] < 30
    assert (found["problem"], found["unwritable"]) == ("", [])


async def test_what_waits_for_a_group_of_a_silent_service_is_told_in_records_moments_and_members(
    client: httpx.AsyncClient, service: Service
) -> None:
    waits = proposals(("espoo", "bergen"), ("espoo", "cusco"), ("bergen", "espoo"), ("espoo", "bergen"))
    typed = [each._replace(headers=[("ce_type", PROPOSAL_ISSUED.encode())]) for each in waits[:3]]
    await publish(service, [*typed, waits[3]])
    await StreamSampler(vitals=service.vitals).sample()
    (reader,) = (await streams(client))["readers"]
    assert (reader["group"], reader["service"], reader["ready"], reader["reason"]) == (
        NOTIFY_GROUP.name, "notify", False, "nobody reads",
    )  # fmt: skip
    topics = {topic["topic"]: topic for topic in reader["topics"]}
    told = topics[PROPOSAL.name]
    assert (reader["members_waiting"], told["lag"], told["members"], told["more"]) == (3, 4, 3, False)
    assert told["untyped"] == 1, "no service writes a record without a type"
    assert 0 <= told["oldest_seconds"] < 30
    assert sum(each["records"] for each in told["partitions"]) == 4
    assert set(topics) == {topic for topic in NOTIFY_GROUP.topics if topic.startswith("isopolity.matching.")}


async def test_of_what_waits_a_bounded_number_is_read_and_the_oldest_of_each_partition(service: Service) -> None:
    broker = service.vitals.broker
    await publish(service, proposals(*((f"m{number}", "espoo") for number in range(120))))
    bounds = await broker.bounds([PROPOSAL.name])
    found = await waiting(broker, bounds, {}, most=10)
    assert any(each.is_cut for each in found.values())
    assert all(each.oldest_ms is not None for each in found.values())
    assert sum(each.records for each in found.values()) <= 10 + PROPOSAL.partitions
    whole = await waiting(broker, bounds, {})
    assert sum(each.records for each in whole.values()) == 120
    assert len(set[str]().union(*(each.members for each in whole.values()))) == 121
    assert not any(each.is_cut for each in whole.values())
    assert await waiting(broker, bounds, {place: end for place, (_, end) in bounds.items()}) == {}


async def test_a_broker_that_is_away_is_told_and_what_was_known_stays(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler = StreamSampler(vitals=service.vitals)
    await publish(service, proposals(("espoo", "bergen")))
    await sampler.sample()

    async def away(_topics: Sequence[str]) -> None:
        raise BrokerUnavailable("Kafka did not answer within 10 s")

    monkeypatch.setattr(service.vitals.broker, "bounds", away)
    await sampler.sample()
    found = await streams(client)
    assert found["problem"] == "Kafka did not answer within 10 s"
    assert found["readers"][0]["lag"] == 1


async def test_each_sample_tells_the_dead_letters_of_its_moment_and_the_age_of_what_is_counted_once_a_minute(
    service: Service,
) -> None:
    counted = 0

    async def counts() -> Mapping[str, JsonValue]:
        nonlocal counted
        counted += 1
        return {"members_city": counted}

    ticked, clock = ticking(service, counts=counts)
    sampler, vitals = StreamSampler(vitals=ticked.vitals), ticked.vitals
    found = [await sampler.sample()]
    original = Record(PROPOSAL.name, 0, 7, 0, "p1", b"{}", [])
    letter = DeadLetter.of(original, group=NOTIFY_GROUP.name, reason="skipped", detail="", at=vitals.clock())
    await publish(service, [letter.to_message(vitals.dead_letter_topic)])
    clock.advance(timedelta(seconds=10))
    found.append(await sampler.sample())
    async with vitals.broker.producer() as producer:
        await settle(producer, vitals.dead_letter_topic, [letter])
    clock.advance(timedelta(seconds=10))
    found.append(await sampler.sample())
    assert [each.dead_letters for each in found] == [{}, {"skipped": 1}, {}]
    report = await report_of(ticked)
    assert (counted, report.counts, report.age_seconds) == (1, {"members_city": 1}, 0.0)
    assert report.counts_age_seconds == 20.0


@pytest.mark.parametrize(("minute", "a_minute"), [(0, 2.0), (5, 20 / 15), (14.75, 0.5 / 15)])
def test_events_a_minute_fade_over_a_quarter_of_an_hour_and_jump_with_none(minute: float, a_minute: float) -> None:
    quarter = datetime(2026, 11, 28, 9, 15, tzinfo=UTC)
    sample = StreamsSample(topics=[TopicSample(topic=PROPOSAL.name, partitions=[])])
    now = quarter + timedelta(minutes=minute)
    samples = [Sample("streams", now, sample.model_dump(mode="json"))]
    counted = {quarter - 2 * BUCKET: {PROPOSAL.name: 900}, quarter - BUCKET: {PROPOSAL.name: 30}}
    (topic,) = streams_report("matching", now, samples, counted).topics
    assert topic.per_minute == pytest.approx(a_minute)
    (topic,) = streams_report("matching", now, samples, counted | {quarter: {PROPOSAL.name: 15}}).topics
    assert topic.per_minute == pytest.approx(a_minute + 1)


async def test_events_that_the_relay_published_are_counted_by_quarters_of_an_hour(
    client: httpx.AsyncClient, service: Service
) -> None:
    ticked, clock = ticking(service)
    sampler = StreamSampler(vitals=ticked.vitals)
    await sample_process(ticked.vitals)
    await sampler.sample()
    await client.post("/matching/v1/notes/a")
    await until(lambda: _has_published(service))
    clock.advance(BUCKET)
    await sample_process(ticked.vitals)
    await sampler.sample()
    topic = next(each for each in (await report_of(ticked)).topics if each.topic == REGISTRY_CANARY.name)
    assert topic.trend[-1] == 1
    assert topic.last_event_at is not None
    clock.advance(timedelta(days=1, minutes=1))
    await sampler.sample()
    topic = next(each for each in (await report_of(ticked)).topics if each.topic == REGISTRY_CANARY.name)
    assert (sum(topic.trend), topic.last_event_at is not None) == (0, True)


async def _has_published(service: Service) -> bool:
    await asyncio.sleep(0)
    return REGISTRY_CANARY.name in service.vitals.published()


async def test_six_weeks_of_silence_are_no_trouble_and_a_canary_that_stops_is_one_within_six_minutes(
    service: Service,
) -> None:
    canary = Ticking(service.vitals.clock())

    async def seen() -> Any:
        return canary()

    ticked, clock = ticking(service, canary=seen, groups=())
    sampler = StreamSampler(vitals=ticked.vitals)

    async def troubles() -> list[str]:
        await sample_process(ticked.vitals)
        await sampler.sample()
        told = (await report_of(ticked)).model_dump(mode="json") | {"readers": []}
        known = {**reports(matching=told), "notify": report("notify", consumers=[])}
        return [each.kind for each in troubles_of(known)]

    for _ in range(6 * 7 * 4):
        clock.advance(timedelta(hours=6))
        canary.now = clock.now - timedelta(seconds=40)
        assert await troubles() == []
    stopped = canary.now
    for _ in range(36):
        clock.advance(timedelta(seconds=10))
        if found := await troubles():
            break
    assert found == ["canary-late"]
    assert clock.now - stopped <= timedelta(minutes=6)


async def test_a_process_that_ends_in_order_takes_its_sample_back_and_tells_its_release(service: Service) -> None:
    slept, ticked = asyncio.Event(), replace(service, vitals=replace(service.vitals, release="0.1.0+b"))

    async def sleep(_seconds: float) -> None:
        slept.set()
        await asyncio.Event().wait()

    sampling = asyncio.create_task(sample_process_for_ever(ticked.vitals, sleep))
    await slept.wait()
    assert [(each.release, each.is_missing) for each in (await report_of(ticked)).processes] == [("0.1.0+b", False)]
    sampling.cancel()
    await asyncio.gather(sampling, return_exceptions=True)
    assert (await report_of(ticked)).processes == []


def test_a_process_is_missing_once_it_answers_no_more_until_another_takes_its_place() -> None:
    now = datetime(2026, 12, 1, 3, tzinfo=UTC)

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    there = ("a", ago(0.1), ago(600))
    assert missing_processes([there, ("b", ago(5), ago(600))], now) == ["b"]
    assert missing_processes([there, ("b", ago(5), ago(600)), ("c", ago(0.1), ago(4))], now) == []
    assert missing_processes([there, ("b", ago(5), ago(600)), ("c", ago(0.1), ago(6))], now) == ["b"]
    assert missing_processes([there, ("b", ago(5), None)], now) == [], "an earlier release writes no start"
    assert missing_processes([("a", ago(5), ago(600))], now) == [], "no process writes samples"


async def test_a_process_that_ended_is_listed_with_its_age_and_judged_by_nobody(service: Service) -> None:
    ticked, clock = ticking(service)
    await sample_process(ticked.vitals)
    clock.advance(timedelta(minutes=5))
    await StreamSampler(vitals=ticked.vitals).sample()
    report = await report_of(ticked)
    assert [process.age_seconds >= 300 for process in report.processes] == [True]
    assert [(group.ready, group.reason) for group in report.consumers] == [(False, "nobody reads")]


async def test_a_group_that_starts_is_no_trouble_while_its_process_is_new(service: Service) -> None:
    ticked, clock = ticking(service)
    starting = replace(ticked.vitals.groups[0].health(), state=RunnerState.STARTING)
    group = replace(ticked.vitals.groups[0], health=lambda: starting)
    vitals = replace(ticked.vitals, groups=(group,))
    await sample_process(vitals, clock.now)
    await StreamSampler(vitals=vitals).sample()
    new = await report_of(replace(ticked, vitals=vitals))
    clock.advance(timedelta(seconds=31))
    old = await report_of(replace(ticked, vitals=vitals))
    assert [(each.consumers[0].state, each.consumers[0].ready) for each in (new, old)] == [
        ("starting", True),
        ("starting", False),
    ]


@pytest.mark.parametrize(
    ("topic", "value", "ids"),
    [
        (CITY.name, b'{"city_id": "espoo"}', {"espoo"}),
        (TWINNING.name, b'{"city_a": "a", "city_b": "b"}', {"a", "b"}),
        (RESPONSE.name, b'{"proposal_id": "p", "side": "a"}', {"p/a"}),
        (PROPOSAL.name, b'{"sides": [{"member_id": "a"}, {"member_id": 7}, 8]}', {"a"}),
        (PROPOSAL.name, b'{"sides": 7}', set()),
        (CITY.name, b"\xff", set()),
        (CITY.name, b"[1]", set()),
        (CITY.name, b"[" * 20_000, set()),
        (CITY.name, None, set()),
        (REGISTRY_CANARY.name, b"{}", set()),
    ],
    ids=["city", "twinning", "response", "proposal", "no sides", "no text", "no object", "deep", "none", "canary"],
)
def test_ids_of_members_are_read_from_any_value(topic: str, value: bytes | None, ids: set[str]) -> None:
    assert member_ids(topic, value) == ids


def test_groups_are_those_that_the_services_run() -> None:
    assert (MATCHING_GROUP.topics, NOTIFY_GROUP.topics) == (handlers.TOPICS, event_handlers.TOPICS)
    assert len({group.name for group in GROUPS}) == len(GROUPS)
