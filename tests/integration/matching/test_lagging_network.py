"""What the worker has taken in counts for whoever issues, though the network of that instance lags; none deadlocks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from isopolity.clock import uuid7
from isopolity.contracts.data import Data
from isopolity.contracts.event import Event
from isopolity.matching.adapters.sql.queries import MatchingQueries, ProposalFilter
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.workflows.approval import Approving, Selection
from isopolity.matching.application.workflows.handlers import Handlers
from isopolity.matching.application.workflows.issuance import SendingPolicy
from isopolity.matching.application.workflows.settlement import Settling
from isopolity.matching.domain.network import Network
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.persistence.outbox import EventFactory
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock, city, partner, programme, request, twinning


class NoSuggestions:
    """Single suggestions are none of this file's business."""

    async def suggest_for(self, *_: object) -> None:
        return


def worker(running: Instance) -> Handlers:
    suggesting: Any = NoSuggestions()
    return Handlers(
        settling=Settling(clock=running.clock, ids=uuid7),
        suggesting=suggesting,
        policy=SendingPolicy.ROUNDS_ONLY,
        clock=running.clock,
    )


def event(event_type: str, state: Data) -> Event[Any]:
    return EventFactory("urn:isopolity:registry", lambda: NOW, uuid7).event(event_type, state)


def instance(database: Database, network: Network, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY) -> Instance:
    return Instance(database, network, policy, TestClock())


def sponsored() -> Network:
    network = network_of([city("lagos")])
    for name in ("amber", "halcyon"):
        funder = partner(name, [programme("reading")])
        network.put_member("partner", funder.partner_id, 1, funder.status, funder.model_dump_json().encode())
    network.put_request("rooms", 1, is_open=True, state=request("rooms", "lagos").model_dump_json().encode())
    return network


async def take_in(running: Instance, event_type: str, state: Data) -> None:
    async with running.unit_of_work() as uow:
        await handle(running, uow, event_type, state)
        await uow.commit()


async def handle(running: Instance, uow: SqlMatchingUnitOfWork, event_type: str, state: Data) -> None:
    subject = event_type.split(".")[2]
    await getattr(worker(running), f"{subject}_changed")(event(event_type, state), uow)


async def stages(database: Database) -> list[str]:
    found = await MatchingQueries(database).proposals(ProposalFilter(), None, 50)
    return sorted(proposal.stage for proposal in found)


async def test_a_request_that_the_worker_saw_closed_is_not_proposed(database: Database) -> None:
    running = instance(database, sponsored())
    drafts = [draft for draft in running.drafts() if draft.b.request_id == "rooms"]
    assert drafts
    closed = request("rooms", "lagos", version=2, status="closed")
    await take_in(running, "isopolity.registry.request.closed.v1", closed)
    assert await running.issue(drafts) == 0


async def test_a_request_that_the_worker_saw_revised_is_not_proposed_in_its_old_words(database: Database) -> None:
    running = instance(database, sponsored())
    drafts = [draft for draft in running.drafts() if draft.b.request_id == "rooms"]
    revised = request("rooms", "lagos", version=2, amount_max=90_000)
    await take_in(running, "isopolity.registry.request.revised.v1", revised)
    assert await running.issue(drafts) == 0


async def test_two_cities_that_the_worker_saw_tied_are_not_proposed_until_that_was_retracted(
    database: Database,
) -> None:
    running = instance(database, network_of(many_wishes(2, capacity=1)))
    declared = twinning("city-0", "city-1")
    await take_in(running, "isopolity.registry.twinning.declared.v1", declared)
    assert await running.issue(running.drafts()) == 0
    retracted = twinning("city-0", "city-1", version=2, status="retracted")
    await take_in(running, "isopolity.registry.twinning.retracted.v1", retracted)
    await take_in(running, "isopolity.registry.twinning.declared.v1", declared)  # once more, and late
    assert await running.issue(running.drafts()) == 1


async def test_a_member_that_the_worker_saw_revised_is_not_proposed_in_its_old_words(database: Database) -> None:
    first, second = many_wishes(2, capacity=1)
    running = instance(database, network_of([first, second]))
    await take_in(running, "isopolity.registry.city.revised.v1", first.model_copy(update={"version": 2}))
    assert await running.issue(running.drafts()) == 0


