"""Claims of one side wait: a twinning for the other city or staff, a new identity for staff."""

from itertools import count
from typing import Any

import httpx
import pytest

from isopolity.registry.application.twinnings import OPEN_CLAIMS
from tests.support.registry.service import CITY, CONTACT, PARTNER, RegistryUnderTest, member, patching, staff

CITIES = "/registry/v1/cities"
CHANGES = "/registry/v1/changes"
TWINNINGS = "/registry/v1/twinnings"
NUMBERS = count(100)
LURE = {"name": "Paris", "country": "FR", "geonames_id": 2988507}


async def two_cities(registry: RegistryUnderTest) -> tuple[str, str]:
    return await registry.add_city(), await registry.add_city(geonames_id=next(NUMBERS))


async def claim(registry: RegistryUnderTest, one: str, other: str, **year: int) -> httpx.Response:
    """`one` says that it is twinned with `other`."""
    body = {"city_a": one, "city_b": other, **year}
    return await registry.client.post(TWINNINGS, json=body, headers=member(one))


async def twinning_events(registry: RegistryUnderTest) -> list[str]:
    return [name for name in await registry.event_names() if name.startswith("twinning")]


async def test_a_twinning_that_one_side_declares_waits_and_does_not_show(registry: RegistryUnderTest) -> None:
    http = registry.client
    one, other = await two_cities(registry)
    claimed = await claim(registry, one, other)
    assert (claimed.status_code, claimed.json()["status"], claimed.json()["claimed_by"]) == (201, "claimed", one)
    place = claimed.headers["location"]
    assert (await http.get(place)).status_code == 404
    assert (await http.get(TWINNINGS)).json()["items"] == []
    callers: tuple[tuple[dict[str, str], str, int], ...] = (
        ({}, other, 403),
        (member(one), one, 200),
        (member(other), other, 200),
        (staff(), other, 200),
    )
    for headers, city_id, status in callers:
        query = {"status": "claimed", "city_id": city_id}
        assert (await http.get(TWINNINGS, params=query, headers=headers)).status_code == status
    assert (await http.post(f"{place}/confirm", headers=member(one))).status_code == 409
    for act in ("confirm", "refuse", "retract"):
        assert (await http.post(f"{place}/{act}", headers=member("a-third"))).status_code == 404
    assert await twinning_events(registry) == []


@pytest.mark.parametrize("way", ["confirm", "declare", "staff"])
async def test_the_other_side_or_staff_makes_it_a_fact(registry: RegistryUnderTest, way: str) -> None:
    one, other = await two_cities(registry)
    place = (await claim(registry, one, other, since=1999)).headers["location"]
    if way == "declare":
        done = await claim(registry, other, one)
    else:
        done = await registry.client.post(f"{place}/confirm", headers=member(other) if way == "confirm" else staff())
    assert (done.json()["status"], done.json()["since"], done.json()["claimed_by"]) == ("declared", 1999, None)
    assert (await registry.client.get(place)).status_code == 200
    assert await twinning_events(registry) == ["twinning.declared"]
    retracted = await registry.client.post(f"{place}/retract", headers=member(one))
    assert retracted.json()["status"] == "retracted"
    assert await twinning_events(registry) == ["twinning.declared", "twinning.retracted"]


async def test_a_refused_twinning_is_not_claimed_again_by_the_same_side(registry: RegistryUnderTest) -> None:
    one, other = await two_cities(registry)
    place = (await claim(registry, one, other)).headers["location"]
    assert (await registry.client.post(f"{place}/refuse", headers=member(other))).json()["status"] == "refused"
    assert (await claim(registry, one, other)).status_code == 409
    assert (await claim(registry, other, one)).json()["claimed_by"] == other
    assert (await registry.client.post(f"{place}/retract", headers=member(other))).json()["status"] == "retracted"
    assert (await registry.client.post(f"{place}/confirm", headers=staff())).status_code == 409
    assert await twinning_events(registry) == []


