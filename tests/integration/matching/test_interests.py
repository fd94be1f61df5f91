"""A member asks to be introduced: what it is told, what becomes of it, and what it cannot tell from anything."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isopolity.contracts.event_types import CITY_REVISED, CITY_WITHDRAWN
from isopolity.matching.adapters.sql.members import SqlGate
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.workflows.issuance import schedule
from isopolity.matching.application.workflows.settlement import close_interests, end_interests
from isopolity.matching.domain.network import Tie
from isopolity.matching.domain.proposal import Stage
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.introductions import DAY, Introductions, headers_of, introductions, members
from tests.support.matching.service import (
    TestClock,
    city,
    complementary,
    embedded,
    matching,
    need,
    offer,
    request,
)
from tests.support.polling import until
from tests.support.shared.migrated import SQLITE, open_migrated

HOLD, ROUNDS_ONLY = SendingPolicy.HOLD, SendingPolicy.ROUNDS_ONLY
OTHERS = ("city-0", "city-1", "city-2", "city-3", "city-4", "halcyon")


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Introductions]:
    async with introductions(tmp_path) as running:
        yield running


@pytest.fixture
async def holding(tmp_path: Path) -> AsyncIterator[Introductions]:
    async with introductions(tmp_path, HOLD) as running:
        yield running


def code(answer: Any) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


async def the_proposal(network: Introductions) -> Any:
    (proposal,) = await network.proposals()
    return proposal


async def test_an_interest_becomes_a_proposal_to_the_other_side_alone(network: Introductions) -> None:
    told = await network.asked("city-1", "city-0", openly=True)
    assert (told["other_name"], told["kind"], told["state"]) == ("City-0", "twinning", "waiting")
    assert (told["asked_at"][:10], told["hear_by"]) == ("2026-11-25", "2026-12-30")
    assert await network.own_proposals("city-0") == []
    assert await network.place() == 1
    assert await network.place() == 0
    proposal = await the_proposal(network)
    assert (proposal.stage, proposal.asked_by, proposal.asked_openly) == (Stage.ISSUED, "b", True)
    (seen,) = await network.own_proposals("city-0")
    assert seen["other_asked"] is True
    assert await network.own_proposals("city-1") == []
    assert await network.slots() == {"city/city-0": 1, "city/city-1": 1}


async def test_who_did_not_ask_openly_is_not_told(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.place()
    (seen,) = await network.own_proposals("city-1")
    assert seen["other_asked"] is False
    assert "asked_by" not in seen


async def test_a_yes_of_the_other_side_is_an_agreement(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.place()
    proposal = await the_proposal(network)
    await network.answer(proposal.proposal_id, "b", "yes")
    assert (await the_proposal(network)).stage is Stage.AGREED
    (interest,) = await network.interests("city-0")
    assert interest["state"] == "agreed"
    for member_id in ("city-0", "city-1"):
        (seen,) = await network.own_proposals(member_id)
        assert seen["stage"] == "agreed"
    assert await network.slots() == {"city/city-0": 1, "city/city-1": 1}
    await network.pass_time(40)
    assert (await network.interests("city-0"))[0]["state"] == "agreed"
    assert await network.heard("city-0") == []
    assert await network.slots() == {"city/city-0": 1, "city/city-1": 1}
    (partnership,) = (await network.get("/members/city-0/partnerships", "city-0")).json()["items"]
    await network.client.post(
        f"/partnerships/{partnership['partnership_id']}/end",
        json={"reason": "completed"},
        headers=headers_of(),
    )
    assert await network.slots() == {}


async def test_an_interest_is_over_after_its_day_and_frees_the_slot_then(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.place()
    await network.pass_time(22)
    assert (await the_proposal(network)).stage is Stage.EXPIRED
    assert await network.slots() == {"city/city-0": 1}
    assert (await network.interests("city-0"))[0]["state"] == "waiting"
    await network.pass_time(14)
    assert (await network.interests("city-0"))[0]["state"] == "over"
    assert await network.slots() == {}
    (told,) = await network.heard("city-0")
    assert (told["member_name"], told["other_name"], told["hear_by"]) == ("City-0", "City-1", "2026-12-30T23:59:59Z")
    assert await network.heard("city-1") == []
    rests = await network.ask("city-0", "city-1")
    assert (rests.status_code, code(rests)) == (409, "rests")
    assert "30 December 2027" in rests.json()["detail"]
    await network.pass_time(366)
    assert (await network.ask("city-0", "city-1")).status_code == 202


async def test_what_a_public_rule_excludes_is_refused_with_its_sentence(network: Introductions) -> None:
    network.known(city("dry", country="DX", needs=(need("sdg.14"),), offers=(offer("sdg.14"),)))
    refused = await network.ask("city-0", "dry")
    assert (refused.status_code, code(refused)) == (409, "ruled-out")
    assert refused.json()["detail"] == "Neither offers what the other is looking for, nor anything related."
    network.network.put_tie(Tie("t1", 1, True, "city-0", "city-1", "twinning"))
    refused = await network.ask("city-0", "city-1")
    assert refused.json()["detail"] == "City-0 and City-1 are partners already."


async def test_three_interests_may_be_open_at_once(tmp_path: Path) -> None:
    async with introductions(tmp_path, capacity=9) as network:
        for other in ("city-1", "city-2", "city-3"):
            await network.asked("city-0", other)
        refused = await network.ask("city-0", "city-4")
        assert (refused.status_code, code(refused)) == (409, "too-many-interests")
        again = await network.ask("city-0", "city-1")
        assert (again.status_code, code(again)) == (409, "already-asked")
        assert "30 December 2026" in again.json()["detail"]
        await network.place()
        proposal = next(one for one in await network.proposals() if one.b.member_id == "city-1")
        await network.answer(proposal.proposal_id, "b", "yes")
        assert (await network.ask("city-0", "city-4")).status_code == 202


async def test_an_interest_sent_twice_with_one_key_is_kept_once(network: Introductions) -> None:
    first = await network.asked("city-0", "city-1", key="one")
    await network.place()
    assert await network.asked("city-0", "city-1", key="one") == first
    other = await network.ask("city-0", "city-2", key="one")
    assert (other.status_code, code(other)) == (422, "idempotency-key-reused")
    proposal = await the_proposal(network)
    await network.answer(proposal.proposal_id, "b", "yes")
    network.network.put_tie(Tie("t1", 1, True, "city-0", "city-1", "twinning"))
    assert (await network.asked("city-0", "city-1", key="one"))["interest_id"] == first["interest_id"]


async def test_a_member_asks_and_reads_in_its_own_name_only(network: Introductions) -> None:
    staff = await network.client.post("/members/city-0/interests", json={"other_id": "city-1"}, headers=headers_of())
    assert staff.status_code == 403
    assert (await network.get("/members/city-0/interests")).status_code == 200
    foreign = await network.get("/members/city-0/interests", "city-1")
    assert (foreign.status_code, code(foreign)) == (403, "not-your-own")
    unknown = await network.ask("city-0", "nobody")
    assert (unknown.status_code, code(unknown)) == (404, "unknown-member")


async def test_to_a_proposal_that_is_out_an_interest_is_a_yes(network: Introductions) -> None:
    proposals = [one for one in network.new_proposals() if one.pair_key == "city-0:city-1"]
    assert await network.issue(proposals) == 1
    told = await network.asked("city-1", "city-0")
    assert told["state"] == "waiting"
    proposal = await the_proposal(network)
    assert (proposal.stage, proposal.b.answer, proposal.asked_by) == (Stage.ANSWERED, "yes", None)
    assert await network.slots() == {"city/city-0": 1, "city/city-1": 1}
    assert (await network.asked("city-0", "city-1"))["state"] == "agreed"
    assert (await network.interests("city-1"))[0]["state"] == "agreed"


async def test_who_said_no_cannot_ask_while_that_rests(network: Introductions) -> None:
    await network.issue([one for one in network.new_proposals() if one.pair_key == "city-0:city-1"])
    proposal = await the_proposal(network)
    await network.answer(proposal.proposal_id, "a", "no")
    for days in (0, 30):
        await network.pass_time(days)
        refused = await network.ask("city-0", "city-1")
        assert (refused.status_code, code(refused)) == (409, "you-declined")
    assert (await network.ask("city-1", "city-0")).status_code == 202
    assert await network.place() == 0


async def test_two_interests_in_one_pair_agree(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.asked("city-1", "city-0")
    await network.place()
    assert (await the_proposal(network)).stage is Stage.AGREED
    assert [(await network.interests(each))[0]["state"] for each in ("city-0", "city-1")] == ["agreed"] * 2
    assert await network.slots() == {"city/city-0": 1, "city/city-1": 1}


async def test_under_hold_two_interests_wait_for_staff_and_then_agree(holding: Introductions) -> None:
    await holding.asked("city-0", "city-1")
    await holding.place()
    await holding.asked("city-1", "city-0")
    await holding.place()
    assert (await the_proposal(holding)).stage is Stage.HELD
    assert len((await holding.approve()).issued) == 1
    assert (await the_proposal(holding)).stage is Stage.AGREED
    assert [(await holding.interests(each))[0]["state"] for each in ("city-0", "city-1")] == ["agreed"] * 2


async def test_what_staff_approves_too_late_does_not_go_out(holding: Introductions) -> None:
    await holding.asked("city-0", "city-1")
    await holding.place()
    await holding.pass_time(15)
    assert (await holding.approve()).skipped == {(await the_proposal(holding)).proposal_id: "too-late"}
    await holding.pass_time(21)
    assert (await the_proposal(holding)).stage is Stage.SUPERSEDED
    assert await holding.slots() == {}


async def test_what_was_overtaken_while_it_was_held_is_drawn_up_again(holding: Introductions) -> None:
    await holding.asked("city-0", "city-1")
    await holding.place()
    wishes = {"needs": (need("cluster.literacy"),), "offers": (offer("cluster.literacy"),), "capacity": 1}
    holding.known(city("city-1", version=2, country="BX", **wishes))
    assert len((await holding.approve()).issued) == 0
    assert await holding.place() == 1
    assert len((await holding.approve()).issued) == 1
    assert await holding.slots() == {"city/city-0": 1, "city/city-1": 1}


async def test_what_a_round_holds_is_joined_and_stays_held_when_the_interest_is_over(holding: Introductions) -> None:
    (held,) = (one for one in holding.new_proposals() if one.pair_key == "city-0:city-1")
    await holding.issue([replace(held, round_id="r")])
    before = await holding.views("city-1", ["city-0"])
    await holding.asked("city-0", "city-1")
    assert await holding.place() == 1
    assert (await the_proposal(holding)).asked_by == "a"
    assert await holding.views("city-1", ["city-0"]) == before
    await holding.pass_time(36)
    assert await the_proposal(holding) == replace(held, round_id="r")
    assert await holding.views("city-1", ["city-0"]) == before
    assert await holding.slots() == {}


async def test_what_is_scheduled_is_said_yes_to_when_it_is_out(network: Introductions) -> None:
    (proposal,) = (one for one in network.new_proposals() if one.pair_key == "city-0:city-1")
    async with network.unit_of_work() as uow:
        await schedule([proposal], network.clock() + DAY, uow, network.surroundings)
        await uow.commit()
    await network.asked("city-0", "city-1")
    assert await network.place() == 0
    network.clock.move(DAY)
    assert await network.release() == 1
    assert await network.place() == 1
    (seen,) = await network.own_proposals("city-0")
    assert (seen["stage"], seen["own"]["answer"]) == ("open", "yes")
    assert await network.slots() == {"city/city-0": 1, "city/city-1": 1}


async def test_a_round_leaves_the_pair_of_an_interest_alone(tmp_path: Path) -> None:
    async with introductions(tmp_path, capacity=9) as network:
        await network.asked("city-0", "city-4")
        assert await network.place() == 0
        await network.run_round()
        pairs = {one.pair_key for one in await network.proposals()}
        assert "city-0:city-1" in pairs
        assert "city-0:city-4" not in pairs


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


async def test_a_member_that_leaves_asks_for_nothing_any_more(network: Introductions) -> None:
    await network.asked("city-0", "city-4")
    await network.take_in(CITY_WITHDRAWN, city("city-0", version=2, status="withdrawn"))
    assert await network.slots() == {}
    assert await network.place() == 0


async def test_a_partner_asks_for_a_request_and_a_city_for_a_programme(network: Introductions) -> None:
    state = request("rooms", "city-1")
    network.network.put_request("rooms", 1, True, state.model_dump_json().encode())
    told = await network.asked("halcyon", "city-1", programme_id="reading", request_id="rooms")
    assert (told["kind"], told["programme_id"], told["request_id"]) == ("sponsorship", "reading", "rooms")
    back = await network.asked("city-2", "halcyon", programme_id="books")
    assert (back["other_name"], back["programme_id"], back["request_id"]) == ("Foundation Halcyon", "books", None)
    assert await network.place() == 2
    by_pair = {one.pair_key: one for one in await network.proposals()}
    assert by_pair["programme/halcyon/reading:city-1"].b.request_id == "rooms"
    assert by_pair["programme/halcyon/books:city-2"].asked_by == "b"
    which = await network.ask("city-3", "halcyon")
    assert (which.status_code, code(which)) == (422, "no-pair")
    assert (await network.ask("city-3", "halcyon", programme_id="none")).status_code == 404
    assert (await network.ask("halcyon", "city-3", programme_id="books", request_id="none")).status_code == 404


Act = Callable[[Introductions], Awaitable[Any]]


async def _nothing(network: Introductions) -> None:
    return


def _answers(answer: str) -> Act:
    async def act(network: Introductions) -> None:
        proposal = next(one for one in await network.proposals() if one.asked_by is not None)
        await network.answer(proposal.proposal_id, "b", answer)

    return act


async def _full(network: Introductions) -> None:
    pair = [one for one in network.new_proposals() if one.pair_key in ("city-1:city-2", "programme/halcyon/x:city-1")]
    assert await network.issue(pair) == 1


async def _sponsored(network: Introductions) -> None:
    async with network.unit_of_work() as uow:
        await uow.reservations.reserve([("x", ["city/city-1/sponsorships"])], {"city/city-1/sponsorships": 1})
        await uow.commit()


async def _without_contact(network: Introductions) -> None:
    network.network.put_contact("contact-of-city-1", 2, None)


async def _taken_back(network: Introductions) -> None:
    await network.take_back([one.proposal_id for one in await network.proposals() if one.asked_by is not None])


BEFORE: dict[str, Act] = {"full": _full, "no contact": _without_contact, "sponsored": _sponsored}
AFTER: dict[str, Act] = {
    "no": _answers("no"),
    "later": _answers("later"),
    "pending": _answers("pending"),
    "loses its contact": _without_contact,
    "taken back": _taken_back,
}
UNDER_HOLD: dict[str, Act] = {
    "never approved": _nothing,
    "discarded": lambda network: network.discard(),
    "approved": lambda network: network.approve(),
}
WORLDS = [
    ("silence", ROUNDS_ONLY, _nothing, _nothing),
    *((name, ROUNDS_ONLY, act, _nothing) for name, act in BEFORE.items()),
    *((name, ROUNDS_ONLY, _nothing, act) for name, act in AFTER.items()),
    *((name, HOLD, _nothing, act) for name, act in UNDER_HOLD.items()),
]


@pytest.mark.parametrize(
    ("asker", "order"),
    [
        pytest.param("city-0", {}, id="a city", marks=pytest.mark.long),  # a property test asks as a city, too
        pytest.param("halcyon", {"programme_id": "reading"}, id="a partner with two programmes"),
    ],
)
async def test_the_asker_sees_the_same_whatever_becomes_of_its_interest(
    tmp_path: Path, asker: str, order: dict[str, Any]
) -> None:
    views: dict[str, list[Any]] = {}
    for name, policy, before, after in WORLDS:
        async with introductions(tmp_path / name, policy) as network:
            await before(network)
            seen = views.setdefault(name, [])
            seen.append(await _receipt(network, asker, order))
            seen.append(await network.views(asker, ["city-1"]))
            await network.place()
            seen.append(await network.views(asker, ["city-1"]))
            await after(network)
            for days in (1, 20.5, 1, 13, 300):
                await network.pass_time(days)
                seen.append(await _without_others(network, asker))
                seen.append(code(await network.ask(asker, "city-1", **order)))
            assert len(await network.heard(asker)) == 1
    for name, seen in views.items():
        assert seen == views["silence"], name


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


async def _receipt(network: Introductions, asker: str, order: dict[str, Any]) -> Any:
    told = await network.asked(asker, "city-1", **order)
    del told["interest_id"]
    return told


async def _without_others(network: Introductions, asker: str) -> Any:
    """The asker's views; of suggestions those about the pair's members only, since others have their own lives."""
    seen = await network.views(asker, ["city-1"])
    seen["suggestions"] = [each for each in seen["suggestions"] if each["other"]["member_id"] == "city-1"]
    return seen


@pytest.mark.parametrize("policy", [HOLD, ROUNDS_ONLY], ids=str)
@pytest.mark.parametrize("asker", ["city-0", "halcyon"])
async def test_nobody_else_sees_anything_of_an_interest_before_it_is_sent(
    tmp_path: Path, policy: SendingPolicy, asker: str
) -> None:
    seen = []
    for name in ("asked", "not asked"):
        async with introductions(tmp_path / name, policy) as network:
            if policy is ROUNDS_ONLY:
                await _without_contact(network)
            if name == "asked":
                await network.asked(asker, "city-1", **({"programme_id": "reading"} if asker == "halcyon" else {}))
                await network.place()
            views = [await network.views(each, [asker]) for each in ("city-1", "city-2", "city-3")]
            await network.discard()
            await network.pass_time(36)
            views += [await network.views(each, [asker]) for each in ("city-1", "city-2", "city-3")]
            seen.append(views)
    assert seen[0] == seen[1]


async def test_a_page_of_proposals_is_as_long_as_if_the_hidden_ones_were_not_there(tmp_path: Path) -> None:
    async with introductions(tmp_path, capacity=9) as network:
        await network.issue([one for one in network.new_proposals() if one.pair_key == "city-0:city-2"])
        await network.asked("city-0", "city-1")
        await network.asked("city-0", "city-3")
        await network.place()
        page = (await network.get("/members/city-0/proposals?limit=1", "city-0")).json()
        assert [each["other"]["member_id"] for each in page["items"]] == ["city-2"]


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
