"""The worker's effects on a real database: once per event, whatever order and however often events come."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from isopolity.matching.adapters.graph_reader import GRAPH_TOPICS, GraphReader
from isopolity.matching.adapters.sql import tables
from isopolity.persistence.database import Database
from isopolity.persistence.relay import outbox_backlog
from tests.support.matching.instance import many_wishes
from tests.support.matching.service import (
    Network,
    Running,
    TestClock,
    city,
    complementary,
    embedded,
    matching,
    twinning,
)
from tests.support.polling import until

PROPOSALS = "isopolity.matching.proposal"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def network(tmp_path: Path, clock: TestClock) -> AsyncIterator[Network]:
    async with embedded(tmp_path, clock) as opened:
        yield opened


def service_on(
    database: Database, network: Network, folder: Path, clock: TestClock
) -> AbstractAsyncContextManager[Running]:
    return matching(network, folder, clock, database=database, sending_policy="rounds-only")


async def event_ids(network: Network) -> set[str]:
    """The ids of the proposal events; the relay may publish one twice, under the same id."""
    return {event.envelope.id for event in await network.events(PROPOSALS)}


async def members(database: Database) -> dict[str, tuple[int, str]]:
    async with database.reading() as connection:
        rows = await connection.execute(select(tables.members))
    return {row.member_id: (row.version, row.status) for row in rows}


async def test_an_older_state_that_comes_again_changes_nothing(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, second = complementary(2)
    newer = first.model_copy(update={"version": 3, "status": "withdrawn"})
    await network.publish("isopolity.registry.city.endorsed.v1", first, second)
    await network.publish("isopolity.registry.city.withdrawn.v1", newer)
    async with service_on(database, network, tmp_path, clock) as service:
        await service.knows(members_city=1, graph_nodes=1, graph_lag=0)
        await network.publish("isopolity.registry.city.endorsed.v1", first)
        await until(lambda: _lag_is_zero(network))
        await service.knows(members_city=1, graph_nodes=1, graph_lag=0)
        assert await members(database) == {"city-0000": (3, "withdrawn"), "city-0001": (1, "endorsed")}


async def _lag_is_zero(network: Network) -> bool:
    topics = ["isopolity.registry.city", "isopolity.notify.response", "isopolity.registry.twinning"]
    return not sum((await network.broker.group_lag("isopolity.matching", topics)).values())


async def test_reading_the_topics_from_the_start_again_gives_the_same_database_and_no_new_event(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    cities = complementary(6)
    await network.publish("isopolity.registry.twinning.declared.v1", twinning("city-0000", "city-0001"))
    await network.publish("isopolity.registry.city.endorsed.v1", *cities)
    async with service_on(database, network, tmp_path, clock) as service:
        await service.post("/rounds")
        await service.knows(members_city=6, graph_lag=0)
        await until(lambda: _lag_is_zero(network))

        async def told_all() -> bool:
            return len(await event_ids(network)) == 3

        await until(told_all)
    before, told = await members(database), await event_ids(network)
    async with network.broker.consumer("isopolity.matching", ["isopolity.registry.city"]) as consumer:
        await consumer.fetch(limit=1, timeout=1.0)
        await consumer.commit(dict.fromkeys(consumer.assignment(), 0))
    async with service_on(database, network, tmp_path, clock) as service:
        await until(lambda: _lag_is_zero(network))
        await service.knows(members_city=6)
    assert await members(database) == before
    assert await event_ids(network) == told


async def test_suggestions_are_not_repeated_when_the_topic_is_read_again(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    """A compacted topic keeps its events for ever."""
    wishes = many_wishes(3, capacity=1)

    def automatic() -> AbstractAsyncContextManager[Running]:
        return matching(network, tmp_path, clock, database=database, sending_policy="automatic", freeze_days=30)

    async with automatic() as service:
        for each in wishes:
            await network.publish("isopolity.registry.city.endorsed.v1", each)
        await service.knows(members_city=3, proposals_issued=1)
    clock.move(timedelta(days=101))
    await network.complete_answers(clock())
    async with automatic() as service:
        await service.knows(proposals_expired=1)
        await until(lambda: _lag_is_zero(network))
        await until(lambda: _has_told(service))
    told = await event_ids(network)
    async with network.broker.consumer("isopolity.matching", ["isopolity.registry.city"]) as consumer:
        await consumer.fetch(limit=1, timeout=1.0)
        await consumer.commit(dict.fromkeys(consumer.assignment(), 0))
    async with automatic() as service:
        await until(lambda: _lag_is_zero(network))
        await service.knows(members_city=3, proposals_expired=1)
    assert await event_ids(network) == told


async def test_a_merger_that_overtakes_the_entry_that_stays_waits_for_it(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, second = complementary(2)
    await network.publish("isopolity.registry.city.endorsed.v1", first, second, city("kept"))
    async with service_on(database, network, tmp_path, clock) as service:
        await service.post("/rounds")
        await service.knows(members_city=3, proposals_issued=1)

        async def members_in_it() -> set[str]:
            (proposal,) = (await service.get("/proposals", "staff")).json()["items"]
            return {side["member_id"] for side in proposal["sides"]}

        merged = {"version": 2, "status": "withdrawn", "merged_into": "kept", "merged_version": 2}
        await network.publish("isopolity.registry.city.withdrawn.v1", first.model_copy(update=merged))
        await until(lambda: _lag_is_zero(network))
        assert await members_in_it() == {first.city_id, second.city_id}
        await network.publish("isopolity.registry.city.revised.v1", city("kept", version=2))

        async def has_gone_on() -> bool:
            return await members_in_it() == {"kept", second.city_id}

        await until(has_gone_on)


async def test_the_graph_of_a_new_instance_equals_that_of_one_that_saw_every_event(
    network: Network,
) -> None:
    seen = GraphReader(network.broker)
    cities = complementary(6)
    await network.publish("isopolity.registry.twinning.declared.v1", twinning("city-0000", "city-0001"))
    await network.publish("isopolity.registry.city.endorsed.v1", *cities)
    await _read(network, seen)
    await network.publish(
        "isopolity.registry.city.withdrawn.v1", cities[2].model_copy(update={"version": 2, "status": "withdrawn"})
    )
    await network.publish(
        "isopolity.registry.twinning.retracted.v1", twinning("city-0000", "city-0001", version=2, status="retracted")
    )
    await _read(network, seen)
    rebuilt = GraphReader(network.broker)
    await _read(network, rebuilt)
    assert dict(seen.network.graph.nodes(data=True)) == dict(rebuilt.network.graph.nodes(data=True))
    assert list(seen.network.graph.edges(keys=True)) == list(rebuilt.network.graph.edges(keys=True)) == []


async def _has_told(service: Running) -> bool:
    """Whether all its events are published."""
    vitals = service.service.vitals
    return (await outbox_backlog(vitals.database, vitals.tables.outbox))[0] == 0


async def _read(network: Network, graph: GraphReader) -> None:
    """Apply all that the topics hold, from the start: what was applied before comes again."""
    async with network.broker.reader(GRAPH_TOPICS) as reader:
        ends = await reader.end_offsets()
        while any(ends[place] > at for place, at in (await reader.position()).items()):
            for batch in await reader.fetch(limit=100, timeout=1.0):
                for record in batch.records:
                    graph.apply(record)
