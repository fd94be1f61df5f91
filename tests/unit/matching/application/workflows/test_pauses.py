"""A member that pauses gets nothing new and comes back by itself; what is out goes on, and others read the same."""

from datetime import date, timedelta

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import suggestions
from isopolity.matching.application.workflows.queries.who_fits import who_fits
from isopolity.matching.domain.network import Network as MemberNetwork
from isopolity.matching.domain.round import RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock

NOTHING = ClosedPairs(closed=frozenset(), proposed=frozenset())


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def pause(network: MemberNetwork, city: CityState, until: date | None, version: int = 2) -> None:
    state = city.model_copy(update={"version": version, "paused_until": until})
    network.put_member("city", city.city_id, version, "endorsed", state.model_dump_json().encode())


def instance(network: MemberNetwork, clock: TestClock, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY) -> Instance:
    return Instance(FakeStore(), network, policy, clock)


def sides(running: Instance, stage: str) -> list[str]:
    assert isinstance(running.store, FakeStore)
    return sorted(side.member_id for proposal in running.store.proposals(stage) for side in proposal.sides)


async def test_a_round_leaves_out_who_pauses_until_the_day_comes(clock: TestClock) -> None:
    members, today = many_wishes(4, capacity=1), clock().date()
    network = network_of(members)
    pause(network, members[0], today + timedelta(days=1))
    running = instance(network, clock)
    assert (await running.run_round()).issued == 1
    assert "city-0" not in sides(running, "issued")
    clock.move(timedelta(days=1))
    assert (await running.run_round()).issued == 1
    assert sides(running, "issued") == [each.city_id for each in members]


async def test_a_pause_leaves_what_is_out_alone_and_stops_what_was_held(clock: TestClock) -> None:
    members = many_wishes(2, capacity=1)
    for policy, stage in ((SendingPolicy.ROUNDS_ONLY, "issued"), (SendingPolicy.HOLD, "superseded")):
        network = network_of(members)
        running = instance(network, clock, policy)
        await running.issue(running.new_proposals())
        pause(network, members[0], clock().date() + timedelta(days=9))
        if policy is SendingPolicy.HOLD:
            assert len((await running.approve()).issued) == 0
        assert sides(running, stage) == ["city-0", "city-1"]


async def test_a_must_pair_of_which_one_pauses_fails_the_round_in_a_sentence(clock: TestClock) -> None:
    members = many_wishes(3, capacity=1)
    network = network_of(members)
    pause(network, members[0], clock().date() + timedelta(days=9))
    running = instance(network, clock)
    ordered = await running.order(RoundPlan(must=(("city-0", "city-1"),)))
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.status is RoundStatus.FAILED
    assert "City-0 wants no new proposals at present" in str(failed.failure)


async def nobody(_holders: object) -> dict[str, int]:
    return {}


async def test_a_member_reads_the_same_list_and_the_same_numbers_while_another_pauses(clock: TestClock) -> None:
    members = many_wishes(3, capacity=1)
    network = network_of(members)
    running = instance(network, clock)

    async def read() -> object:
        found = await who_fits("city-1", NOTHING, nobody, 9, running.surroundings, asker="city-1")
        listed = await suggestions("city-1", NOTHING, nobody, 9, running.surroundings, asker="city-1")
        return found, listed

    before = await read()
    pause(network, members[0], clock().date() + timedelta(days=9))
    assert await read() == before
    listed = await suggestions("city-1", NOTHING, nobody, 9, running.surroundings, asker="city-1")
    assert "city-0" in [each.other.member_id for each in listed]


async def test_staff_is_not_suggested_who_pauses_unless_there_is_a_proposal(clock: TestClock) -> None:
    members = many_wishes(3, capacity=1)
    network = network_of(members)
    running = instance(network, clock)

    async def others(pairs: ClosedPairs) -> dict[str, str]:
        found = await suggestions("city-1", pairs, nobody, 9, running.surroundings)
        return {each.other.member_id: each.status for each in found}

    pair = frozenset({"city-0:city-1"})
    known = [NOTHING, ClosedPairs(closed=pair, proposed=frozenset()), ClosedPairs(closed=pair, proposed=pair)]
    before = [await others(pairs) for pairs in known]
    pause(network, members[0], clock().date() + timedelta(days=9))
    now = [await others(pairs) for pairs in known]
    assert now[1:] == before[1:]
    assert "city-0" in before[0]
    assert now[0] == {each: told for each, told in before[0].items() if each != "city-0"}
