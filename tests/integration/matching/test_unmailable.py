"""Nothing is proposed to a member that cannot be mailed: not by a round, not by approval, not as an alternate."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from isopolity.clock import uuid7
from isopolity.contracts.registry import CityState
from isopolity.matching.adapters.sql.queries import MatchingQueries, ProposalFilter
from isopolity.matching.application.workflows.approval import Approving, Selection
from isopolity.matching.application.workflows.issuance import SendingPolicy
from isopolity.matching.application.workflows.settlement import Settling
from isopolity.matching.domain.network import Network as MemberNetwork
from isopolity.matching.domain.round import RoundPlan, RoundStatus
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.service import (
    Network,
    TestClock,
    complementary,
    contact,
    embedded,
    matching,
    partner,
    programme,
)
from tests.support.polling import until

PROPOSALS = "isopolity.matching.proposal"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def network(tmp_path: Path, clock: TestClock) -> AsyncIterator[Network]:
    async with embedded(tmp_path, clock) as opened:
        yield opened


def network_of(cities: Sequence[CityState], without: Sequence[str] = ()) -> MemberNetwork:
    """A network in which these cities have no contact, and all others have."""
    network = MemberNetwork(contacts_count=True)
    for each in cities:
        network.put_member("city", each.city_id, each.version, each.status, each.model_dump_json().encode())
        if each.city_id not in without:
            network.put_contact(f"contact-of-{each.city_id}", 1, each.city_id)
    return network


def instance(database: Database, network: MemberNetwork, clock: TestClock, policy: SendingPolicy) -> Instance:
    return Instance(database, network, policy, clock)


async def sides(database: Database, stage: str) -> list[str]:
    found = await MatchingQueries(database).proposals(ProposalFilter(stage=stage), None, 50)
    return sorted(side.member_id for proposal in found for side in proposal.sides)


async def test_a_round_leaves_out_a_member_without_a_contact_and_takes_it_in_once_it_has_one(
    database: Database, clock: TestClock
) -> None:
    members = many_wishes(4, capacity=1)
    network = network_of(members, without=["city-0"])
    running = instance(database, network, clock, SendingPolicy.ROUNDS_ONLY)
    assert (await running.run_round()).issued == 1
    assert "city-0" not in await sides(database, "issued")
    network.put_contact("contact-of-city-0", 1, "city-0")
    assert (await running.run_round()).issued == 1
    assert await sides(database, "issued") == [each.city_id for each in members]


async def test_a_contact_that_was_erased_while_the_round_was_computed_keeps_its_proposal_in(
    database: Database, clock: TestClock
) -> None:
    network = network_of(many_wishes(2, capacity=1))
    running = instance(database, network, clock, SendingPolicy.ROUNDS_ONLY)
    drafts = running.drafts()
    network.put_contact("contact-of-city-0", 2, None)
    assert await running.issue(drafts) == 0


async def test_a_held_proposal_whose_side_cannot_be_mailed_stays_held_and_staff_is_told(
    database: Database, clock: TestClock
) -> None:
    network = network_of(many_wishes(2, capacity=1))
    running = instance(database, network, clock, SendingPolicy.HOLD)
    await running.run_round()
    network.put_contact("contact-of-city-0", 2, None)
    approving = Approving(unit_of_work=running.unit_of_work, graph=running.graph, issuing=running.issuing, clock=clock)
    outcome = await approving.approve(Selection())
    assert (len(outcome.issued), list(outcome.skipped.values())) == (0, ["no-contact"])
    assert await sides(database, "held") == ["city-0", "city-1"]
    network.put_contact("contact-of-city-0", 3, "city-0")
    assert len((await approving.approve(Selection())).issued) == 1


async def test_no_alternate_goes_to_a_member_without_a_contact(database: Database, clock: TestClock) -> None:
    network = network_of(many_wishes(3, capacity=1))
    running = instance(database, network, clock, SendingPolicy.ROUNDS_ONLY)
    assert (await running.run_round()).issued == 1
    (left,) = {"city-0", "city-1", "city-2"} - set(await sides(database, "issued"))
    network.put_contact(f"contact-of-{left}", 2, None)
    clock.move(timedelta(days=22))
    settled = await Settling(clock=clock, ids=uuid7).settle_due(running.unit_of_work, clock())
    assert await running.alternates.follow(settled) == 0


async def test_a_must_pair_of_which_one_cannot_be_mailed_fails_the_round_in_a_sentence(
    database: Database, clock: TestClock
) -> None:
    network = network_of(many_wishes(3, capacity=1), without=["city-0"])
    running = instance(database, network, clock, SendingPolicy.ROUNDS_ONLY)
    ordered = await running.rounds.order(RoundPlan(must=(("city-0", "city-1"),)))
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.status is RoundStatus.FAILED
    assert failed.failure is not None
    assert "City-0 cannot be mailed: it has no contact" in failed.failure


async def test_contacts_come_from_the_log_and_only_staff_and_the_member_itself_read_that_there_is_none(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, second = complementary(2)
    funder = partner("halcyon", [programme("reading")])
    await network.publish("isopolity.registry.city.endorsed.v1", first)
    await network.publish("isopolity.registry.partner.endorsed.v1", funder)
    await network.publish("isopolity.registry.city.endorsed.v1", second, with_contacts=False)
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        await service.knows(members_city=2, members_partner=1, graph_lag=0, members_without_contact=1)
        assert (await service.post("/rounds", {"kinds": ["twinning"]})).json()["issued"] == 0
        pair, mute = f"/pairs/{first.city_id}/{second.city_id}", second.city_id
        told = [
            await service.get(pair, "staff"),
            await service.get(pair, "member", member_id=mute),
            await service.get(pair, "member", member_id=first.city_id),
        ]
        codes = [[blocker["code"] for blocker in answer.json()["blockers"]] for answer in told]
        assert codes == [["not-at-present", "no-contact"], ["not-at-present", "no-contact"], ["not-at-present"]]
        assert f"{second.name} cannot be mailed: it has no contact." in told[0].text
        listed = {
            "staff": await service.get(f"/members/{first.city_id}/suggestions", "staff"),
            "its own": await service.get(f"/members/{mute}/suggestions", "member", member_id=mute),
            "the other": await service.get(f"/members/{first.city_id}/suggestions", "member", member_id=first.city_id),
        }
        words = {who: answer.json()[0]["status"] for who, answer in listed.items()}
        unmailable = "cannot be mailed: no contact"
        assert words == {"staff": unmailable, "its own": unmailable, "the other": "not proposed at present"}
        await network.publish("isopolity.registry.contact.changed.v1", contact(second))
        await service.knows(members_without_contact=0)
        assert (await service.post("/rounds", {"kinds": ["twinning"]})).json()["issued"] == 1
        await network.publish("isopolity.registry.contact.erased.v1", contact(second, version=2, status="erased"))
        await service.knows(members_without_contact=1)


async def test_a_member_that_joins_without_a_contact_gets_no_single_suggestion(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, second, third = complementary(3)
    async with matching(network, tmp_path, clock, sending_policy="automatic") as service:
        await network.publish("isopolity.registry.city.endorsed.v1", first)
        await network.publish("isopolity.registry.city.endorsed.v1", second, with_contacts=False)
        await service.knows(members_city=2, graph_lag=0)
        await network.publish("isopolity.registry.city.endorsed.v1", third)

        async def is_suggested() -> bool:
            return bool(await network.events(PROPOSALS))

        third_fits = third.model_copy(update={"version": 2, "needs": second.needs, "offers": second.offers})
        await network.publish("isopolity.registry.city.revised.v1", third_fits)
        await until(is_suggested)
        found = {side.member_id for event in await network.events(PROPOSALS) for side in event.data.sides}
        assert found == {first.city_id, third.city_id}
