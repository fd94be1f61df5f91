"""Suggestions with what-ifs, and pairs explained, over HTTP: for the member itself, or for staff."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.matching.service import (
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
)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    clock = TestClock()
    async with embedded(tmp_path, clock) as network:
        await _publish(network)
        async with matching(network, tmp_path, clock, sending_policy="rounds-only") as running:
            await running.knows(members_city=5, members_partner=1, graph_lag=0)
            yield running


async def _publish(network: Network) -> None:
    abroad = [each.model_copy(update={"region": "latin-america-caribbean"}) for each in complementary(4)[2:]]
    cities = [*complementary(4)[:2], *abroad, city("lagos")]
    await network.publish("isopolity.registry.city.endorsed.v1", *cities)
    programmes = [programme("reading"), programme("sea", subjects=("sdg.14",))]
    await network.publish("isopolity.registry.partner.endorsed.v1", partner("halcyon", programmes))
    await network.publish("isopolity.registry.request.published.v1", request("rooms", "lagos"))


async def suggested(service: Running, path: str) -> list[Any]:
    answer = await service.get(path, "staff")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_what_if_only_other_regions_counted(service: Running) -> None:
    found = await suggested(service, "/members/city-0000/suggestions")
    assert "City-0001" in [each["other"]["name"] for each in found]
    assert {each["confidence"] for each in found if each["kind"] == "twinning"} == {1}
    abroad = await suggested(service, "/members/city-0000/suggestions?region=latin-america-caribbean")
    assert [each["other"]["name"] for each in abroad] == ["City-0003"]


async def test_what_if_a_city_looked_for_and_offered_something_else(service: Running) -> None:
    as_it_is = await suggested(service, "/members/city-0000/suggestions")
    other = await suggested(
        service, "/members/city-0000/suggestions?need=sdg.14:5:webinar:2999-12-31&need=sdg.2:1:pilot"
    )
    assert other != as_it_is
    assert await suggested(service, "/members/city-0000/suggestions?need=&offer=") == []
    assert await suggested(service, "/members/city-0000/suggestions") == as_it_is


async def test_a_partner_is_suggested_cities_for_one_of_its_programmes_or_as_if_it_had_other_subjects(
    service: Running,
) -> None:
    reading = await suggested(service, "/members/halcyon/suggestions?programme_id=reading&limit=1")
    assert [(each["own"]["programme_id"], each["other"]["name"]) for each in reading] == [("reading", "Lagos")]
    assert await suggested(service, "/members/halcyon/suggestions?programme_id=sea") == []
    supposed = await suggested(service, "/members/halcyon/suggestions?programme_id=sea&subject=cluster.literacy")
    assert "Lagos" in [each["other"]["name"] for each in supposed]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/members/nobody/suggestions", 404, "There is no endorsed member with this id"),
        ("/members/halcyon/suggestions?programme_id=none", 404, "no open programme of it"),
        ("/members/city-0000/suggestions?region=atlantis", 422, "There is no region 'atlantis'; the regions are"),
        ("/members/city-0000/suggestions?subject=alchemy", 422, "There is no subject 'alchemy'"),
        ("/members/city-0000/suggestions?need=alchemy:3:webinar", 422, "There is no subject 'alchemy'"),
        ("/members/city-0000/suggestions?need=sdg.4:3", 422, "'sdg.4:3' is no need; write it as sdg.4:3:webinar"),
        ("/members/city-0000/suggestions?offer=sdg.4:3:webinar:x", 422, "is no offer; write it as sdg.4:3:webinar"),
        ("/members/halcyon/suggestions?offer=", 422, "A partner states no needs or offers; leave them and"),
        ("/members/city-0000/suggestions?budget=5", 422, "A city has no budget; leave it out."),
        ("/members/halcyon/suggestions?budget=0", 422, "correct budget"),
        ("/pairs/city-0000/nobody", 404, "There is no member nobody; correct the id."),
        ("/pairs/city-0000/city-0000", 422, "is no partner of itself; name two members."),
        ("/pairs/city-0000/halcyon", 422, "halcyon has 2 programmes"),
        ("/pairs/city-0000/halcyon?programme_id=none", 404, "There is no programme halcyon/none"),
    ],
)
async def test_a_question_that_is_wrong_is_answered_in_a_sentence(
    service: Running, path: str, status: int, says: str
) -> None:
    answer = await service.get(path, "staff")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]


async def test_staff_reads_why_two_cities_fit_told_to_both(service: Running) -> None:
    pair = (await service.get("/pairs/city-0001/city-0000", "staff")).json()
    assert (pair["kind"], pair["status"]) == ("twinning", "available")
    assert sum(part["contribution"] for part in pair["parts"]) == pytest.approx(pair["score"])
    assert pair["confidence"] == 1  # whole profiles, told today
    assert pair["a"]["gets"]
    assert pair["b"]["gets"]
    assert "City-0000" in pair["paragraph"]
    assert pair["a"]["told"].startswith("You are looking for")
    assert pair["b"]["told"].startswith("You are looking for")
    assert {each["side"] for each in pair["next_best"]} <= {"a", "b"}


async def test_staff_reads_why_a_programme_fits_a_city(service: Running) -> None:
    pair = (await service.get("/pairs/halcyon/lagos?programme_id=reading", "staff")).json()
    assert (pair["kind"], pair["a"]["programme_id"], pair["b"]["request_id"]) == ("sponsorship", "reading", "rooms")


async def test_a_member_reads_its_own_pairs_and_is_told_its_own_side_only(service: Running) -> None:
    mine = await service.get("/pairs/city-0000/city-0001", "member", member_id="city-0000")
    sides = {side["member_id"]: side["told"] for side in (mine.json()["a"], mine.json()["b"])}
    assert sides["city-0000"]
    assert sides["city-0001"] is None
    own = "a" if mine.json()["a"]["member_id"] == "city-0000" else "b"
    assert {each["side"] for each in mine.json()["next_best"]} <= {own}
    other = await service.get("/pairs/city-0002/city-0001", "member", member_id="city-0000")
    assert other.status_code == 403
    assert (await service.get("/pairs/city-0002/city-0001")).status_code == 401


async def test_a_pair_that_is_proposed_says_so_to_its_members_and_to_nobody_why_another_is_not(
    service: Running,
) -> None:
    await service.post("/rounds", {"kinds": ["twinning"]})
    proposal = (await service.get("/proposals?stage=issued", "staff")).json()["items"][0]
    one, other = (side["member_id"] for side in proposal["sides"])
    mine = await service.get(f"/pairs/{one}/{other}", "member", member_id=one)
    assert mine.json()["status"] == "proposed"
    third = ({"city-0000", "city-0001", "city-0002", "city-0003"} - {one, other}).pop()
    hidden = (await service.get(f"/pairs/{one}/{third}", "member", member_id=one)).json()
    assert hidden["status"] in ("not proposed at present", "ruled out")
    assert not {each["code"] for each in hidden["blockers"]} & {"never-rule", "proposed-before", "no-capacity"}


async def test_why_a_member_finds_nobody_is_told_to_itself_and_to_staff(service: Running) -> None:
    own = await service.get("/members/lagos/why", "member", member_id="lagos")
    assert own.status_code == 200, own.text
    (city_itself,) = own.json()["owners"]
    assert city_itself["partners"][0]["text"].startswith("Of 4 cities ")
    assert city_itself["change_text"]
    to_staff = (await service.get("/members/lagos/why", "staff")).json()
    assert [each["ruled_out"] for each in to_staff["owners"][0]["partners"]] != []
    programmes = await service.get("/members/halcyon/why?change=false", "staff")
    assert [each["programme_id"] for each in programmes.json()["owners"]] == ["reading", "sea"]
    assert programmes.json()["owners"][0]["change_text"] is None
    one = (await service.get("/members/halcyon/why?programme_id=sea", "staff")).json()["owners"]
    assert [each["programme_name"] for each in one] == ["Sea"]
    foreign = await service.get("/members/lagos/why", "member", member_id="city-0000")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not-your-own")
    assert (await service.get("/members/nobody/why", "staff")).status_code == 404


async def test_what_would_make_a_pair_fit_is_told_where_it_is_asked_for(service: Running) -> None:
    path = "/pairs/halcyon/lagos?programme_id=sea"
    assert (await service.get(path, "staff")).json()["change_text"] is None
    told = (await service.get(f"{path}&change=true", "staff")).json()["change_text"]
    assert told == "No single change that we tried would make the two fit."
    own = await service.get(f"{path}&change=true", "member", member_id="lagos")
    assert own.json()["change_text"]
    fitting = await service.get("/pairs/city-0000/city-0001?change=true", "staff")
    assert fitting.json()["change_text"] is None
