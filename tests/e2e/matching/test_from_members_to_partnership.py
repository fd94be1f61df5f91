"""matching whole: events in, rounds over HTTP, events out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from isopolity.contracts.notify import ResponseReceived
from isopolity.contracts.registry import CanarySounded
from tests.support.matching.service import (
    NOW,
    Network,
    Running,
    TestClock,
    city,
    complementary,
    embedded,
    matching,
    partner,
    programme,
    request,
    twinning,
)
from tests.support.polling import until

PROPOSALS = "isopolity.matching.proposal"
PARTNERSHIPS = "isopolity.matching.partnership"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def network(tmp_path: Path, clock: TestClock) -> AsyncIterator[Network]:
    async with embedded(tmp_path, clock) as opened:
        yield opened


def response(proposal_id: str, side: str, answer: str, number: int = 1) -> ResponseReceived:
    return ResponseReceived(
        response_id=f"{proposal_id}-{side}-{number}", proposal_id=proposal_id, side=side, answer=answer, answered_at=NOW
    )


async def stages(network: Network) -> list[str]:
    return [event.data.stage for event in await network.events(PROPOSALS)]


async def test_a_round_issues_a_proposal_and_two_yes_make_a_partnership(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        done = await service.post("/rounds", {"seed": 1})
        assert done.status_code == 201, done.text
        assert done.json()["issued"] == 1
        await until(lambda: _has(network, ["issued"]))
        issued = (await network.events(PROPOSALS))[0].data
        assert [side.member_id for side in issued.sides] == ["city-0000", "city-0001"]
        assert all(side.reasons for side in issued.sides)
        listed = await service.get("/members/city-0000/proposals", "member", member_id="city-0000")
        ((own, stage),) = [(each["own"]["member_id"], each["stage"]) for each in listed.json()["items"]]
        assert (own, stage) == ("city-0000", "open")
        foreign = await service.get("/members/city-0001/proposals", "member", member_id="city-0000")
        assert (foreign.status_code, foreign.json()["type"]) == (403, "urn:isopolity:problem:not-your-own")
        for side in ("a", "b"):
            await network.publish("isopolity.notify.response.received.v1", response(issued.proposal_id, side, "yes"))
        await until(lambda: _has(network, ["issued", "answered", "agreed"]))
        established = (await network.events(PARTNERSHIPS))[0]
        assert established.data.stage == "exploratory"
        await service.knows(graph_edges=1, partnerships_exploratory=1)
        for_staff = (await service.get("/partnerships", "staff")).json()
        (known,) = for_staff["items"]
        assert [member["member_id"] for member in known["members"]] == ["city-0000", "city-0001"]
        await is_shown_once_both_chose_so(service, f"/partnerships/{known['partnership_id']}")


async def is_shown_once_both_chose_so(service: Running, path: str) -> None:
    """A partnership of city-0000 and city-0001, of whom nobody has chosen yet."""

    async def public() -> list[str]:
        listed = await service.get("/partnerships", "member", member_id="another")
        read = await service.get(path, "member", member_id="another")
        assert (read.status_code == 200) == bool(listed.json()["items"])
        return [each["partnership_id"] for each in listed.json()["items"]]

    assert await public() == []
    refused = await service.post(f"{path}/show", {"show": True}, "member", member_id="another")
    assert refused.status_code == 404
    for city_id, other in (("city-0000", "city-0001"), ("city-0001", "city-0000")):
        assert await public() == []
        chosen = await service.post(f"{path}/show", {"show": True}, "member", member_id=city_id)
        own = (await service.get(f"/members/{city_id}/partnerships", "member", member_id=city_id)).json()["items"]
        assert own == [chosen.json()]
        assert (own[0]["chosen"], own[0]["other"]["member_id"]) == (True, other)
        assert "ended_reason" not in own[0]
    assert len(await public()) == 1
    foreign = await service.get("/members/city-0000/partnerships", "member", member_id="city-0001")
    assert foreign.status_code == 403
    await service.post(f"{path}/end", {"reason": "completed"})
    (ended,) = (await service.get("/partnerships", "member", member_id="another")).json()["items"]
    assert (ended["stage"], ended["ended_reason"]) == ("ended", None)
    await service.post(f"{path}/show", {"show": False}, "member", member_id="city-0001")
    assert await public() == []


async def test_staff_ends_a_partnership_for_a_reason_and_its_slots_are_free_again(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    cities = [each.model_copy(update={"capacity": 1}) for each in complementary(2)]
    await network.publish("isopolity.registry.city.endorsed.v1", *cities)
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        await service.post("/rounds", {"seed": 1})
        await until(lambda: _has(network, ["issued"]))
        issued = (await network.events(PROPOSALS))[0].data
        for side in ("a", "b"):
            await network.publish("isopolity.notify.response.received.v1", response(issued.proposal_id, side, "yes"))
        await service.knows(graph_edges=1, partnerships_exploratory=1)
        (known,) = (await service.get("/partnerships?member_id=city-0001&standing=true", "staff")).json()["items"]
        path = f"/partnerships/{known['partnership_id']}"
        refused = await service.post(f"{path}/end", {"reason": "completed"}, "member")
        unknown = await service.post("/partnerships/none/end", {"reason": "completed"})
        strange = await service.post(f"{path}/end", {"reason": "boredom"})
        ended = await service.post(f"{path}/end", {"reason": "completed"})
        again = await service.post(f"{path}/end", {"reason": "other"})
        assert [one.status_code for one in (refused, unknown, strange, ended, again)] == [403, 404, 422, 200, 200]
        assert ended.json() == again.json() == (await service.get(path, "staff")).json()
        assert (ended.json()["stage"], ended.json()["ended_reason"]) == ("ended", "completed")
        await until(lambda: _told_of_its_end(network))
        await service.knows(partnerships_ended=1, graph_edges=0)
        (told,) = await network.events(PARTNERSHIPS)  # compacted: the newest state
        assert (told.data.version, told.data.ended_reason, told.data.ended_at) == (2, "completed", clock())
        assert (await service.get("/partnerships?standing=true", "staff")).json()["items"] == []
        others = [city("city-0002", needs=cities[0].needs, offers=cities[0].offers, country="ZZ", capacity=1)]
        await network.publish("isopolity.registry.city.endorsed.v1", *others)
        await service.knows(members_city=3)
        assert (await service.post("/rounds", {"seed": 1})).json()["issued"] == 1


async def _told_of_its_end(network: Network) -> bool:
    return [event.data.stage for event in await network.events(PARTNERSHIPS)] == ["ended"]


async def _has(network: Network, expected: list[str]) -> bool:
    return await stages(network) == expected


async def test_a_draft_tells_nobody_until_what_is_published_goes_out(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(4))
    async with matching(network, tmp_path, clock) as service:
        for _ in range(3):
            draft = (await service.post("/rounds")).json()
            assert (draft["proposed"], draft["issued"]) == (2, 0)
        path = f"/drafts/{draft['round_id']}"
        plan = (await service.post(f"{path}/plan")).json()
        assert (plan["proposals"], plan["mails"], plan["out_in_hours"], plan["falls_out"]) == (2, 4, 24, [])
        published = (await service.post(f"{path}/publish", {"token": plan["token"]})).json()
        assert published["published"] == 2
        assert (await service.post(f"{path}/publish", {"token": plan["token"]})).status_code == 409
        scheduled = (await service.get("/proposals?stage=scheduled", "staff")).json()["items"]
        assert len(scheduled) == 2
        assert await stages(network) == []
        mine = scheduled[0]["sides"][0]["member_id"]
        hidden = await service.get(f"/proposals/{scheduled[0]['proposal_id']}", "member", member_id=mine)
        assert hidden.status_code == 404
        assert (await service.post(f"{path}/undo")).json()["undone"] == 2
        place = f"/rounds/{draft['round_id']}/publications"
        (undone,) = (await service.get(place, "staff")).json()["items"]
        assert (undone["number"], undone["pairs"], undone["undone"], undone["stands"]) == (1, 2, 2, False)
        assert (await service.get(f"{place}/1/certificate", "staff")).status_code == 200
        assert (await service.get(f"/rounds/{draft['round_id']}/certificate", "staff")).status_code == 404
        assert (await service.get("/proposals", "staff")).json()["items"] == []
        plan = (await service.post(f"{path}/plan")).json()
        await service.post(f"{path}/publish", {"token": plan["token"]})
        clock.move(timedelta(hours=24))
        await until(lambda: _has(network, ["issued", "issued"]))


async def test_what_is_scheduled_goes_out_with_the_sentences_of_the_day(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, second, *others = complementary(4)
    await network.publish("isopolity.registry.city.endorsed.v1", first, second, *others)
    async with matching(network, tmp_path, clock) as service:
        path = f"/drafts/{(await service.post('/rounds')).json()['round_id']}"
        plan = (await service.post(f"{path}/plan")).json()
        await service.post(f"{path}/publish", {"token": plan["token"]})
        revised = first.model_copy(update={"version": 2, "name": "Renamed"})
        await network.publish("isopolity.registry.city.revised.v1", revised)
        gone = others[0].model_copy(update={"version": 2, "status": "withdrawn"})
        await network.publish("isopolity.registry.city.withdrawn.v1", gone)
        await service.knows(proposals_scheduled=1, proposals_superseded=1, graph_lag=0)
        publications = path.replace("/drafts/", "/rounds/") + "/publications"
        report = (await service.get(f"{publications}/1", "staff")).json()
        then, today = report["then"], report["today"]
        assert (then["twinnings"], then["left"], then["all_cities"]["cities"]) == (2, 0, 4)
        assert (today["twinnings"], today["left"], today["all_cities"]["cities"]) == (1, 1, 3)
        names = {each[side] for each in report["pairs"] for side in ("a_name", "b_name")}
        assert {"Renamed", "a city in Africa with 100,000 to 500,000 people"} < names
        assert (report["pairs_total"], len(report["pairs"])) == (2, 2)
        assert others[0].name not in str(report)
        clock.move(timedelta(hours=24))
        await until(lambda: _has(network, ["issued"]))
        (issued,) = [event.data for event in await network.events(PROPOSALS)]
        assert "Renamed" in [side.name for side in issued.sides]


async def test_a_draft_is_edited_compared_and_discarded_over_http(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(4))
    async with matching(network, tmp_path, clock) as service:
        first = (await service.post("/rounds")).json()["round_id"]
        second = (await service.post("/rounds", {"keep_drafts": True})).json()["round_id"]
        path = f"/drafts/{second}"
        pairs = (await service.get(f"{path}/pairs", "staff")).json()["items"]
        assert [(pair["chosen"], pair["pinned"], pair["published"]) for pair in pairs] == [(True, False, False)] * 2
        out = [pairs[0]["a"], pairs[0]["b"]]
        edited = (await service.post(f"{path}/edits", {"edits": [{"act": "forbid", "pair": out}]})).json()
        assert edited["draft"]["pairs"] == 1
        assert edited["edits"][0]["value"] == pytest.approx(-pairs[0]["value"], abs=1e-6)
        assert edited["edits"][0]["left_alone"] == [pairs[0]["a_name"], pairs[0]["b_name"]]
        unknown = await service.post(f"{path}/edits", {"edits": [{"act": "pin", "pair": ["nobody", out[0]]}]})
        assert unknown.status_code == 404
        stale = await service.post(f"{path}/edits", {"edits": [{"act": "pin", "pair": out}], "seen": 0})
        assert (stale.status_code, stale.json()["code"]) == (412, "edited-meanwhile")
        improved = (await service.post(f"{path}/improve")).json()
        assert improved["draft"]["pairs"] == 2
        assert [edit["act"] for edit in (await service.get(f"{path}/edits", "staff")).json()["items"]] == [
            "forbid",
            "improve",
        ]
        candidates = (await service.get(f"{path}/pairs?member={out[0]}", "staff")).json()["items"]
        assert {True, False} == {pair["forbidden"] for pair in candidates}
        difference = (await service.get(f"/drafts/{first}/difference/{second}", "staff")).json()
        assert out in [[pair["a"], pair["b"]] for pair in difference["only_first"]]
        assert [difference[name] for name in ("same_value_first", "answers_first", "answers_second")] == [0, 0, 0]
        told = (await service.get(f"{path}/preview?a={out[0]}&b={out[1]}", "staff")).json()
        assert [bool(side["reasons"]) for side in told["sides"]] == [True, True]
        named = (await service.get(f"{path}/pairs?told=true", "staff")).json()["items"]
        assert all(pair["a_name"] in pair["reason"] and "You" not in pair["reason"] for pair in named)
        report = (await service.get(f"{path}/report", "staff")).json()
        assert (report["twinnings"], report["sponsorships"], report["unserved"]) == (2, 0, [])
        assert report["all_cities"] == {"name": "all", "cities": 4, "served": 4, "first_ties": 4}
        assert [(each["name"], each["served"]) for each in report["by_region"]] == [("Africa", 4)]
        assert [(each["name"], each["served"]) for each in report["by_size"]] == [("100,000 to 500,000", 4)]
        assert report["expected_agreements"] is None
        assert (await service.post(f"{path}/discard")).json()["status"] == "discarded"
        assert (await service.post(f"{path}/improve")).status_code == 409
        assert (await service.post("/rounds", {"seed": 1})).json()["proposed"] == 2


async def test_a_city_of_a_draft_has_one_name_in_pairs_of_both_kinds(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    grants = programme("grants", subjects=("cluster.literacy", "sdg.13"), cities=1)
    await network.publish("isopolity.registry.partner.endorsed.v1", partner("fund", [grants]))
    async with matching(network, tmp_path, clock) as service:
        first = (await service.post("/rounds", {"must": [["fund", "city-0000"]]})).json()["round_id"]
        order = {"keep_drafts": True, "must": [["city-0001", "fund/grants"]], "never": [["city-0000", "city-0001"]]}
        second = (await service.post("/rounds", order)).json()["round_id"]
        pairs = (await service.get(f"/drafts/{first}/pairs?member=city-0000&told=true", "staff")).json()["items"]
        assert {(each["kind"], each["a"], each["b"]) for each in pairs} == {
            ("twinning", "city-0000", "city-0001"),
            ("sponsorship", "fund/grants", "city-0000"),
        }
        assert all(each["told_a"] and each["told_b"] for each in pairs)
        difference = (await service.get(f"/drafts/{first}/difference/{second}", "staff")).json()
        assert difference["alone_in_second"] == ["City-0000"]
        assert [(each["a"], each["b"]) for each in difference["only_second"]] == [("fund/grants", "city-0001")]
        report = (await service.get(f"/drafts/{first}/report", "staff")).json()
        assert (report["twinnings"], report["sponsorships"], report["all_cities"]["served"]) == (1, 1, 2)


async def test_a_no_stays_hidden_until_the_deadline_and_then_looks_like_silence(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        await service.post("/rounds")
        await until(lambda: _has(network, ["issued"]))
        proposal_id = (await network.events(PROPOSALS))[0].data.proposal_id
        await network.publish("isopolity.notify.response.received.v1", response(proposal_id, "a", "no"))
        await until(lambda: _has(network, ["issued", "answered"]))
        seen = (await service.get(f"/proposals/{proposal_id}", "member", member_id="city-0001")).json()
        assert seen["stage"] == "open"
        assert seen["own"]["answer"] is None
        assert "answer" not in seen["other"]
        assert (await service.post("/rounds")).json()["issued"] == 0
        clock.move(timedelta(days=22))
        await network.complete_answers(clock())
        await until(lambda: _has(network, ["issued", "answered", "declined"]))
        closed = (await service.get(f"/proposals/{proposal_id}", "member", member_id="city-0001")).json()
        assert closed["stage"] == "closed"
        told = (await service.get("/members/city-0001/suggestions", "member", member_id="city-0001")).json()
        assert [entry["status"] for entry in told] == ["not proposed at present"]
        assert (await service.post("/rounds")).json()["issued"] == 0


async def test_an_open_proposal_of_a_withdrawn_member_lapses(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    cities = complementary(2)
    await network.publish("isopolity.registry.city.endorsed.v1", *cities)
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        await service.post("/rounds")
        await service.knows(members_city=2)
        left = cities[0].model_copy(update={"version": 2, "status": "withdrawn"})
        cause = (await network.publish("isopolity.registry.city.withdrawn.v1", left))[0]
        await until(lambda: _has(network, ["issued", "issued"]))
        lapsed = (await network.events(PROPOSALS))[1]
        assert (lapsed.envelope.lineage.causation_id, lapsed.data.lapsed_by) == (cause.envelope.id, "a")
        await service.knows(graph_nodes=1, members_city=1)


async def test_a_member_that_withdraws_frees_the_capacity_of_the_other_side_at_the_deadline(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    cities = {each.city_id: each for each in complementary(3)}
    await network.publish("isopolity.registry.city.endorsed.v1", *cities.values())
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        await service.post("/rounds")
        assert (await service.post("/rounds")).json()["issued"] == 0
        (proposal,) = (await service.get("/proposals", "staff")).json()["items"]
        (leaving,) = {side["member_id"] for side in proposal["sides"]} - {"city-0001"}
        left = cities[leaving].model_copy(update={"version": 2, "status": "withdrawn"})
        await network.publish("isopolity.registry.city.withdrawn.v1", left)
        await until(lambda: _has(network, ["issued", "issued"]))
        assert (await service.post("/rounds")).json()["issued"] == 0
        clock.move(timedelta(days=22))
        await network.complete_answers(clock())
        await service.knows(proposals_expired=1)
        await service.post("/rounds")
        newest, _ = (await service.get("/proposals", "staff")).json()["items"]
        assert {side["member_id"] for side in newest["sides"]} == cities.keys() - {leaving}


async def test_a_city_that_joins_gets_a_suggestion_when_the_policy_is_automatic_and_it_was_no_import(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    first, second, third, fourth = complementary(4)
    async with matching(network, tmp_path, clock, sending_policy="automatic") as service:
        bulk = [each.model_copy(update={"bulk": True}) for each in (first, second)]
        await network.publish("isopolity.registry.city.endorsed.v1", *bulk)
        await service.knows(members_city=2, graph_lag=0)
        assert await stages(network) == []
        await network.publish("isopolity.registry.city.endorsed.v1", third)
        await until(lambda: _has(network, ["issued"]))
        await network.publish("isopolity.registry.city.endorsed.v1", fourth)
        await until(lambda: _has(network, ["issued", "issued"]))
        sides = [side.member_id for event in await network.events(PROPOSALS) for side in event.data.sides]
        assert len(set(sides)) == 4


async def test_a_programme_is_proposed_to_the_city_whose_request_it_fits(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.city.endorsed.v1", city("lagos"), city("quito", country="EC"))
    await network.publish("isopolity.registry.partner.endorsed.v1", partner("halcyon", [programme("reading")]))
    await network.publish("isopolity.registry.request.published.v1", request("rooms", "lagos"))
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        await service.post("/rounds")
        await until(lambda: _has(network, ["issued"]))
        proposal = (await network.events(PROPOSALS))[0].data
        assert (proposal.kind, proposal.sides[0].programme_id, proposal.sides[1].request_id) == (
            "sponsorship",
            "reading",
            "rooms",
        )
        closed = request("rooms", "lagos", version=2, status="closed")
        await network.publish("isopolity.registry.request.closed.v1", closed)
        await until(lambda: _has(network, ["issued", "issued"]))
        lapsed = (await network.events(PROPOSALS))[1]
        assert (lapsed.data.lapsed_by, lapsed.data.sides[1].request_id) == ("b", "rooms")


async def test_cities_that_are_twinned_already_are_not_proposed_to_each_other(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    await network.publish("isopolity.registry.twinning.declared.v1", twinning("city-0000", "city-0001"))
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    async with matching(network, tmp_path, clock, sending_policy="rounds-only") as service:
        assert (await service.post("/rounds")).json()["proposed"] == 0
        await service.knows(graph_edges=1)


async def test_the_canary_is_passed_on_unchanged(network: Network, tmp_path: Path, clock: TestClock) -> None:
    async with matching(network, tmp_path, clock) as service:
        await network.publish("isopolity.registry.canary.sounded.v1", CanarySounded(canary_id="c1", sounded_at=NOW))

        async def relayed() -> bool:
            return bool(await network.events("isopolity.matching.canary"))

        await until(relayed)
        assert service.service.vitals.canary is not None
        assert await service.service.vitals.canary() == NOW


async def test_staff_routes_refuse_members_and_strangers(network: Network, tmp_path: Path, clock: TestClock) -> None:
    async with matching(network, tmp_path, clock) as service:
        assert (await service.post("/rounds", None, "member")).status_code == 403
        assert (await service.get("/proposals")).status_code == 401
        assert (await service.post("/proposals/approve", {})).status_code == 422
        assert (await service.post("/proposals/approve", {"proposal_ids": ["none"]})).status_code == 404
        other = await service.get("/members/city-0001/suggestions", "member", member_id="city-0002")
        assert other.status_code == 403
        unknown = await service.get("/members/nobody/suggestions", "staff")
        assert unknown.status_code == 404
