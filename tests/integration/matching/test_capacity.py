"""Capacity and pairs under concurrency: never more out than a member can handle, never one pair twice."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from isopolity.clock import uuid7
from isopolity.contracts.registry import RequestState
from isopolity.matching.adapters.sql.tables import PROPOSALS, RESERVATIONS
from isopolity.matching.application.workflows.approval import Approving, Selection
from isopolity.matching.application.workflows.issuance import SendingPolicy, member_row
from isopolity.matching.application.workflows.settlement import Settling
from isopolity.matching.domain.network import Network, Tie
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock, city, complementary, partner, programme, request


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


async def out(database: Database) -> tuple[Counter[str], int]:
    """How many proposals are out of each holder, and how many there are in all."""
    holders = Counter[str]()
    async with database.reading() as connection:
        documents = (await connection.execute(select(PROPOSALS.c.document))).scalars().all()
        reserved = (await connection.execute(select(func.count()).select_from(RESERVATIONS))).scalar_one()
    for document in documents:
        holders.update([document["a"]["holder"], document["b"]["holder"]])
    assert reserved == holders.total()
    return holders, len(documents)


async def test_concurrent_tasks_never_issue_more_than_members_can_handle(database: Database, clock: TestClock) -> None:
    members = many_wishes(8, capacity=2)
    instances = [Instance(database, network_of(members), SendingPolicy.ROUNDS_ONLY, clock) for _ in range(2)]
    drafts = [instance.drafts() for instance in instances]
    assert len(drafts[0]) == 28
    issued = await asyncio.gather(
        *(instance.issue([each]) for instance, mine in zip(instances, drafts, strict=True) for each in mine)
    )
    holders, number = await out(database)
    assert number == sum(issued)
    assert max(holders.values()) == 2
    assert number >= 7  # nobody is left with room for somebody else who has room too


async def test_two_instances_that_run_rounds_at_once_propose_no_pair_twice(
    database: Database, clock: TestClock
) -> None:
    members = complementary(12)
    instances = [Instance(database, network_of(members), SendingPolicy.ROUNDS_ONLY, clock) for _ in range(2)]
    done = await asyncio.gather(*(instance.run_round(seed) for seed, instance in enumerate(instances)))
    holders, number = await out(database)
    assert sum(each.issued for each in done) == number == 6
    assert max(holders.values()) == 1


async def test_approval_by_two_at_once_issues_each_once_and_within_capacity(
    database: Database, clock: TestClock
) -> None:
    instance = Instance(database, network_of(many_wishes(5, capacity=1)), SendingPolicy.HOLD, clock)
    async with instance.unit_of_work() as uow:
        await instance.issuing.add(uow, instance.drafts(), NOW)
        await uow.commit()
    approving = Approving(
        unit_of_work=instance.unit_of_work, graph=instance.graph, issuing=instance.issuing, clock=clock
    )
    outcomes = await asyncio.gather(*(approving.approve(Selection()) for _ in range(3)))
    issued = [proposal.proposal_id for outcome in outcomes for proposal in outcome.issued]
    assert len(issued) == len(set(issued)) == 2
    assert set((outcomes[0].skipped or {}).values()) <= {"no-capacity"}


async def test_a_member_that_withdrew_is_not_proposed_by_an_instance_that_does_not_know_yet(
    database: Database, clock: TestClock
) -> None:
    members = many_wishes(2, capacity=1)
    knowing = Instance(database, network_of(members), SendingPolicy.ROUNDS_ONLY, clock)
    behind = Instance(database, network_of(members), SendingPolicy.ROUNDS_ONLY, clock)
    async with knowing.unit_of_work() as uow:
        gone = city("city-0", version=2, status="withdrawn")
        row = member_row(gone)
        uow.members.put(row)
        await uow.commit()
    assert (await behind.run_round(1)).issued == 0


async def test_a_deadline_frees_capacity_for_others(database: Database, clock: TestClock) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=1)), SendingPolicy.ROUNDS_ONLY, clock)
    assert (await instance.run_round(1)).issued == 1
    assert (await instance.run_round(1)).issued == 0
    clock.move(timedelta(days=22))
    settling = Settling(clock=clock, ids=uuid7)
    assert len(await settling.settle_due(instance.unit_of_work, clock())) == 1
    assert await settling.settle_due(instance.unit_of_work, clock()) == []
    assert (await instance.run_round(1)).issued == 1


async def test_two_that_were_tied_while_the_round_was_computed_are_not_proposed(
    database: Database, clock: TestClock
) -> None:
    network = network_of(many_wishes(2, capacity=1))
    instance = Instance(database, network, SendingPolicy.ROUNDS_ONLY, clock)
    drafts = instance.drafts()
    network.put_tie(Tie("t1", 1, True, "city-0", "city-1", "twinning"))
    assert await instance.issue(drafts) == 0


async def test_a_request_that_closed_while_the_round_was_computed_is_not_proposed(
    database: Database, clock: TestClock
) -> None:
    network, asked = sponsorship_of(request("rooms", "lagos"))
    instance = Instance(database, network, SendingPolicy.ROUNDS_ONLY, clock)
    drafts = [draft for draft in instance.drafts() if draft.b.request_id == asked.request_id]
    assert len(drafts) == 1
    network.put_request(asked.request_id, 2, is_open=False, state=b"")
    assert await instance.issue(drafts) == 0


def sponsorship_of(asked: RequestState) -> tuple[Network, RequestState]:
    network = network_of([city(asked.city_id)])
    funder = partner("halcyon", [programme("reading")])
    network.put_member("partner", funder.partner_id, 1, funder.status, funder.model_dump_json().encode())
    network.put_request(asked.request_id, 1, is_open=True, state=asked.model_dump_json().encode())
    return network, asked
