"""An instance that loses its lease in the middle of a round: another takes over, and nothing goes out twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from isopolity.contracts.event import Lineage
from isopolity.identity.lineage import lineage_of
from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.workflows.settlement import settle_due
from isopolity.matching.domain.proposal import Order
from isopolity.matching.domain.round import INTERRUPTED, RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.persistence.database import Database, is_unavailable
from isopolity.persistence.migrations import upgrade
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.odd_solvers import HangingSolver
from tests.support.matching.service import NOW, TestClock
from tests.support.polling import until
from tests.support.shared.migrated import open_migrated


def instance(database: Database, solver: ServingSolver) -> Instance:
    network = network_of(many_wishes(4, capacity=1))
    return Instance(database, network, SendingPolicy.ROUNDS_ONLY, TestClock(), solver)


@pytest.mark.postgres
async def test_an_instance_that_loses_its_lease_is_taken_over_from_and_publishes_nothing(postgres: str) -> None:
    ours, theirs = Database.open(postgres), Database.open(postgres)
    await upgrade(ours, "isopolity.matching")
    first, second = HangingSolver(), HangingSolver()
    hung, successor = instance(ours, first), instance(theirs, second)
    lost = await hung.order(RoundPlan())
    hung_work = asyncio.create_task(hung.runner.work())
    await until(first.begun.is_set)
    taken_over = await successor.order(RoundPlan())
    await _end_sessions_with_a_lease(theirs)
    work = asyncio.create_task(successor.runner.work())
    await until(second.begun.is_set)
    assert (await successor.round(lost.round_id)).failure == INTERRUPTED
    first.released.set()
    (error,) = await asyncio.gather(hung_work, return_exceptions=True)
    assert isinstance(error, BaseException)
    assert is_unavailable(error)
    assert await successor.proposals() == []
    second.released.set()
    await work
    assert (await successor.round(taken_over.round_id)).status is RoundStatus.DONE
    assert len(await successor.proposals()) == 2
    await ours.close()
    await theirs.close()


async def _end_sessions_with_a_lease(database: Database) -> None:
    """End the sessions of the database, as an operator does, or a network that breaks."""
    holders = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    )
    async with database.reading() as connection:
        await connection.execute(text(holders))


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    database = await open_migrated(f"sqlite+aiosqlite:///{tmp_path / 'matching.db'}", "isopolity.matching")
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    yield Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    await database.close()


async def test_what_a_deadline_settles_is_because_of_what_changed_the_proposal_last(storage: Storage) -> None:
    network = network_of(many_wishes(2, capacity=9))
    (drawn,) = Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock()).new_proposals()
    with lineage_of(Lineage("request-of-the-round")):
        async with SqlMatchingUnitOfWork(storage) as uow:
            await uow.proposals.add([drawn.issue(NOW, NOW + timedelta(days=1))])
            await uow.commit()
    with lineage_of(Lineage("request-of-the-answer", "response-event")):
        async with SqlMatchingUnitOfWork(storage) as uow:
            (known,) = await uow.proposals.find([drawn.proposal_id])
            await uow.proposals.save([known])
            await uow.commit()
    assert known.ordered_by == Order(correlation_id="request-of-the-round")
    await settle_due(lambda: SqlMatchingUnitOfWork(storage), NOW + timedelta(days=2))
    async with storage.database.reading() as connection:
        (line,) = (await connection.execute(select(tables.messaging.outbox.c.line))).scalars()
    assert line.split("\t")[-2:] == ["request-of-the-answer", "response-event"]
