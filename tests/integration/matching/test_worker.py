"""The worker's effects on a real database: once per event, whatever order and however often events come."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from isopolity.contracts.notify import ResponseReceived
from isopolity.matching.adapters.graph_reader import GRAPH_TOPICS, GraphReader
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.members import SqlMemberRepository
from isopolity.matching.application.workflows.issuance import member_row
from isopolity.persistence.database import Database
from tests.support.matching.instance import many_wishes
from tests.support.matching.service import (
    NOW,
    Network,
    Running,
    TestClock,
    complementary,
    embedded,
    matching,
    partner,
    programme,
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


async def stages(network: Network) -> list[str]:
    return [event.data.stage for event in await network.events(PROPOSALS)]


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


async def test_an_answer_delivered_twice_is_told_once(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    async with service_on(database, network, tmp_path, clock) as service:
        await service.post("/rounds")

        async def issued() -> bool:
            return await stages(network) == ["issued"]

        await until(issued)
        proposal_id = (await network.events(PROPOSALS))[0].data.proposal_id
        answers = [
            ResponseReceived(
                response_id=f"r-{answer}", proposal_id=proposal_id, side="a", answer=answer, answered_at=at
            )
            for answer, at in (("pending", NOW), ("later", NOW + timedelta(seconds=1)))
        ]
        events = await network.publish("isopolity.notify.response.received.v1", *answers)
        await network.publish_events(events)
        await until(lambda: _lag_is_zero(network))

        async def told() -> bool:
            return len(await stages(network)) == 3

        await until(told)
        assert await stages(network) == ["issued", "answered", "answered"]


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
    told = await event_ids(network)
    async with network.broker.consumer("isopolity.matching", ["isopolity.registry.city"]) as consumer:
        await consumer.fetch(limit=1, timeout=1.0)
        await consumer.commit(dict.fromkeys(consumer.assignment(), 0))
    async with automatic() as service:
        await until(lambda: _lag_is_zero(network))
        await service.knows(members_city=3, proposals_expired=1)
    assert await event_ids(network) == told


async def test_a_tie_declared_after_the_round_ends_the_open_proposal(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    async with service_on(database, network, tmp_path, clock) as service:
        await service.post("/rounds")
        await network.publish("isopolity.registry.twinning.declared.v1", twinning("city-0000", "city-0001"))

        async def superseded() -> bool:
            return await stages(network) == ["issued", "superseded"]

        await until(superseded)
        assert (await service.post("/rounds")).json()["proposed"] == 0


async def test_a_programme_that_its_partner_drops_takes_its_open_proposals_with_it(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, _ = complementary(2)
    await network.publish("isopolity.registry.city.endorsed.v1", first)
    whole = partner("halcyon", [programme("reading"), programme("other", subjects=("sdg.14",))])
    await network.publish("isopolity.registry.partner.endorsed.v1", whole)
    async with service_on(database, network, tmp_path, clock) as service:
        assert (await service.post("/rounds")).json()["issued"] == 1
        less = whole.model_copy(update={"version": 2, "programmes": whole.programmes[1:]})
        await network.publish("isopolity.registry.partner.revised.v1", less)

        async def superseded() -> bool:
            return await stages(network) == ["issued", "superseded"]

        await until(superseded)


async def test_a_state_that_a_reservation_wrote_before_its_event_came_still_has_its_effects(
    database: Database, network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(1))
    whole = partner("halcyon", [programme("reading"), programme("other", subjects=("sdg.14",))])
    await network.publish("isopolity.registry.partner.endorsed.v1", whole)
    async with service_on(database, network, tmp_path, clock) as service:
        assert (await service.post("/rounds")).json()["issued"] == 1
        await until(lambda: _lag_is_zero(network))
        less = whole.model_copy(update={"version": 2, "programmes": whole.programmes[1:]})
        async with database.writing() as connection:
            await SqlMemberRepository(connection).lock([member_row(less)])
            await connection.commit()
        await network.publish("isopolity.registry.partner.revised.v1", less)

        async def superseded() -> bool:
            return await stages(network) == ["issued", "superseded"]

        await until(superseded)


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


async def _read(network: Network, graph: GraphReader) -> None:
    """Apply all that the topics hold, from the start: what was applied before comes again."""
    async with network.broker.reader(GRAPH_TOPICS) as reader:
        ends = await reader.end_offsets()
        while any(ends[place] > at for place, at in (await reader.position()).items()):
            for batch in await reader.fetch(limit=100, timeout=1.0):
                for record in batch.records:
                    graph.apply(record)
