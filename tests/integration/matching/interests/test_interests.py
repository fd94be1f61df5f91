"""A member asks to be introduced: what is refused, what becomes of its interest, and who agrees."""

from dataclasses import replace
from pathlib import Path

from isopolity.contracts.event_types import CITY_WITHDRAWN
from isopolity.matching.application.workflows.issuance import schedule
from isopolity.matching.domain.network import Tie
from isopolity.matching.domain.proposal import Stage
from tests.support.matching.introductions import DAY, Introductions, code, headers_of, introductions, the_proposal
from tests.support.matching.service import city, need, offer, request


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


async def test_a_pair_rests_from_the_end_of_its_partnership_on(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.asked("city-1", "city-0")
    await network.place()
    (partnership,) = (await network.get("/members/city-0/partnerships", "city-0")).json()["items"]
    await network.pass_time(700)
    ending = f"/partnerships/{partnership['partnership_id']}/end"
    await network.client.post(ending, json={"reason": "completed"}, headers=headers_of())
    async with network.unit_of_work() as uow:
        assert "city-0:city-1" in await uow.proposals.closed_pairs(network.surroundings.frozen_since())
    for asker, other in (("city-0", "city-1"), ("city-1", "city-0")):
        refused = await network.ask(asker, other)
        assert (refused.status_code, code(refused)) == (409, "rests")
        assert "Your partnership has ended; you can ask again after 25 October 2029." in refused.json()["detail"]
    await network.pass_time(366)
    assert (await network.ask("city-0", "city-1")).status_code == 202


async def test_what_a_public_rule_excludes_is_refused_with_its_sentence(network: Introductions) -> None:
    network.known(city("dry", country="DX", needs=(need("sdg.14"),), offers=(offer("sdg.14"),)))
    refused = await network.ask("city-0", "dry")
    assert (refused.status_code, code(refused)) == (409, "ruled-out")
    assert refused.json()["detail"] == "Neither offers anything close to what the other is looking for."
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
