"""What a partner keeps for itself: its own contacts alone read and write it, and nobody else learns of it."""

from typing import Any

import pytest

from isopolity.registry.application import desk
from tests.support.registry.service import CITY, CONTACT, PARTNER, WHY, RegistryUnderTest, bearer, member, staff

ROOT = "/registry/v1/partners"


async def partner_with_contact(registry: RegistryUnderTest) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The id of a partner, the header of a contact of it, and the partner as registry tells it."""
    made = await registry.client.post(f"{ROOT}?endorse=true", json=PARTNER, headers=staff())
    partner_id = str(made.json()["partner_id"])
    person = CONTACT | {"member_kind": "partner", "member_id": partner_id, "role": "programme-officer"}
    contact = await registry.client.post("/registry/v1/contacts", json=person, headers=staff())
    subject = str(contact.json()["contact_id"])
    return partner_id, bearer("member", member_id=partner_id, subject=subject), made.json()


async def test_a_shortlist_holds_cities_with_notes_and_who_wrote_them(registry: RegistryUnderTest) -> None:
    http, city_id = registry.client, await registry.add_city()
    partner_id, own, known = await partner_with_contact(registry)
    path, programme_id = f"{ROOT}/{partner_id}/shortlist", known["programmes"][0]["programme_id"]
    wanted = {"programme_id": programme_id, "diligence_on": "2026-11-20"}
    put = await http.put(f"{path}/{city_id}", json=wanted, headers=own)
    assert (put.status_code, put.json()["status"], put.json()["diligence_by"]) == (200, "shortlisted", "Ana Prado")
    note = await http.post(f"{path}/{city_id}/notes", json={"text": "They have a library."}, headers=own)
    assert note.status_code == 201, note.text
    assert list(note.json()) == ["note_id"], "a receipt outlives the note: it holds neither text nor name"
    again = await http.put(f"{path}/{city_id}", json=wanted | {"status": "set-aside"}, headers=own)
    entry = (await http.get(f"{path}/{city_id}", headers=own)).json()
    assert again.json()["notes"] == entry["notes"]
    assert (entry["city_name"], entry["status"], entry["programme_id"]) == ("São Leopoldo", "set-aside", programme_id)
    assert [(each["text"], each["written_by"]) for each in entry["notes"]] == [("They have a library.", "Ana Prado")]

    contact_id = (await http.get(f"/registry/v1/contacts?member_id={partner_id}", headers=staff())).json()["items"][0]
    await http.post(f"/registry/v1/contacts/{contact_id['contact_id']}/erase", json=WHY, headers=staff())
    entry = (await http.get(f"{path}/{city_id}", headers=member(partner_id))).json()
    assert (entry["notes"][0]["written_by"], entry["diligence_by"]) == (None, None), "an erased person has no name here"

    assert (await http.delete(f"{path}/{city_id}/notes/{note.json()['note_id']}", headers=own)).status_code == 204
    assert (await http.delete(f"{path}/{city_id}", headers=own)).status_code == 204
    assert (await http.delete(f"{path}/{city_id}", headers=own)).status_code == 404
    assert (await http.get(path, headers=own)).json() == {"items": []}
    assert "shortlist" not in str(await registry.event_names())


async def test_staff_reads_in_the_audit_that_a_partner_changed_its_desk_and_not_about_which_city(
    registry: RegistryUnderTest,
) -> None:
    http, city_id = registry.client, await registry.add_city()
    partner_id, own, _ = await partner_with_contact(registry)
    path = f"{ROOT}/{partner_id}/shortlist/{city_id}"
    await http.put(path, json={}, headers=own)
    note = await http.post(f"{path}/notes", json={"text": "A library."}, headers=own)
    await http.delete(f"{path}/notes/{note.json()['note_id']}", headers=own)
    await http.delete(path, headers=own)
    told = (await http.get(f"/registry/v1/audit?member={partner_id}", headers=staff())).json()["items"]
    acts = [each for each in told if each["actor_kind"] == "member"]
    assert [each["action"] for each in acts[::-1]] == [
        "shortlist.change", "shortlist.notes", "notes.delete", "shortlist.delete",
    ]  # fmt: skip
    assert {(each["subject_kind"], each["subject_id"]) for each in acts} == {("partner", partner_id)}
    about = await http.get(f"/registry/v1/audit?member={city_id}", headers=staff())
    assert {each["actor_kind"] for each in about.json()["items"]} == {"staff"}
    assert city_id not in str(acts)


async def test_what_was_changed_since_it_was_read_is_not_written_over(registry: RegistryUnderTest) -> None:
    http, city_id = registry.client, await registry.add_city()
    partner_id, own, _ = await partner_with_contact(registry)
    path = f"{ROOT}/{partner_id}/shortlist/{city_id}"
    first = {"status": "shortlisted", "seen_at": None}
    put = await http.put(path, json=first, headers=own)
    assert (await http.put(path, json=first, headers=own)).status_code == 200, "sent twice it is there already"
    anna = await http.put(path, json={"diligence_on": "2026-11-20"}, headers=own)
    older = {"status": "set-aside", "seen_at": put.json()["changed_at"]}
    assert (await http.put(path, json=older, headers=own)).status_code == 412
    newer = older | {"diligence_on": "2026-11-20", "seen_at": anna.json()["changed_at"]}
    assert (await http.put(path, json=newer, headers=own)).status_code == 200
    await http.delete(path, headers=own)
    assert (await http.put(path, json=newer, headers=own)).status_code == 412


async def test_the_list_has_the_number_of_notes_and_one_entry_their_texts(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    http, city_id = registry.client, await registry.add_city()
    partner_id, own, _ = await partner_with_contact(registry)
    path = f"{ROOT}/{partner_id}/shortlist"
    assert (await http.get(f"{path}/{city_id}", headers=own)).status_code == 404
    put = await http.put(f"{path}/{city_id}", json={}, headers=own)
    assert (put.json()["note_count"], put.json()["notes"]) == (0, [])
    await http.post(f"{path}/{city_id}/notes", json={"text": "A library."}, headers=own)
    (listed,) = (await http.get(path, headers=own)).json()["items"]
    assert (listed["note_count"], listed["notes"]) == (1, None)
    whole = (await http.get(f"{path}/{city_id}", headers=own)).json()
    assert (whole["note_count"], [each["text"] for each in whole["notes"]]) == (1, ["A library."])
    assert (await http.get(f"{path}?notes=true", headers=own)).json()["items"] == [whole]
    monkeypatch.setattr(desk, "PARTNER_NOTES", 1)
    full = await http.post(f"{path}/{city_id}/notes", json={"text": "More."}, headers=own)
    assert (full.status_code, "1 notes" in full.json()["detail"]) == (409, True)


async def test_of_a_city_that_is_not_endorsed_nothing_is_told(registry: RegistryUnderTest) -> None:
    http, city_id = registry.client, await registry.add_city()
    espoo = CITY | {"name": "Espoo", "country": "FI", "geonames_id": 660129}
    applicant = await http.post("/registry/v1/cities", json=espoo, headers=staff())
    partner_id, own, _ = await partner_with_contact(registry)
    path = f"{ROOT}/{partner_id}/shortlist"
    assert (await http.put(f"{path}/{city_id}", json={}, headers=own)).json()["country"] == "BR"
    await http.post(f"/registry/v1/cities/{city_id}/withdraw", headers=staff())
    left = await http.put(f"{path}/{city_id}", json={"status": "set-aside"}, headers=own)
    assert (left.status_code, left.json()["city_name"], left.json()["country"]) == (200, None, None)
    await http.delete(f"{path}/{city_id}", headers=own)
    told = [
        await http.put(f"{path}/{each}", json={}, headers=own)
        for each in (city_id, applicant.json()["city_id"], "of-nobody")
    ]
    assert [each.status_code for each in told] == [404] * 3
    assert len({each.json()["detail"] for each in told}) == 1


async def test_what_is_wrong_is_refused(registry: RegistryUnderTest) -> None:
    http, city_id = registry.client, await registry.add_city()
    partner_id, own, _ = await partner_with_contact(registry)
    path = f"{ROOT}/{partner_id}/shortlist"
    assert (await http.put(f"{path}/of-nobody", json={}, headers=own)).status_code == 404
    assert (await http.put(f"{path}/{city_id}", json={"status": "liked"}, headers=own)).status_code == 422
    early = await http.put(f"{path}/{city_id}", json={"diligence_on": "1901-01-01"}, headers=own)
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/diligence_on")
    foreign = await http.put(f"{path}/{city_id}", json={"programme_id": "of-nobody"}, headers=own)
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/programme_id")
    assert (await http.post(f"{path}/{city_id}/notes", json={"text": "x"}, headers=own)).status_code == 404


async def test_a_selection_is_saved_under_a_name_and_shared_inside_the_partner(registry: RegistryUnderTest) -> None:
    http = registry.client
    partner_id, own, _ = await partner_with_contact(registry)
    path = f"{ROOT}/{partner_id}/selections"
    for query in ("region=africa", "region=africa&subject=sdg.4"):
        saved = await http.post(path, json={"name": "Libraries", "query": query}, headers=own)
        assert saved.status_code == 201, saved.text
    (found,) = (await http.get(path, headers=member(partner_id))).json()["items"]
    assert (found["name"], found["query"], found["saved_by"]) == (
        "Libraries",
        "region=africa&subject=sdg.4",
        "Ana Prado",
    )
    assert (await http.delete(f"{path}/{found['selection_id']}", headers=own)).status_code == 204
    assert (await http.get(path, headers=own)).json() == {"items": []}


@pytest.mark.parametrize("kind", ["shortlist", "selections"])
async def test_nobody_else_reads_it_not_even_staff(registry: RegistryUnderTest, kind: str) -> None:
    city_id = await registry.add_city()
    partner_id, _, _ = await partner_with_contact(registry)
    path = f"{ROOT}/{partner_id}/{kind}"
    for headers, status in (({}, 401), (member(city_id), 403), (staff(), 403)):
        assert (await registry.client.get(path, headers=headers)).status_code == status
