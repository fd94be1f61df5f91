"""Interests are placed as slots become free, and closed once, by several instances and after a crash."""

import asyncio
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from isopolity.contracts.event_types import CITY_REVISED
from isopolity.matching.adapters.sql.members import SqlGate
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.workflows.settlement import close_interests, end_interests
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.introductions import DAY, Introductions, introductions, members, the_proposal
from tests.support.matching.service import TestClock, complementary, embedded, matching
from tests.support.polling import until
from tests.support.shared.migrated import SQLITE, open_migrated

ROUNDS_ONLY = SendingPolicy.ROUNDS_ONLY


async def test_avoided_pairs_are_looked_for_off_the_event_loop(
    network: Introductions, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_in = set[threading.Thread]()

    def noting(look: Callable[..., Collection[str]]) -> Callable[..., Collection[str]]:
        def looking(*arguments: Any) -> Collection[str]:
            looked_in.add(threading.current_thread())
            return look(*arguments)

        return looking

    monkeypatch.setattr(Market, "avoided_pairs", noting(Market.avoided_pairs))
    monkeypatch.setattr(Market, "avoided_by", noting(Market.avoided_by))
    await network.asked("city-0", "city-1")
    assert await network.place() == 1
    assert (await network.get("/members/city-0/fitting", "city-0")).status_code == 200
    assert looked_in
    assert threading.current_thread() not in looked_in


async def test_an_interest_without_a_slot_waits_for_one(network: Introductions) -> None:
    await network.issue([one for one in network.new_proposals() if one.pair_key == "city-0:city-2"])
    await network.asked("city-0", "city-1")
    assert await network.place() == 0
    proposal = await the_proposal(network)
    assert (await network.take_back([proposal.proposal_id])) == 1
    assert await network.place() == 1


async def test_an_interest_that_gets_a_slot_too_late_for_an_answer_is_put_to_nobody(network: Introductions) -> None:
    await network.issue([one for one in network.new_proposals() if one.pair_key == "city-0:city-2"])
    await network.asked("city-0", "city-1")
    network.clock.move(20 * DAY)
    assert (await network.take_back([(await the_proposal(network)).proposal_id])) == 1
    assert await network.place() == 0
    assert await network.own_proposals("city-1") == []


async def test_two_instances_that_close_an_interest_at_once_tell_its_asker_once(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    network.clock.move(36 * DAY)
    await asyncio.gather(*(close_interests(network.unit_of_work, network.clock()) for _ in range(3)))
    assert await close_interests(network.unit_of_work, network.clock()) == 0
    assert len(await network.heard("city-0")) == 1


async def test_a_close_that_dies_before_its_commit_tells_nothing_and_comes_again(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    network.clock.move(36 * DAY)
    async with network.unit_of_work() as uow:
        assert len(await end_interests(await uow.interests.due(network.clock(), 10), uow, network.clock())) == 1
    assert await network.heard("city-0") == []
    await network.pass_time(0)
    assert len(await network.heard("city-0")) == 1


@pytest.mark.parametrize("freed_by", ["a change of the asker", "a round"])
async def test_a_place_that_becomes_free_is_first_of_whom_its_member_has_asked_for(
    tmp_path: Path, freed_by: str
) -> None:
    """The one place of the asker is taken; then it has two, and everybody else fits it as well."""
    policy = SendingPolicy.AUTOMATIC if freed_by == "a change of the asker" else ROUNDS_ONLY
    async with introductions(tmp_path, policy) as network:
        await network.issue([one for one in network.new_proposals() if one.pair_key == "city-0:city-2"])
        await network.asked("city-0", "city-1")
        assert await network.place() == 0
        more = members()[0].model_copy(update={"version": 2, "capacity": 2})
        network.known(more)
        await network.take_in(CITY_REVISED, more)
        await (network.place() if policy is SendingPolicy.AUTOMATIC else network.run_round())
        twinnings = sorted(one.pair_key for one in await network.proposals() if one.pair_key.startswith("city-0:"))
        assert twinnings == ["city-0:city-1", "city-0:city-2"]


async def test_two_instances_place_an_interest_once(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    assert sum(await asyncio.gather(network.place(), network.place())) == 1
    assert len(await network.proposals()) == 1


async def test_what_a_crash_kept_from_being_placed_is_placed_later(
    network: Introductions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await network.asked("city-0", "city-1")

    async def crash(_: Any) -> None:
        raise ConnectionError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(SqlMatchingUnitOfWork, "commit", crash)
        with pytest.raises(ConnectionError):
            await network.place()
    assert await network.proposals() == []
    assert await network.slots() == {"city/city-0": 1}
    assert await network.place() == 1
    assert await network.slots() == {"city/city-0": 1, "city/city-1": 1}


async def test_interests_that_nothing_can_come_of_now_hold_nobody_up(
    network: Introductions, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_for_all(_: Any) -> None:
        raise AssertionError("the gate was closed for nothing")

    await network.asked("city-0", "city-4")
    monkeypatch.setattr(SqlGate, "issue", wait_for_all)
    assert await network.place() == 0


async def test_a_running_service_places_interests_and_closes_them_when_all_answers_are_in(tmp_path: Path) -> None:
    clock, database = TestClock(), await open_migrated(f"{SQLITE}{tmp_path / 'matching.db'}", "isopolity.matching")
    async with (
        embedded(tmp_path, clock) as broker,
        matching(broker, tmp_path, clock, database=database, sending_policy="rounds-only") as running,
    ):
        await broker.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
        await running.knows(members_city=2)
        path = "/members/city-0000/interests"
        asked = await running.post(path, {"other_id": "city-0001"}, "member", member_id="city-0000")
        assert asked.status_code == 202, asked.text
        await running.knows(proposals_issued=1)
        clock.move(36 * DAY)
        await broker.complete_answers(clock())
        await running.knows(proposals_expired=1)

        async def is_closed() -> bool:
            return not await MatchingQueries(database).taken(["city/city-0000", "city/city-0001"])

        await until(is_closed, what="the slots are free")
        (interest,) = (await running.get(path, "member", member_id="city-0000")).json()["items"]
        assert interest["state"] == "over"