async def test_a_city_has_a_bounded_number_of_open_claims(on_sqlite: RegistryUnderTest) -> None:
    one = await on_sqlite.add_city()
    others = [await on_sqlite.add_city(geonames_id=next(NUMBERS)) for _ in range(OPEN_CLAIMS + 1)]
    claims = [await claim(on_sqlite, one, other) for other in others]
    assert [answer.status_code for answer in claims] == [201] * OPEN_CLAIMS + [409]
    await on_sqlite.client.post(f"{claims[0].headers['location']}/retract", headers=member(one))
    assert (await claim(on_sqlite, one, others[-1])).status_code == 201


async def test_a_claim_tells_nothing_of_cities_that_do_not_show(on_sqlite: RegistryUnderTest) -> None:
    one = await on_sqlite.add_city()
    applied = (await on_sqlite.client.post(CITIES, json=CITY | {"geonames_id": 2}, headers=staff())).json()["city_id"]
    hidden, unknown = await claim(on_sqlite, one, applied), await claim(on_sqlite, one, "nobody")
    assert hidden.status_code == unknown.status_code == 422
    assert hidden.content == unknown.content


async def change_of(registry: RegistryUnderTest, member_id: str) -> dict[str, Any]:
    found = await registry.client.get(f"{CHANGES}/{member_id}", headers=member(member_id))
    return dict(found.json())


