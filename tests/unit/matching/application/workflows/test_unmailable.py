"""Nothing is proposed to a member that cannot be mailed: not by a round, not by approval, not as an alternate."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.domain.network import Network as MemberNetwork
from isopolity.matching.domain.round import RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.service import TestClock


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def network_of(cities: Sequence[CityState], without: Sequence[str] = ()) -> MemberNetwork:
    """A network in which these cities have no contact, and all others have."""
    network = MemberNetwork(contacts_count=True)
    for each in cities:
        network.put_member("city", each.city_id, each.version, each.status, each.model_dump_json().encode())
        if each.city_id not in without:
            network.put_contact(f"contact-of-{each.city_id}", 1, each.city_id)
    return network


def instance(store: FakeStore, network: MemberNetwork, clock: TestClock, policy: SendingPolicy) -> Instance:
    return Instance(store, network, policy, clock)


def sides(store: FakeStore, stage: str) -> list[str]:
    return sorted(side.member_id for proposal in store.proposals(stage) for side in proposal.sides)


async def test_a_round_leaves_out_a_member_without_a_contact_and_takes_it_in_once_it_has_one(
    store: FakeStore, clock: TestClock
) -> None:
    members = many_wishes(4, capacity=1)
    network = network_of(members, without=["city-0"])
    running = instance(store, network, clock, SendingPolicy.ROUNDS_ONLY)
    assert (await running.run_round()).issued == 1
    assert "city-0" not in sides(store, "issued")
    network.put_contact("contact-of-city-0", 1, "city-0")
    assert (await running.run_round()).issued == 1
    assert sides(store, "issued") == [each.city_id for each in members]


async def test_a_contact_that_was_erased_while_the_round_was_computed_keeps_its_proposal_in(
    store: FakeStore, clock: TestClock
) -> None:
    network = network_of(many_wishes(2, capacity=1))
    running = instance(store, network, clock, SendingPolicy.ROUNDS_ONLY)
    proposals = running.new_proposals()
    network.put_contact("contact-of-city-0", 2, None)
    assert await running.issue(proposals) == 0


async def test_a_held_proposal_whose_side_cannot_be_mailed_stays_held_and_staff_is_told(
    store: FakeStore, clock: TestClock
) -> None:
    network = network_of(many_wishes(2, capacity=1))
    running = instance(store, network, clock, SendingPolicy.HOLD)
    await running.issue(running.new_proposals())
    network.put_contact("contact-of-city-0", 2, None)
    outcome = await running.approve()
    assert (len(outcome.issued), list(outcome.skipped.values())) == (0, ["no-contact"])
    assert sides(store, "held") == ["city-0", "city-1"]
    network.put_contact("contact-of-city-0", 3, "city-0")
    assert len((await running.approve()).issued) == 1


async def test_no_alternate_goes_to_a_member_without_a_contact(store: FakeStore, clock: TestClock) -> None:
    network = network_of(many_wishes(3, capacity=1))
    running = instance(store, network, clock, SendingPolicy.ROUNDS_ONLY)
    assert (await running.run_round()).issued == 1
    (left,) = {"city-0", "city-1", "city-2"} - set(sides(store, "issued"))
    network.put_contact(f"contact-of-{left}", 2, None)
    clock.move(timedelta(days=22))
    assert await running.propose_alternates(await running.settle()) == 0


async def test_a_must_pair_of_which_one_cannot_be_mailed_fails_the_round_in_a_sentence(
    store: FakeStore, clock: TestClock
) -> None:
    network = network_of(many_wishes(3, capacity=1), without=["city-0"])
    running = instance(store, network, clock, SendingPolicy.ROUNDS_ONLY)
    ordered = await running.order(RoundPlan(must=(("city-0", "city-1"),)))
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.status is RoundStatus.FAILED
    assert failed.failure is not None
    assert "City-0 cannot be mailed: it has no contact" in failed.failure


async def test_a_round_leaves_out_a_member_whose_contacts_have_not_confirmed_and_says_so(
    store: FakeStore, clock: TestClock
) -> None:
    network = network_of(many_wishes(4, capacity=1), without=["city-0"])
    network.put_contact("contact-of-city-0", 1, "city-0", confirmed=False)
    running = instance(store, network, clock, SendingPolicy.ROUNDS_ONLY)
    ordered = await running.order(RoundPlan(must=(("city-0", "city-1"),)))
    await running.runner.work()
    failure = (await running.round(ordered.round_id)).failure
    assert "City-0 cannot be mailed: no contact has confirmed its address yet" in str(failure)
    assert (await running.run_round()).issued == 1
    assert "city-0" not in sides(store, "issued")
    network.put_contact("contact-of-city-0", 2, "city-0")
    assert (await running.run_round()).issued == 1
