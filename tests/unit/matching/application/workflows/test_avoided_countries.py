"""A city that cannot work with a country: no round, draft, suggestion or interest pairs them, and nobody else learns of
it.
"""

import re
from typing import Any

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import explain_pair, suggestions
from isopolity.matching.application.workflows.queries.who_fits import who_fits
from isopolity.matching.application.workflows.queries.why_none import why_none
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import ContradictoryRules
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import TestClock, partner, programme, request

NOTHING = ClosedPairs(closed=frozenset(), proposed=frozenset())
UNSEEN = re.compile(r"version=\d+, |avoided_countries=\([^)]*\), ")
"""What stands in a city's state and in no answer."""


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def avoid(network: Network, city: CityState, *countries: str, version: int = 2) -> None:
    """Let the city state that it cannot work with these countries."""
    state = city.model_copy(update={"version": version, "avoided_countries": countries})
    network.put_member("city", city.city_id, version, "endorsed", state.model_dump_json().encode())


def instance(network: Network, clock: TestClock, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY) -> Instance:
    return Instance(FakeStore(), network, policy, clock)


async def paired(running: Instance) -> set[str]:
    return {each.pair_key for each in await running.proposals()}


async def test_no_round_pairs_a_city_with_a_country_that_it_avoids(clock: TestClock) -> None:
    members = many_wishes(3, capacity=2)
    network = network_of(members)
    avoid(network, members[0], "BX")
    running = instance(network, clock)
    assert (await running.run_round()).issued == 2
    assert await paired(running) == {"city-0:city-2", "city-1:city-2"}


async def test_no_round_pairs_a_city_with_a_foundation_of_a_country_that_it_avoids(clock: TestClock) -> None:
    (member,) = many_wishes(1, capacity=1)
    members: list[Any] = [member, partner("halcyon", [programme("reading")])]
    asked = [request("rooms", "city-0", amount_min=40_000, amount_max=60_000)]
    for countries, issued in (((), 1), (("CH",), 0)):
        network = network_of(members, asked)
        avoid(network, member, *countries)
        assert (await instance(network, clock).run_round()).issued == issued


async def test_staff_can_put_such_a_pair_in_nowhere_and_reads_no_cause(clock: TestClock) -> None:
    members = many_wishes(3, capacity=2)
    network = network_of(members)
    avoid(network, members[0], "BX")
    running = instance(network, clock, SendingPolicy.HOLD)
    draft = await running.run_draft()
    assert ("city/city-0", "city/city-1") not in await running.draft_pairs(draft.round_id)
    with pytest.raises(ContradictoryRules, match="City-0 and City-1 are not proposed to each other at present"):
        await running.edit(draft.round_id, Act.PUT_IN, ("city-0", "city-1"))
    ordered = await running.order(RoundPlan(must=(("city-0", "city-1"),)))
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.status is RoundStatus.FAILED
    assert "cannot be proposed at present" in str(failed.failure)


async def test_what_was_held_ends_and_what_is_out_stays(clock: TestClock) -> None:
    for policy, stage in ((SendingPolicy.ROUNDS_ONLY, "issued"), (SendingPolicy.HOLD, "superseded")):
        members = many_wishes(2, capacity=1)
        network = network_of(members)
        running = instance(network, clock, policy)
        await running.issue(running.new_proposals())
        avoid(network, members[0], "BX")
        if policy is SendingPolicy.HOLD:
            assert len((await running.approve()).issued) == 0
        assert {each.stage for each in await running.proposals()} == {stage}


async def test_a_pair_of_a_draft_falls_out_once_a_side_avoids_the_other(clock: TestClock) -> None:
    members = many_wishes(2, capacity=1)
    network = network_of(members)
    running = instance(network, clock, SendingPolicy.HOLD)
    draft = await running.run_draft()
    avoid(network, members[0], "BX")
    (out,) = (await running.plan(draft.round_id)).falls_out
    assert out.reason == "City-0 and City-1 are not proposed to each other at present"


async def test_nobody_else_reads_anything_of_it(clock: TestClock) -> None:
    """The other side, a third and staff read the same of everything; the city itself reads that the pair is closed."""
    members, taken = many_wishes(3, capacity=2), taken_by({})
    network = network_of(members)
    running = instance(network, clock)

    async def seen(member_id: str, asker: str | None) -> list[object]:
        surroundings = running.surroundings
        return [
            await suggestions(member_id, NOTHING, taken, 9, surroundings, asker=asker),
            await who_fits(member_id, NOTHING, taken, 9, surroundings, asker=asker),
            await why_none(member_id, surroundings),
            await explain_pair("city/city-0", "city/city-1", NOTHING, taken, surroundings, asker=asker),
        ]

    others = [("city-1", "city-1"), ("city-2", "city-2"), *((f"city-{i}", None) for i in range(3))]
    before = [repr(await seen(*each)) for each in others]
    own = await suggestions("city-0", NOTHING, taken, 9, running.surroundings, asker="city-0")
    assert {each.status for each in own} == {"available"}
    avoid(network, members[0], "BX")
    now = [repr(await seen(*each)) for each in others]
    assert [UNSEEN.sub("", each) for each in now] == [UNSEEN.sub("", each) for each in before]
    own = await suggestions("city-0", NOTHING, taken, 9, running.surroundings, asker="city-0")
    statuses = {each.other.member_id: each.status for each in own}
    assert statuses == {"city-1": "not proposed at present", "city-2": "available"}


def test_the_pairs_that_some_members_avoid_are_those_among_all_that_name_them(clock: TestClock) -> None:
    members = many_wishes(4, capacity=1)
    network = network_of([*members, partner("halcyon", [programme("reading")])])
    avoid(network, members[0], "BX", "CH")
    avoid(network, members[2], "AX", "DX")
    market = instance(network, clock).surroundings.markets.market(clock().date())
    everything = set(market.avoided_pairs())
    assert everything == {
        "city-0:city-1",
        "programme/halcyon/reading:city-0",
        "city-0:city-2",
        "city-2:city-3",
    }
    for member_id in ("city-0", "city-1", "city-2", "city-3", "halcyon"):
        assert set(market.avoided_pairs([member_id])) == {each for each in everything if member_id in each}
    assert set(market.avoided_by("city-2")) == {"city-0:city-2", "city-2:city-3"}
    assert market.avoided_by("halcyon") == set()
