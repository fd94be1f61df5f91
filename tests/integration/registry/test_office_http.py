"""What staff does with a member on its page: look-alikes before it is entered, leaving with a reason and coming back,
the main contact, a merger that takes fields, and notes of the office.
"""

from typing import Any

import pytest

from tests.support.registry.service import (
    CITY,
    CONTACT,
    PARTNER,
    REQUEST,
    WHY,
    RegistryUnderTest,
    bearer,
    member,
    patching,
    staff,
)

ROOT = "/registry/v1"


async def do(registry: RegistryUnderTest, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
    """The answer to staff."""
    answer = await registry.client.request(method, f"{ROOT}{path}", json=body, headers=staff())
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def notes(registry: RegistryUnderTest, member_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await do(registry, "GET", f"/office-notes?member_id={member_id}"))["items"]
    return found


async def test_members_that_one_to_be_entered_may_be_are_listed_with_the_same_one_first(
    registry: RegistryUnderTest,
) -> None:
    same = await registry.add_city(name="Aachen", country="DE", geonames_id=3247449)
    near = await registry.add_city(name="Aachenn", country="DE", geonames_id=7)
    await registry.add_city(name="Aachen", country="FR", geonames_id=8)
    asked = "/look-alikes?member_kind=city&kind=city&name=Aachen&country=DE&number=3247449"
    found = (await do(registry, "GET", asked))["items"]
    assert [(each["member_id"], each["is_same"]) for each in found] == [(same, True), (near, False)]
    await do(registry, "POST", f"/cities/{same}/withdraw")
    found = (await do(registry, "GET", asked))["items"]
    assert [(each["member_id"], each["status"]) for each in found] == [(same, "withdrawn"), (near, "endorsed")]
    denied = await registry.client.get(f"{ROOT}{asked}", headers=member(near))
    assert denied.status_code == 403


async def test_staff_finds_contacts_by_address_and_by_words_of_the_name(registry: RegistryUnderTest) -> None:
    city = await registry.add_city(contact=CONTACT | {"name": "Élodie Müller-Ruiz", "email": "Elodie@City.example"})
    await registry.add_city(geonames_id=7, contact=CONTACT | {"name": "Bo", "email": "bo@city.example"})
    for text in ("ruiz elodie", "MULLER", "elodie@CITY.example"):
        found = (await do(registry, "POST", "/contacts/find", {"text": text}))["items"]
        assert [each["member_id"] for each in found] == [city], text
    for text in ("odie@city.example", "nobody"):
        assert (await do(registry, "POST", "/contacts/find", {"text": text}))["items"] == []
    denied = await registry.client.post(f"{ROOT}/contacts/find", json={"text": "bo"}, headers=member(city))
    assert denied.status_code == 403


async def test_a_partner_with_a_similar_name_is_a_look_alike(registry: RegistryUnderTest) -> None:
    made = await do(registry, "POST", "/partners?endorse=true", PARTNER, status=201)
    asked = {
        "member_kind": "partner",
        "kind": "foundation",
        "name": f"{PARTNER['name']}s",
        "country": made["home_country"],
    }
    answer = await registry.client.get(f"{ROOT}/look-alikes", params=asked, headers=staff())
    assert [each["member_id"] for each in answer.json()["items"]] == [made["partner_id"]]


async def test_why_a_member_left_and_came_back_are_notes_of_the_office(registry: RegistryUnderTest) -> None:
    city = await registry.add_city(contact=CONTACT)
    why = {"reason": "The council voted to leave.", "day": "2026-02-27"}
    assert (await do(registry, "POST", f"/cities/{city}/withdraw", why))["status"] == "withdrawn"
    await do(registry, "POST", f"/cities/{city}/withdraw", why)  # sent again, it keeps nothing
    back = await do(registry, "POST", f"/cities/{city}/reinstate", {"reason": "The new council voted to come back."})
    assert (back["status"], back["city_id"]) == ("endorsed", city)
    assert (await do(registry, "POST", f"/cities/{city}/reinstate"))["version"] == back["version"]
    found = await notes(registry, city)
    assert [(each["about"], each["text"]) for each in found] == [
        ("returned", "The new council voted to come back."),
        ("left", "The council voted to leave."),
    ]
    assert found[1]["day"] == "2026-02-27"
    assert len((await do(registry, "GET", f"/contacts?member_id={city}"))["items"]) == 1
    assert (await registry.event_names())[-2:] == ["contact.changed", "city.endorsed"]


async def test_a_member_gives_no_reason_for_the_office_and_no_day_is_later_than_today(
    registry: RegistryUnderTest,
) -> None:
    city = await registry.add_city()
    why = {"reason": "We have no time."}
    own = await registry.client.post(f"{ROOT}/cities/{city}/withdraw", json=why, headers=member(city))
    assert own.status_code == 403
    later = why | {"day": "2090-01-01"}
    await do(registry, "POST", f"/cities/{city}/withdraw", later, status=422)
    assert (await do(registry, "GET", f"/cities/{city}"))["status"] == "endorsed"


async def test_an_entry_that_was_merged_does_not_come_back(registry: RegistryUnderTest) -> None:
    kept, double = [await registry.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2)]
    await do(registry, "POST", f"/cities/{kept}/merge", {"duplicate_id": double, "confirmed": True})
    refused = await do(registry, "POST", f"/cities/{double}/reinstate", status=409)
    assert kept in refused["detail"]


