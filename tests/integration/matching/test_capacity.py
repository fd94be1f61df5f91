"""Capacity and pairs under concurrency: never more out than a member can handle, never one pair twice."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, select

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, complementary


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


async def out(database: Database) -> tuple[Counter[str], int]:
    """How many proposals are out of each holder, and how many there are in all."""
    holders = Counter[str]()
    async with database.reading() as connection:
        documents = (await connection.execute(select(tables.proposals.c.document))).scalars().all()
        reserved = (await connection.execute(select(func.count()).select_from(tables.reservations))).scalar_one()
    for document in documents:
        holders.update([document["a"]["holder"], document["b"]["holder"]])
    assert reserved == holders.total()
    return holders, len(documents)


async def test_concurrent_tasks_never_issue_more_than_members_can_handle(database: Database, clock: TestClock) -> None:
    members = many_wishes(8, capacity=2)
    instances = [Instance(database, network_of(members), SendingPolicy.ROUNDS_ONLY, clock) for _ in range(2)]
    proposals = [instance.new_proposals() for instance in instances]
    assert len(proposals[0]) == 28
    issued = await asyncio.gather(
        *(instance.issue([each]) for instance, mine in zip(instances, proposals, strict=True) for each in mine)
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
    await instance.issue(instance.new_proposals())
    outcomes = await asyncio.gather(*(instance.approve() for _ in range(3)))
    issued = [proposal.proposal_id for outcome in outcomes for proposal in outcome.issued]
    assert len(issued) == len(set(issued)) == 2
    assert set((outcomes[0].skipped or {}).values()) <= {"no-capacity"}
