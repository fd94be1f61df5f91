"""Contacts reach a running matching by the log; a member without one gets no proposal, and only some are told why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
        assert codes == [["not-at-present", "no-contact"], ["not-at-present", "no-contact"], []]
        assert f"{second.name} cannot be mailed: it has no contact." in told[0].text
        listed = {
            "staff": await service.get(f"/members/{first.city_id}/suggestions", "staff"),
            "its own": await service.get(f"/members/{mute}/suggestions", "member", member_id=mute),
            "the other": await service.get(f"/members/{first.city_id}/suggestions", "member", member_id=first.city_id),
        }
        words = {who: answer.json()[0]["status"] for who, answer in listed.items()}
        unmailable = "cannot be mailed: no contact"
        assert words == {"staff": unmailable, "its own": unmailable, "the other": "available"}
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


async def test_who_is_endorsed_before_its_contact_is_entered_is_suggested_once_it_is(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, second = complementary(2)
    async with matching(network, tmp_path, clock, sending_policy="automatic") as service:
        for each in (first, second):
            await network.publish("isopolity.registry.city.endorsed.v1", each, with_contacts=False)
        await service.knows(members_city=2, members_without_contact=2, graph_lag=0)

        async def are_suggested() -> bool:
            return bool(await network.events(PROPOSALS))

        for each in (first, second):
            await network.publish("isopolity.registry.contact.changed.v1", contact(each))
        await until(are_suggested)
        (event,) = await network.events(PROPOSALS)
        assert {side.member_id for side in event.data.sides} == {first.city_id, second.city_id}
