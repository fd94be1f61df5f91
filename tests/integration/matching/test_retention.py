"""Retention in matching: a row goes when its period has passed, and not while a decision still rests on it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from isopolity.matching.adapters.graph_reader import GraphReader
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.retention import KINDS, forgetting
from isopolity.matching.application.workflows.new_interest import Wish, drawn_interest
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.domain.network import Tie
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.broker import Record, load_headers
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.persistence.database import Database
from isopolity.persistence.retention import chores
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock
from tests.support.shared.relays import Moving, let_go, storage_of

DAY = timedelta(days=1)
SETTLED, HELD = "settled proposals, with both answers", "held proposals that nobody approves"
ENDED = "ended partnerships"
CERTIFICATES = "certificates of rounds, and the members as they were sealed with them"
BOUND = "slots that partnerships hold"
ROUNDS = "rounds: plan, result, draft with its edits, publications with their reports, next best pairs"


@pytest.fixture
def clock() -> Moving:
    return Moving(NOW)


async def forget(database: Database, clock: Moving) -> dict[str, int]:
    """The number of rows that go now, by kind."""
    storage = storage_of(database, tables.messaging, clock)
    return dict(await let_go(storage, chores(KINDS, MatchingSettings(), forgetting(storage)), at_once=2))


async def count(database: Database, *names: str) -> list[int]:
    """How many rows each table has."""
    async with database.reading() as connection:
        found = [select(func.count()).select_from(tables.metadata.tables[name]) for name in names]
        return [(await connection.execute(query)).scalar_one() for query in found]


async def test_settled_proposals_go_with_their_deliveries_and_open_ones_stay(database: Database, clock: Moving) -> None:
    instance = Instance(database, network_of(many_wishes(4, capacity=9)), SendingPolicy.HOLD, TestClock())
    first, second, third, fourth, *_ = instance.new_proposals()
    agreed = fourth.issue(NOW, NOW + DAY)
    for side in ("a", "b"):
        agreed = agreed.answered(side, Answer.YES, NOW) or agreed
    partnership = Partnership.established("partnership", agreed, NOW)
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(
            [first.issue(NOW, NOW + 9000 * DAY), second.supersede(NOW, "x"), third.discard(NOW), agreed]
        )
        for proposal in (first, second):
            await uow.deliveries.put(f"mail {proposal.proposal_id}", 1, proposal.proposal_id, "a", NOW)
        await uow.partnerships.add(partnership)
        await uow.commit()
    clock.after(1825)
    assert await forget(database, clock) == {}
    clock.after(1826)
    assert await forget(database, clock) == {SETTLED: 2}
    assert await count(database, "proposals", "deliveries") == [2, 1]
    ended = partnership.end("member-withdrew", clock.now)
    assert ended is not None
    async with instance.unit_of_work() as uow:
        await uow.partnerships.save(ended)
        await uow.commit()
    assert await forget(database, clock) == {SETTLED: 1}
    clock.after(1826 + 1825)
    assert await forget(database, clock) == {}
    clock.after(1826 + 1826)
    assert await forget(database, clock) == {ENDED: 1}
    assert await count(database, "proposals", "partnerships") == [1, 0]


async def test_a_partnership_binds_capacity_for_a_set_time(database: Database, clock: Moving) -> None:
    instance = Instance(database, network_of(many_wishes(2, capacity=1)), SendingPolicy.ROUNDS_ONLY, TestClock())
    await instance.run_round()
    (issued,) = await instance.proposals("issued")
    for side in ("a", "b"):
        await instance.answer(issued.proposal_id, side, Answer.YES)
    clock.after(180)
    assert await forget(database, clock) == {}
    assert await count(database, "reservations", "partnerships") == [2, 1]
    clock.after(181)
    assert await forget(database, clock) == {BOUND: 2}
    assert await count(database, "reservations", "partnerships") == [0, 1]


async def test_an_ended_partnership_leaves_a_tombstone_that_the_graph_takes(
    database: Database, clock: Moving, tmp_path: Path
) -> None:
    instance = Instance(database, network_of(many_wishes(2, capacity=1)), SendingPolicy.HOLD, TestClock())
    (proposal, *_) = instance.new_proposals()
    ended = Partnership.established("partnership", proposal, NOW).end("member-withdrew", NOW)
    assert ended is not None
    async with instance.unit_of_work() as uow:
        await uow.partnerships.add(ended)
        await uow.commit()
    clock.after(1826)
    assert await forget(database, clock) == {ENDED: 1}
    async with database.reading() as connection:
        (row,) = (await connection.execute(select(tables.messaging.outbox))).all()
    assert (row.topic, row.key, row.value) == ("isopolity.matching.partnership", "partnership", None)
    async with EmbeddedBroker.opened(tmp_path / "broker.db") as broker:
        graph = GraphReader(broker)
        graph.network.put_tie(Tie("partnership", 1, True, "city-0", "city-1", "twinning"))
        assert graph.network.ever_tied_to("city-0") == {"city-1"}
        graph.apply(Record(row.topic, 0, 0, 0, row.key, row.value, load_headers(row.headers)))
        assert graph.network.ever_tied_to("city-0") == set()


async def test_held_proposals_that_nobody_approves_go(database: Database, clock: Moving) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=9)), SendingPolicy.HOLD, TestClock())
    proposals = instance.new_proposals()
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(proposals)
        await uow.commit()
    clock.after(180)
    assert await forget(database, clock) == {}
    clock.after(181)
    assert await forget(database, clock) == {HELD: len(proposals)}


async def test_a_round_goes_with_its_certificate_once_none_of_its_proposals_is_open(
    database: Database, clock: Moving
) -> None:
    network = network_of(many_wishes(4, capacity=1))
    instance = Instance(database, network, SendingPolicy.ROUNDS_ONLY, TestClock())
    await instance.run_round()
    clock.after(1826)
    assert await forget(database, clock) == {}
    assert await count(database, "rounds", "certificates") == [1, 1]
    async with instance.unit_of_work() as uow:
        every = await uow.proposals.find(await _ids(database))
        await uow.proposals.save([proposal.supersede(NOW, "x") for proposal in every])
        await uow.commit()
    gone = await forget(database, clock)
    assert (gone[CERTIFICATES], gone[ROUNDS]) == (1, 1)
    names = ("rounds", "publications", "certificates", "alternates", "proposals")
    assert await count(database, *names) == [0] * len(names)


async def _ids(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(select(tables.proposals.c.proposal_id))).scalars())


async def test_interests_go_long_after_the_day_by_which_their_asker_was_to_hear(
    database: Database, clock: Moving
) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=9)), SendingPolicy.HOLD, TestClock())
    market = await current_market(instance.surroundings)
    wishes = [Wish(member_id="city-0", other_id=other) for other in ("city-1", "city-2")]
    drawn = [await drawn_interest(wish, market, instance.surroundings) for wish in wishes]
    async with instance.unit_of_work() as uow:
        for interest in drawn:
            await uow.interests.add(interest)
        await uow.interests.save([drawn[0].over()])
        await uow.commit()
    clock.after(35 + 1825)
    assert await forget(database, clock) == {}
    clock.after(36 + 1825)
    assert await forget(database, clock) == {"interests that are over: who asked for whom": 1}
    assert await count(database, "interests") == [1]