async def test_a_held_proposal_on_a_request_that_the_worker_saw_closed_is_dropped(database: Database) -> None:
    running = instance(database, sponsored(), SendingPolicy.HOLD)
    await take_in(
        running, "isopolity.registry.request.closed.v1", request("rooms", "lagos", version=2, status="closed")
    )
    async with running.unit_of_work() as uow:
        await running.issuing.add(uow, [d for d in running.drafts() if d.b.request_id], NOW)
        await uow.commit()
    approving = Approving(
        unit_of_work=running.unit_of_work, graph=running.graph, issuing=running.issuing, clock=running.clock
    )
    outcome = await approving.approve(Selection())
    assert set(outcome.skipped.values()) == {"overtaken"}
    assert set(await stages(database)) == {"superseded"}


async def test_a_closed_request_read_again_after_it_was_opened_anew_ends_nothing(database: Database) -> None:
    """A topic may be read from its start again at any time."""
    network = sponsored()
    running = instance(database, network)
    closed = request("rooms", "lagos", version=2, status="closed")
    anew = request("rooms", "lagos", version=3)
    await take_in(running, "isopolity.registry.request.closed.v1", closed)
    await take_in(running, "isopolity.registry.request.revised.v1", anew)
    network.put_request("rooms", 3, is_open=True, state=anew.model_dump_json().encode())
    assert await running.issue([draft for draft in running.drafts() if draft.b.request_id == "rooms"][:1]) == 1
    await take_in(running, "isopolity.registry.request.closed.v1", closed)
    assert await stages(database) == ["issued"]


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
async def test_a_request_that_closes_while_a_proposal_on_it_is_issued_takes_the_proposal_with_it(
    both: tuple[Instance, Instance],
) -> None:
    """Neither transaction sees the other's rows; so one waits for the other."""
    issuing, taking = both
    drafts = [draft for draft in issuing.drafts() if draft.b.request_id == "rooms"][:1]
    closed = request("rooms", "lagos", version=2, status="closed")
    async with issuing.unit_of_work() as uow:
        assert len((await issuing.issuing.add(uow, drafts, NOW)).issued) == 1
        closing = asyncio.create_task(take_in(taking, "isopolity.registry.request.closed.v1", closed))
        done, _ = await asyncio.wait([closing], timeout=0.5)
        assert not done
        await uow.commit()
    await closing
    async with taking.unit_of_work() as uow:
        assert list(await uow.proposals.open_of(request_id="rooms")) == []


@pytest.mark.postgres
async def test_a_batch_in_the_order_of_events_and_a_round_in_the_order_of_ids_do_not_deadlock(
    both: tuple[Instance, Instance],
) -> None:
    issuing, taking = both
    amber, halcyon = (partner(name, [programme("reading")], version=2) for name in ("amber", "halcyon"))
    kind = "isopolity.registry.partner.revised.v1"

    async def batch() -> None:
        async with taking.unit_of_work() as uow:
            await handle(taking, uow, kind, halcyon)
            begun.set()
            await asyncio.wait([issued], timeout=0.5)  # by now it waits for what this transaction holds
            await handle(taking, uow, kind, amber)
            await uow.commit()

    async def issue() -> int:
        await begun.wait()
        return await issuing.issue(issuing.drafts())

    begun = asyncio.Event()
    issued = asyncio.create_task(issue())
    await asyncio.gather(batch(), issued)


@pytest.mark.postgres
async def test_an_approval_and_a_partner_that_drops_its_programme_do_not_deadlock(
    both: tuple[Instance, Instance],
) -> None:
    issuing, taking = both
    async with issuing.unit_of_work() as uow:
        await uow.proposals.add(issuing.drafts())
        await uow.commit()
    approving = Approving(
        unit_of_work=issuing.unit_of_work, graph=issuing.graph, issuing=issuing.issuing, clock=issuing.clock
    )
    begun = asyncio.Event()

    async def drop() -> None:
        async with taking.unit_of_work() as uow:
            await handle(taking, uow, "isopolity.registry.partner.revised.v1", partner("halcyon", [], version=2))
            begun.set()
            await asyncio.wait([approved], timeout=0.5)
            await handle(taking, uow, "isopolity.registry.partner.revised.v1", partner("amber", [], version=2))
            await uow.commit()

    async def approve() -> None:
        await begun.wait()
        await approving.approve(Selection())

    approved = asyncio.create_task(approve())
    await asyncio.gather(drop(), approved)