async def test_a_merger_takes_the_fields_that_staff_chose_and_moves_notes(registry: RegistryUnderTest) -> None:
    kept = await registry.add_city(
        geonames_id=1, population=100, latitude=1.0, longitude=2.0, web="https://one.example"
    )
    double = await registry.add_city(geonames_id=2, population=200, latitude=3.0, longitude=4.0, about="A port.")
    await do(
        registry, "POST", "/office-notes", {"member_kind": "city", "member_id": double, "text": "Ask."}, status=201
    )
    wanted = {"duplicate_id": double, "confirmed": True, "take": ["population", "latitude", "web"]}
    merged = await do(registry, "POST", f"/cities/{kept}/merge", wanted)
    values = [merged[name] for name in ("population", "latitude", "longitude", "web", "about")]
    assert values == [200, 3.0, 4.0, None, "A port."]
    assert [each["text"] for each in await notes(registry, kept)] == ["Ask."]
    await do(registry, "POST", f"/cities/{kept}/merge", wanted | {"take": ["name"]}, status=422)


async def test_the_main_contact_is_the_one_that_staff_chose(registry: RegistryUnderTest) -> None:
    city = await registry.add_city(contact=CONTACT)
    named = {"member_kind": "city", "member_id": city, "role": "deputy", "name": "Bea", "email": "bea@city.example"}
    bea = (await do(registry, "POST", "/contacts", named, status=201))["contact_id"]
    await do(registry, "POST", f"/contacts/{bea}/main", {}, status=422)
    done = await do(registry, "POST", f"/contacts/{bea}/main", WHY)
    assert done["role"] == "coordinator"
    roles = {each["name"]: each["role"] for each in (await do(registry, "GET", f"/contacts?member_id={city}"))["items"]}
    assert roles == {"Ana Prado": "deputy", "Bea": "coordinator"}
    assert (await do(registry, "POST", f"/contacts/{bea}/main", WHY))["version"] == done["version"]


async def test_a_contact_that_has_not_confirmed_its_address_is_not_made_the_main_one(
    registry: RegistryUnderTest,
) -> None:
    city = await registry.add_city(contact=CONTACT)
    named = {"member_kind": "city", "member_id": city, "role": "deputy", "name": "Bea", "email": "bea@city.org"}
    bea = (await do(registry, "POST", "/contacts", named, status=201))["contact_id"]
    await do(registry, "POST", f"/contacts/{bea}/main", WHY, status=409)


