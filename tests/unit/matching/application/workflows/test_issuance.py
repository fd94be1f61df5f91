"""Issuance: what the network, the worker and capacity say against a proposal when it goes out."""

from datetime import timedelta

import pytest

from isopolity.contracts.event_types import CITY_WITHDRAWN
from isopolity.contracts.registry import RequestState
from isopolity.matching.domain.network import Network, Tie
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city, partner, programme, request


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


async def test_a_member_that_withdrew_is_not_proposed_by_an_instance_that_does_not_know_yet(
    store: FakeStore, clock: TestClock
) -> None:
    members = many_wishes(2, capacity=1)
    knowing = Instance(store, network_of(members), SendingPolicy.ROUNDS_ONLY, clock)
    behind = Instance(store, network_of(members), SendingPolicy.ROUNDS_ONLY, clock)
    await knowing.take_in(CITY_WITHDRAWN, city("city-0", version=2, status="withdrawn"))
    assert (await behind.run_round(1)).issued == 0


async def test_a_deadline_frees_capacity_for_others(store: FakeStore, clock: TestClock) -> None:
    instance = Instance(store, network_of(many_wishes(3, capacity=1)), SendingPolicy.ROUNDS_ONLY, clock)
    assert (await instance.run_round(1)).issued == 1
    assert (await instance.run_round(1)).issued == 0
    clock.move(timedelta(days=22))
    assert len(await instance.settle()) == 1
    assert await instance.settle() == []
    assert (await instance.run_round(1)).issued == 1


async def test_two_that_were_tied_while_the_round_was_computed_are_not_proposed(
    store: FakeStore, clock: TestClock
) -> None:
    network = network_of(many_wishes(2, capacity=1))
    instance = Instance(store, network, SendingPolicy.ROUNDS_ONLY, clock)
    proposals = instance.new_proposals()
    network.put_tie(Tie("t1", 1, True, "city-0", "city-1", "twinning"))
    assert await instance.issue(proposals) == 0


async def test_a_request_that_closed_while_the_round_was_computed_is_not_proposed(
    store: FakeStore, clock: TestClock
) -> None:
    network, asked = sponsorship_of(request("rooms", "lagos"))
    instance = Instance(store, network, SendingPolicy.ROUNDS_ONLY, clock)
    proposals = [proposal for proposal in instance.new_proposals() if proposal.b.request_id == asked.request_id]
    assert len(proposals) == 1
    network.put_request(asked.request_id, 2, is_open=False, state=b"")
    assert await instance.issue(proposals) == 0


def sponsorship_of(asked: RequestState) -> tuple[Network, RequestState]:
    network = network_of([city(asked.city_id)])
    funder = partner("halcyon", [programme("reading")])
    network.put_member("partner", funder.partner_id, 1, funder.status, funder.model_dump_json().encode())
    network.put_request(asked.request_id, 1, is_open=True, state=asked.model_dump_json().encode())
    return network, asked
