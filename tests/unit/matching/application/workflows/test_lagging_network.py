"""A lagging network: events that the worker has taken in count for a transaction that issues all the same."""

import pytest

from isopolity.contracts.event_types import (
    CITY_REVISED,
    REQUEST_CLOSED,
    REQUEST_REVISED,
    TWINNING_DECLARED,
    TWINNING_RETRACTED,
)
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city, partner, programme, request, twinning


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def instance(store: FakeStore, network: Network, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY) -> Instance:
    return Instance(store, network, policy, TestClock())


def sponsored() -> Network:
    network = network_of([city("lagos")])
    for name in ("amber", "halcyon"):
        funder = partner(name, [programme("reading")])
        network.put_member("partner", funder.partner_id, 1, funder.status, funder.model_dump_json().encode())
    network.put_request("rooms", 1, is_open=True, state=request("rooms", "lagos").model_dump_json().encode())
    return network


def stages(store: FakeStore) -> list[str]:
    return sorted(proposal.stage for proposal in store.proposals())


async def test_a_request_that_the_worker_saw_closed_is_not_proposed(store: FakeStore) -> None:
    running = instance(store, sponsored())
    proposals = [proposal for proposal in running.new_proposals() if proposal.b.request_id == "rooms"]
    assert proposals
    closed = request("rooms", "lagos", version=2, status="closed")
    await running.take_in(REQUEST_CLOSED, closed)
    assert await running.issue(proposals) == 0


async def test_a_request_that_the_worker_saw_revised_is_not_proposed_in_its_old_words(store: FakeStore) -> None:
    running = instance(store, sponsored())
    proposals = [proposal for proposal in running.new_proposals() if proposal.b.request_id == "rooms"]
    revised = request("rooms", "lagos", version=2, amount_max=90_000)
    await running.take_in(REQUEST_REVISED, revised)
    assert await running.issue(proposals) == 0


async def test_two_cities_that_the_worker_saw_tied_are_not_proposed_until_that_was_retracted(
    store: FakeStore,
) -> None:
    running = instance(store, network_of(many_wishes(2, capacity=1)))
    declared = twinning("city-0", "city-1")
    await running.take_in(TWINNING_DECLARED, declared)
    assert await running.issue(running.new_proposals()) == 0
    retracted = twinning("city-0", "city-1", version=2, status="retracted")
    await running.take_in(TWINNING_RETRACTED, retracted)
    await running.take_in(TWINNING_DECLARED, declared)  # once more, and late
    assert await running.issue(running.new_proposals()) == 1


async def test_a_member_that_the_worker_saw_revised_is_not_proposed_in_its_old_words(store: FakeStore) -> None:
    first, second = many_wishes(2, capacity=1)
    running = instance(store, network_of([first, second]))
    await running.take_in(CITY_REVISED, first.model_copy(update={"version": 2}))
    assert await running.issue(running.new_proposals()) == 0


async def test_a_held_proposal_on_a_request_that_the_worker_saw_closed_is_dropped(store: FakeStore) -> None:
    running = instance(store, sponsored(), SendingPolicy.HOLD)
    await running.take_in(REQUEST_CLOSED, request("rooms", "lagos", version=2, status="closed"))
    await running.issue([proposal for proposal in running.new_proposals() if proposal.b.request_id])
    assert set((await running.approve()).skipped.values()) == {"overtaken"}
    assert set(stages(store)) == {"superseded"}


async def test_a_closed_request_read_again_after_it_was_opened_anew_ends_nothing(store: FakeStore) -> None:
    """A topic may be read from its start again at any time."""
    network = sponsored()
    running = instance(store, network)
    closed = request("rooms", "lagos", version=2, status="closed")
    anew = request("rooms", "lagos", version=3)
    await running.take_in(REQUEST_CLOSED, closed)
    await running.take_in(REQUEST_REVISED, anew)
    network.put_request("rooms", 3, is_open=True, state=anew.model_dump_json().encode())
    assert (
        await running.issue([proposal for proposal in running.new_proposals() if proposal.b.request_id == "rooms"][:1])
        == 1
    )
    await running.take_in(REQUEST_CLOSED, closed)
    assert stages(store) == ["issued"]