@pytest.mark.parametrize("scope", ["staff:publish", "staff:read"])
async def test_staff_reads_notes_and_only_who_may_endorse_writes_them(registry: RegistryUnderTest, scope: str) -> None:
    city = await registry.add_city()
    body = {"member_kind": "city", "member_id": city, "text": "Speaks French only."}
    note = (await do(registry, "POST", "/office-notes", body, status=201))["note_id"]
    assert [each["note_id"] for each in await notes(registry, city)] == [note]
    path = f"{ROOT}/office-notes"
    for headers, read in ((bearer(scope), 200), (member(city), 403)):
        assert (await registry.client.get(f"{path}?member_id={city}", headers=headers)).status_code == read
        assert (await registry.client.post(path, json=body, headers=headers)).status_code == 403
        gone = await registry.client.delete(f"{path}/{note}?member_id={city}", headers=headers)
        assert gone.status_code == 403
    await do(registry, "DELETE", f"/office-notes/{note}?member_id={city}", status=204)
    assert await notes(registry, city) == []
    await do(registry, "DELETE", f"/office-notes/{note}?member_id={city}", status=404)


async def test_the_audit_names_who_wrote_a_note_and_not_what_it_says(registry: RegistryUnderTest) -> None:
    city = await registry.add_city()
    body = {"member_kind": "city", "member_id": city, "text": "Speaks French only."}
    note = (await do(registry, "POST", "/office-notes", body, status=201))["note_id"]
    await do(registry, "DELETE", f"/office-notes/{note}?member_id={city}", status=204)
    found = (await do(registry, "GET", f"/audit?member={city}"))["items"]
    acts = [each["action"] for each in found if each["subject_id"] == note]
    assert (acts, found[0]["actor"]) == (["office-notes.delete", "office-notes.create"], "tester")
    assert "French" not in str(found)
    assert CITY["name"] not in str([each for each in found if each["subject_id"] == note])


async def test_a_merger_is_undone_with_what_it_carried_and_only_once(registry: RegistryUnderTest) -> None:
    kept, double = [await registry.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2)]
    listed = await do(registry, "POST", "/partners?endorse=true", PARTNER, status=201)
    desk = f"{ROOT}/partners/{listed['partner_id']}/shortlist/{double}"
    theirs = member(listed["partner_id"], kind="partner")
    await registry.client.put(desk, json={"status": "shortlisted", "seen_at": None}, headers=theirs)
    assert (await registry.client.post(f"{desk}/notes", json={"text": "Call."}, headers=theirs)).status_code == 201
    note = {"member_kind": "city", "member_id": double, "text": "Ask."}
    await do(registry, "POST", "/office-notes", note, status=201)
    request = (await do(registry, "POST", "/requests", REQUEST | {"city_id": double}, status=201))["request_id"]
    await do(registry, "POST", f"/cities/{kept}/merge", {"duplicate_id": double, "confirmed": True})
    found = await do(registry, "GET", f"/mergers/{double}")
    assert [found[name] for name in ("member_id", "obstacle", "requests", "notes")] == [kept, None, 1, 1]
    denied = await registry.client.get(f"{ROOT}/mergers/{double}", headers=member(kept))
    assert denied.status_code == 403
    await do(registry, "POST", f"/mergers/{double}/undo", {}, status=422)
    await do(registry, "POST", f"/mergers/{double}/undo", {"confirmed": True}, status=204)
    back = await do(registry, "GET", f"/cities/{double}")
    assert (back["status"], back["parted_from"], back["merged_into"]) == ("endorsed", kept, None)
    assert [each["text"] for each in await notes(registry, double)] == ["Ask."]
    own = (await do(registry, "GET", f"/requests?city_id={double}"))["items"]
    assert [(each["request_id"], each["status"]) for each in own] == [(request, "published")]
    shortlist = (await registry.client.get(desk, headers=theirs)).json()
    assert [each["text"] for each in shortlist["notes"]] == ["Call."]
    await do(registry, "GET", f"/mergers/{double}", status=404)
    await do(registry, "POST", f"/mergers/{double}/undo", {"confirmed": True}, status=404)
    merged = await do(registry, "POST", f"/cities/{kept}/merge", {"duplicate_id": double, "confirmed": True})
    assert (await do(registry, "GET", f"/mergers/{double}"))["obstacle"] is None, "it can be merged and undone again"
    changed = patching(merged["version"]) | staff()
    await registry.client.patch(f"{ROOT}/cities/{kept}", json={"population": 5}, headers=changed)
    assert (await do(registry, "GET", f"/mergers/{double}"))["obstacle"] == "changed-since"
    refused = await do(registry, "POST", f"/mergers/{double}/undo", {"confirmed": True}, status=409)
    assert "was changed since" in refused["detail"]
