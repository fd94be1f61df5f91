"""Capacity and pairs under concurrency: never more out than a member can handle, never one pair twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from isopolity.clock import uuid7
from isopolity.contracts.registry import CityState
from isopolity.matching.adapters.greedy_solver import GreedyRoundSolver
from isopolity.matching.adapters.tables import MESSAGING, PROPOSALS, RESERVATIONS
from isopolity.matching.adapters.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.approving import Approving, Selection
from isopolity.matching.application.issuing import Issuing, SendingPolicy, member_row
from isopolity.matching.application.market import MarketMaker
from isopolity.matching.application.matchmaking import Matchmaking, draft
from isopolity.matching.application.rounds import Rounds
from isopolity.matching.application.settling import Settling
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.persistence.outbox import EventFactory
from isopolity.persistence.unit_of_work import Storage
from sqlalchemy import func, select

from tests.support.matching import NOW, TestClock, city, complementary, need, offer


class ReadGraph:
    """A GraphView over a network that is there already."""

    is_ready = True

    def __init__(self, network: Network) -> None:
        self.network = network

    async def caught_up(self) -> None:
        return


def network_of(states: Sequence[CityState]) -> Network:
    network = Network()
    for state in states:
        network.put_member("city", state.city_id, state.version, state.status, state.model_dump_json().encode())
    return network


class Instance:
    """One instance of matching on a database that others use too."""

    def __init__(self, database: Database, network: Network, policy: SendingPolicy, clock: TestClock) -> None:
        events = EventFactory("urn:isopolity:matching", clock, uuid7)
        storage = Storage(database=database, tables=MESSAGING, events=events, wake=lambda: None)
        self.unit_of_work = lambda: SqlMatchingUnitOfWork(storage)
        self.network = network
        self.clock = clock
        self.markets = MarketMaker(network)
        self.issuing = Issuing(network=network, policy=policy, answer_days=21)
        self.rounds = Rounds(
            unit_of_work=self.unit_of_work,
            lease=lambda: lease(database, "round", poll=0.01),
            graph=ReadGraph(network),
            markets=self.markets,
            matchmaking=Matchmaking(),
            solver=GreedyRoundSolver(),
            issuing=self.issuing,
            clock=clock,
            ids=uuid7,
            freeze=timedelta(days=365),
        )

    def drafts(self) -> list[Proposal]:
        """A proposal for every candidate there is."""
        market = self.markets.market(NOW.date())
        candidates = Matchmaking().candidates(market, market.capacities.keys(), ())
        return [draft(candidate, market, uuid7(), None, NOW) for candidate in candidates]

    async def issue(self, drafts: Sequence[Proposal]) -> int:
        async with self.unit_of_work() as uow:
            outcome = await self.issuing.add(uow, drafts, NOW)
            await uow.commit()
        return len(outcome.issued)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def many_wishes(number: int, capacity: int) -> list[CityState]:
    """Cities that all fit each other."""
    return [
        city(
            f"city-{i}",
            country=f"{chr(65 + i)}X",
            capacity=capacity,
            needs=(need("cluster.literacy"),),
            offers=(offer("cluster.literacy"),),
        )
        for i in range(number)
    ]


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
    done = await asyncio.gather(*(instance.rounds.run(seed) for seed, instance in enumerate(instances)))
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
    approving = Approving(unit_of_work=instance.unit_of_work, issuing=instance.issuing, clock=clock)
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
    assert (await behind.rounds.run(1)).issued == 0


async def test_a_deadline_frees_capacity_for_others(database: Database, clock: TestClock) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=1)), SendingPolicy.ROUNDS_ONLY, clock)
    assert (await instance.rounds.run(1)).issued == 1
    assert (await instance.rounds.run(1)).issued == 0
    clock.move(timedelta(days=21))
    settling = Settling(clock=clock, ids=uuid7)
    assert await settling.settle_due(instance.unit_of_work, clock()) == 1
    assert await settling.settle_due(instance.unit_of_work, clock()) == 0
    assert (await instance.rounds.run(1)).issued == 1
