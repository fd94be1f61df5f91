"""Requests, twinnings and contacts over HTTP."""

import asyncio

import pytest
from sqlalchemy import func, select

from isopolity.registry.adapters.sql import tables
from isopolity.registry.entrypoints.http.merge_patch import validated
from isopolity.registry.entrypoints.inputs import RequestInput
from isopolity.web.problems import Problem
from tests.support.registry.service import (
    CITY,
    CONTACT,
    REQUEST,
    WHY,
    RegistryUnderTest,
    bearer,
    member,
    patching,
    staff,
)

REQUESTS = "/registry/v1/requests"
TWINNINGS = "/registry/v1/twinnings"
CONTACTS = "/registry/v1/contacts"
AT_MOST = "Give at most 500 characters."


async def test_a_city_asks_changes_and_closes(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id = await registry.add_city()
    mine = member(city_id)
    made = await http.post(REQUESTS, json=REQUEST | {"city_id": city_id, "subjects": ["sdg.4"]}, headers=mine)
    assert made.status_code == 201, made.text
    place = made.headers["location"]
    assert (await http.get(place)).json()["city_id"] == city_id
    assert len((await http.get(REQUESTS, params={"subject": "sdg.4", "text": "boo"})).json()["items"]) == 1
    changed = await http.patch(place, json={"amount_max": 900}, headers=mine | patching(1))
    assert (changed.json()["amount_max"], changed.headers["etag"]) == (900, '"2"')
    assert (await http.post(f"{place}/close", headers=mine)).json()["status"] == "closed"
    assert (await http.get(REQUESTS)).json()["items"] == []
    own = {"city_id": city_id, "status": "any"}
    (closed,) = (await http.get(REQUESTS, params=own, headers=mine)).json()["items"]
    assert closed["status"] == "closed"
    assert (await http.get(REQUESTS, params=own, headers=member("another"))).status_code == 403
    names = await registry.event_names()
    assert names[-3:] == ["request.published", "request.revised", "request.closed"]


async def test_a_request_says_at_most_500_characters(on_sqlite: RegistryUnderTest) -> None:
    http, city_id = on_sqlite.client, await on_sqlite.add_city()
    body = {**REQUEST, "city_id": city_id, "description": "a" * 501}
    refused = await http.post(REQUESTS, json=body, headers=member(city_id))
    assert [(each["pointer"], each["detail"]) for each in refused.json()["errors"]] == [("/description", AT_MOST)]
    made = await http.post(REQUESTS, json={**body, "description": "a" * 500}, headers=member(city_id))
    assert made.status_code == 201


def test_a_longer_text_of_an_earlier_release_stays_until_it_is_edited() -> None:
    old = {**REQUEST, "description": "b" * 4000}
    kept = validated(RequestInput, {**old, "amount_max": 900}, old)
    assert len(kept.description) == 4000
    with pytest.raises(Problem):
        validated(RequestInput, {**old, "description": "c" * 501}, old)


async def test_requests_and_twinnings_of_applicants_do_not_show(registry: RegistryUnderTest) -> None:
    http = registry.client
    endorsed = await registry.add_city()
    applied = (await http.post("/registry/v1/cities", json=CITY | {"geonames_id": 2}, headers=staff())).json()
    made = await http.post(REQUESTS, json=REQUEST | {"city_id": applied["city_id"]}, headers=staff())
    tied = await http.post(TWINNINGS, json={"city_a": applied["city_id"], "city_b": endorsed}, headers=staff())
    for answer, listed in ((made, REQUESTS), (tied, TWINNINGS)):
        assert answer.status_code == 201, answer.text
        place = answer.headers["location"]
        assert (await http.get(place)).status_code == 404
        assert (await http.get(listed)).json()["items"] == []
        assert (await http.get(place, headers=member(applied["city_id"]))).status_code == 200
        assert len((await http.get(listed, headers=staff())).json()["items"]) == 1


async def test_a_city_asks_in_its_own_name_only(on_sqlite: RegistryUnderTest) -> None:
    mine, other = await on_sqlite.add_city(), await on_sqlite.add_city(geonames_id=2)
    answer = await on_sqlite.client.post(REQUESTS, json=REQUEST | {"city_id": other}, headers=member(mine))
    assert answer.status_code == 403
    answer = await on_sqlite.client.post(REQUESTS, json=REQUEST | {"city_id": "nobody"}, headers=staff())
    assert answer.json()["errors"][0]["pointer"] == "/city_id"


async def test_twinnings_are_declared_once_and_retracted(registry: RegistryUnderTest) -> None:
    http = registry.client
    one, other = await registry.add_city(), await registry.add_city(geonames_id=2)
    first = await http.post(TWINNINGS, json={"city_a": other, "city_b": one, "since": 1999}, headers=staff())
    again = await http.post(TWINNINGS, json={"city_a": one, "city_b": other, "since": 1999}, headers=staff())
    assert first.json() == again.json()
    assert (await registry.event_names()).count("twinning.declared") == 1
    assert len((await http.get(TWINNINGS, params={"city_id": other})).json()["items"]) == 1
    place = first.headers["location"]
    assert (await http.post(f"{place}/retract", headers=member(other))).json()["status"] == "retracted"
    assert (await http.get(TWINNINGS)).json()["items"] == []
    same = await http.post(TWINNINGS, json={"city_a": one, "city_b": one}, headers=staff())
    assert same.status_code == 422


async def test_contacts_are_read_by_services_staff_and_the_member_only(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id, other = await registry.add_city(), await registry.add_city(geonames_id=2)
    body = CONTACT | {"member_kind": "city", "member_id": city_id, "language": "pt"}
    made = await http.post(CONTACTS, json=body, headers=member(city_id))
    assert made.status_code == 201, made.text
    assert set(made.json()) == {"contact_id", "version", "member_kind", "member_id", "role", "confirmed"}
    place, foreign = made.headers["location"], member(other)
    for headers, status in (
        ({}, 401),
        (bearer("operator"), 403),
        (foreign, 403),
        (member(city_id), 200),
        (staff(), 200),
        (bearer("contacts:read"), 200),
    ):
        assert (await http.get(place, headers=headers)).status_code == (404 if headers == foreign else status)
        listed = await http.get(CONTACTS, params={"member_id": city_id}, headers=headers)
        assert listed.status_code == status
    assert (await http.get(place, headers=bearer("contacts:read"))).json() == body | {
        "contact_id": made.json()["contact_id"],
        "version": 1,
        "confirmed": True,
        "confirmed_at": None,
        "moved": False,
    }


async def test_a_member_cannot_tell_whether_a_contact_of_another_was_erased(on_sqlite: RegistryUnderTest) -> None:
    http = on_sqlite.client
    city_id, other = await on_sqlite.add_city(), await on_sqlite.add_city(geonames_id=2)
    body = CONTACT | {"member_kind": "city", "member_id": city_id}
    place = (await http.post(CONTACTS, json=body, headers=staff())).headers["location"]

    async def told() -> list[tuple[int, str]]:
        changing = member(other) | patching(1)
        answers = [
            await http.get(place, headers=member(other)),
            await http.patch(place, json={"name": "Bo"}, headers=changing),
            await http.delete(place, headers=member(other)),
        ]
        return [(answer.status_code, answer.text) for answer in answers]

    before = await told()
    assert (await http.post(f"{place}/erase", json=WHY, headers=staff())).status_code == 204
    assert await told() == before
    assert {status for status, _ in before} == {404}


async def test_a_service_that_reads_contacts_changes_none(on_sqlite: RegistryUnderTest) -> None:
    city_id = await on_sqlite.add_city()
    body = CONTACT | {"member_kind": "city", "member_id": city_id}
    answer = await on_sqlite.client.post(CONTACTS, json=body, headers=bearer("contacts:read"))
    assert answer.status_code == 403


async def test_nothing_personal_leaves_registry_or_outlives_erasure(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id = await registry.add_city()
    body = CONTACT | {"member_kind": "city", "member_id": city_id}
    headers = staff() | {"Idempotency-Key": "once"}
    place = (await http.post(CONTACTS, json=body, headers=headers)).headers["location"]
    changed = await http.patch(place, json={"name": "Ana P."} | WHY, headers=staff(**patching(1)))
    assert (changed.json()["name"], changed.json()["version"]) == ("Ana P.", 2)
    assert (await http.post(f"{place}/erase", json=WHY, headers=staff())).status_code == 204
    assert (await http.get(place, headers=staff())).status_code == 410
    assert (await http.delete(place, headers=staff())).status_code == 404
    told = [name for name in await registry.event_names() if name.startswith("contact.")]
    assert told[-3:] == ["contact.changed", "contact.changed", "contact.erased"]
    events = [event.data.model_dump_json() for event in await registry.events()]
    assert not any("Ana" in text or "ana@" in text for text in events)
    async with registry.database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(tables.contacts))).scalar_one() == 0
        stored = (await connection.execute(select(tables.idempotency))).all()
        assert not any("Ana" in str(row) or "ana@" in str(row) for row in stored)


@pytest.mark.parametrize(
    "email",
    [
        "ana",
        "ana@",
        "ana@city",
        "a b@city.example",
        "ana@city.example,bob@city.example",
        "anä@city.example",
        "ana@city..example",
    ],
)
async def test_an_address_that_is_none_is_refused(on_sqlite: RegistryUnderTest, email: str) -> None:
    city_id = await on_sqlite.add_city()
    body = CONTACT | {"member_kind": "city", "member_id": city_id, "email": email}
    answer = await on_sqlite.client.post(CONTACTS, json=body, headers=staff())
    assert answer.json()["errors"][0]["pointer"] == "/email"


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
async def test_one_address_named_twice_at_once_makes_one_contact(
    registry: RegistryUnderTest, headers: dict[str, str]
) -> None:
    city_id = await registry.add_city()
    bodies = [CONTACT | {"member_kind": "city", "member_id": city_id, "email": email} for email in ("A@x.ex", "a@x.ex")]
    answers = await asyncio.gather(
        *(registry.client.post(CONTACTS, json=body, headers=staff(**headers)) for body in bodies * 3)
    )
    assert {answer.status_code for answer in answers} <= {201, 409, 422}
    listed = await registry.client.get(CONTACTS, params={"member_id": city_id}, headers=staff())
    assert len(listed.json()["items"]) == 1


async def test_a_contact_does_not_take_the_address_of_another(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    body = CONTACT | {"member_kind": "city", "member_id": city_id}
    await registry.client.post(CONTACTS, json=body, headers=staff())
    other = await registry.client.post(CONTACTS, json=body | {"email": "bo@city.example"}, headers=staff())
    place = other.headers["location"]
    answer = await registry.client.patch(place, json={"email": "ANA@city.example"} | WHY, headers=staff(**patching(1)))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:isopolity:problem:already-registered")
    answer = await registry.client.patch(place, json={"email": "BO@city.example"} | WHY, headers=staff(**patching(1)))
    assert answer.status_code == 200


async def test_contacts_are_looked_up_in_bulk_by_services_only(registry: RegistryUnderTest) -> None:
    http = registry.client
    staying, leaving = await registry.add_city(), await registry.add_city(geonames_id=2)
    ids = []
    for city_id, email in ((staying, "a@x.example"), (staying, "b@x.example"), (leaving, "c@x.example")):
        body = CONTACT | {"member_kind": "city", "member_id": city_id, "email": email}
        ids.append((await http.post(CONTACTS, json=body, headers=staff())).json()["contact_id"])
    await http.post(f"{CONTACTS}/{ids[1]}/erase", json=WHY, headers=staff())
    await http.post(f"/registry/v1/cities/{leaving}/withdraw", headers=staff())
    asked = {"contact_ids": [ids[2], "nobody", ids[1], ids[0], ids[0]]}
    for headers, status in (({}, 401), (staff(), 403), (member(staying), 403)):
        assert (await http.post(f"{CONTACTS}/lookup", json=asked, headers=headers)).status_code == status
    answer = await http.post(f"{CONTACTS}/lookup", json=asked, headers=bearer("contacts:read"))
    assert [item["email"] for item in answer.json()["items"]] == ["a@x.example"]
    assert answer.json()["gone"] == [ids[2], "nobody", ids[1]]
    for wrong in ([], ["x"] * 501):
        answer = await http.post(f"{CONTACTS}/lookup", json={"contact_ids": wrong}, headers=bearer("contacts:read"))
        assert answer.status_code == 422


async def test_contacts_of_a_member_that_left_are_gone_to_services_but_not_to_staff(
    registry: RegistryUnderTest,
) -> None:
    http = registry.client
    city_id = await registry.add_city()
    body = CONTACT | {"member_kind": "city", "member_id": city_id}
    place = (await http.post(CONTACTS, json=body, headers=staff())).headers["location"]
    await http.post(f"/registry/v1/cities/{city_id}/withdraw", headers=staff())
    for headers, status, listed in ((bearer("contacts:read"), 410, 0), (staff(), 200, 1), (member(city_id), 200, 1)):
        assert (await http.get(place, headers=headers)).status_code == status
        answer = await http.get(CONTACTS, params={"member_id": city_id}, headers=headers)
        assert len(answer.json()["items"]) == listed