async def test_a_members_new_identity_waits_and_the_rest_takes_effect(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id = await registry.add_city()
    answer = await http.patch(
        f"{CITIES}/{city_id}", json=LURE | {"population": 7}, headers=member(city_id) | patching(2)
    )
    assert (answer.status_code, answer.headers["location"]) == (202, f"{CHANGES}/{city_id}")
    assert (answer.json()["name"], answer.json()["country"], answer.json()["population"]) == (CITY["name"], "BR", 7)
    change = await change_of(registry, city_id)
    assert (change["status"], change["wanted"]) == ("pending", LURE)
    assert {name: change["before"][name] for name in LURE} == {name: CITY[name] for name in LURE}
    assert [one["member_id"] for one in (await http.get(CHANGES, headers=staff())).json()["items"]] == [city_id]
    assert "Paris" not in str([event.data for event in await registry.events()])
    assert (await http.get(CHANGES, headers=member(city_id))).status_code == 403
    assert (await http.get(f"{CHANGES}/{city_id}", headers=member("another"))).status_code == 403
    assert (await http.post(f"{CHANGES}/{city_id}/approve", headers=member(city_id))).status_code == 403


async def test_staff_approves_what_it_has_read(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id = await registry.add_city()
    place, mine = f"{CITIES}/{city_id}", member(city_id)
    await http.patch(place, json={"local_names": ["Sanliu"]}, headers=mine | patching(2))
    await http.patch(place, json={"name": "Novo Hamburgo"}, headers=mine | patching(2))
    assert (await http.post(f"{CHANGES}/{city_id}/approve", headers=staff())).status_code == 428
    old = {"If-Match": '"1"'}
    assert (await http.post(f"{CHANGES}/{city_id}/approve", headers=staff(**old))).status_code == 412
    assert (await change_of(registry, city_id))["decided_at"] is None
    approved = await http.post(f"{CHANGES}/{city_id}/approve", headers=staff(**{"If-Match": '"2"'}))
    assert approved.status_code == 200
    days = [told["decided_at"][:10] for told in (approved.json(), await change_of(registry, city_id))]
    assert days[0] == days[1]
    city = (await http.get(place)).json()
    assert (city["name"], city["local_names"], city["version"]) == ("Novo Hamburgo", ["Sanliu"], 3)
    assert (await registry.event_names())[-1] == "city.revised"
    assert (await http.post(f"{CHANGES}/{city_id}/refuse", headers=staff(**{"If-Match": "*"}))).status_code == 409


async def test_a_change_that_is_refused_or_dropped_has_no_effect(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id = await registry.add_city()
    before = await registry.event_names()
    place, mine = f"{CITIES}/{city_id}", member(city_id)
    await http.patch(place, json={"name": "Paris"}, headers=mine | patching(2))
    order = {"reason": " It is another town. "}
    refused = await http.post(f"{CHANGES}/{city_id}/refuse", json=order, headers=staff(**{"If-Match": "*"}))
    assert (refused.json()["status"], refused.json()["reason"]) == ("refused", "It is another town.")
    assert (await change_of(registry, city_id))["reason"] == "It is another town."
    await http.patch(place, json={"name": "Paris"}, headers=mine | patching(2))
    assert (await change_of(registry, city_id))["reason"] is None
    assert (await http.post(f"{CHANGES}/{city_id}/refuse", headers=staff(**{"If-Match": "*"}))).status_code == 200
    assert (await change_of(registry, city_id))["reason"] is None
    await http.patch(place, json={"name": "Paris"}, headers=mine | patching(2))
    back = await http.patch(place, json={"name": CITY["name"]}, headers=mine | patching(2))
    assert back.status_code == 200
    assert (await change_of(registry, city_id))["status"] == "dropped"
    await http.patch(place, json={"name": "Paris"}, headers=mine | patching(2))
    await http.post(f"{place}/withdraw", headers=mine)
    assert (await change_of(registry, city_id))["status"] == "dropped"
    assert await registry.event_names() == [*before, "city.withdrawn", "revocation.issued"]


async def test_a_change_to_the_identity_of_another_is_found_by_staff_only(registry: RegistryUnderTest) -> None:
    one, other = await two_cities(registry)
    http = registry.client
    taken = {"geonames_id": CITY["geonames_id"]}
    asked = await http.patch(f"{CITIES}/{other}", json=taken, headers=member(other) | patching(2))
    assert asked.status_code == 202
    answer = await http.post(f"{CHANGES}/{other}/approve", headers=staff(**{"If-Match": "*"}))
    assert answer.status_code == 409
    assert (await change_of(registry, other))["status"] == "pending"
    assert one != other


async def test_a_partners_programmes_change_at_once_and_its_home_country_does_not(
    registry: RegistryUnderTest,
) -> None:
    http = registry.client
    body = PARTNER | {"contact": CONTACT}
    made = (await http.post("/registry/v1/partners?endorse=true", json=body, headers=staff())).json()
    partner_id = made["partner_id"]
    change = {"home_country": "BE", "programmes": [PARTNER["programmes"][0] | {"name": "Write"}]}
    place = f"/registry/v1/partners/{partner_id}"
    answer = await http.patch(place, json=change, headers=member(partner_id) | patching(2))
    assert answer.status_code == 202
    assert (answer.json()["home_country"], answer.json()["programmes"][0]["name"]) == ("NL", "Write")
    direct = await http.patch(place, json={"home_country": "DE"}, headers=staff(**patching(3)))
    assert (direct.status_code, direct.json()["home_country"]) == (200, "DE")


async def test_withdrawal_and_return_are_told_of_each_contact(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id = await registry.add_city(contact=CONTACT)
    deputy = CONTACT | {"role": "deputy", "email": "bia@city.example", "member_kind": "city", "member_id": city_id}
    await http.post("/registry/v1/contacts", json=deputy, headers=staff())
    before = len(await registry.events())
    await http.post(f"{CITIES}/{city_id}/withdraw", headers=staff())
    told = (await registry.event_names())[before:]
    assert told == ["city.withdrawn", "revocation.issued", "contact.changed", "contact.changed"]
    before = len(await registry.events())
    again = await http.post(CITIES, json=CITY | {"contact": CONTACT | {"name": "Ana P."}}, headers=staff())
    assert again.json()["city_id"] == city_id
    names = (await registry.event_names())[before:]
    assert (names[0], set(names[1:]), len(names)) == ("city.registered", {"contact.changed"}, 4)
    versions = [event.data.model_dump()["version"] for event in (await registry.events())[before:]]
    assert sorted(versions[1:]) == [3, 3, 4]
