"""A proposal keeps what ordered its last change, so that what the clock does with it later has a cause."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from isopolity.contracts.event import Lineage
from isopolity.identity.lineage import lineage_of
from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.workflows.settlement import settle_due
from isopolity.matching.domain.proposal import Order
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock
from tests.support.shared.migrated import open_migrated


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
