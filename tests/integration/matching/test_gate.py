"""The gate on PostgreSQL: transactions that issue and that take in see each other's effects, and none deadlocks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from isopolity.contracts.event_types import PARTNER_REVISED, REQUEST_CLOSED
from isopolity.matching.application.workflows.issuance import add_proposals
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from tests.support.matching.instance import Instance, network_of
from tests.support.matching.service import TestClock, city, partner, programme, request


def instance(database: Database, network: Network, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY) -> Instance:
    return Instance(database, network, policy, TestClock())


def sponsored() -> Network:
    network = network_of([city("lagos")])
    for name in ("amber", "halcyon"):
        funder = partner(name, [programme("reading")])
        network.put_member("partner", funder.partner_id, 1, funder.status, funder.model_dump_json().encode())
    network.put_request("rooms", 1, is_open=True, state=request("rooms", "lagos").model_dump_json().encode())
    return network


@pytest.fixture
async def both(postgres: str) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two instances, one that issues and one whose worker takes in, on one PostgreSQL database."""
    async with _opened(postgres) as ours, _opened(postgres) as theirs:
        yield instance(ours, sponsored()), instance(theirs, sponsored())


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database.open(url)
    await upgrade(database, "isopolity.matching")
    yield database
    await database.close()


@pytest.mark.postgres
async def test_a_request_that_closes_while_a_proposal_on_it_is_issued_makes_it_lapse(
    both: tuple[Instance, Instance],
) -> None:
    """Neither transaction sees the other's rows; so one waits for the other."""
    issuing, taking = both
    proposals = [proposal for proposal in issuing.new_proposals() if proposal.b.request_id == "rooms"][:1]
    closed = request("rooms", "lagos", version=2, status="closed")
    async with issuing.unit_of_work() as uow:
        assert len((await add_proposals(proposals, uow, issuing.surroundings)).issued) == 1
        closing = asyncio.create_task(taking.take_in(REQUEST_CLOSED, closed))
        done, _ = await asyncio.wait([closing], timeout=0.5)
        assert not done
        await uow.commit()
    await closing
    async with taking.unit_of_work() as uow:
        (lapsed,) = await uow.proposals.open_of(request_id="rooms")
    assert (lapsed.lapsed_by, lapsed.cause) == ("b", "request-closed")


@pytest.mark.postgres
async def test_a_batch_in_the_order_of_events_and_a_round_in_the_order_of_ids_do_not_deadlock(
    both: tuple[Instance, Instance],
) -> None:
    issuing, taking = both
    amber, halcyon = (partner(name, [programme("reading")], version=2) for name in ("amber", "halcyon"))
    kind = PARTNER_REVISED

    async def batch() -> None:
        async with taking.unit_of_work() as uow:
            await taking.handle(kind, halcyon, uow)
            begun.set()
            await asyncio.wait([issued], timeout=0.5)  # by now it waits for what this transaction holds
            await taking.handle(kind, amber, uow)
            await uow.commit()

    async def issue() -> int:
        await begun.wait()
        return await issuing.issue(issuing.new_proposals())

    begun = asyncio.Event()
    issued = asyncio.create_task(issue())
    await asyncio.gather(batch(), issued)


@pytest.mark.postgres
async def test_an_approval_and_a_partner_that_drops_its_programme_do_not_deadlock(
    both: tuple[Instance, Instance],
) -> None:
    issuing, taking = both
    async with issuing.unit_of_work() as uow:
        await uow.proposals.add(issuing.new_proposals())
        await uow.commit()
    begun = asyncio.Event()

    async def drop() -> None:
        async with taking.unit_of_work() as uow:
            await taking.handle(PARTNER_REVISED, partner("halcyon", [], version=2), uow)
            begun.set()
            await asyncio.wait([approved], timeout=0.5)
            await taking.handle(PARTNER_REVISED, partner("amber", [], version=2), uow)
            await uow.commit()

    async def approve() -> None:
        await begun.wait()
        await issuing.approve()

    approved = asyncio.create_task(approve())
    await asyncio.gather(drop(), approved)
