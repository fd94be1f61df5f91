"""Cities and partners over HTTP."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.registry.service import (
    CITY,
    CONTACT,
    MERGE_PATCH,
    PARTNER,
    RegistryUnderTest,
    bearer,
    member,
    patching,
    staff,
)

CITIES = "/registry/v1/cities"
PARTNERS = "/registry/v1/partners"


async def test_what_staff_enters_is_invisible_until_it_is_endorsed(registry: RegistryUnderTest) -> None:
    http = registry.client
    applied = await http.post(CITIES, json=CITY, headers=staff())
    assert applied.status_code == 201
    place = applied.headers["location"]
    assert applied.json()["status"] == "applied"
    assert (await http.get(place)).status_code == 404
    assert (await http.get(CITIES)).json() == {"items": [], "next": None}
    assert (await http.get(place, headers=staff())).status_code == 200
    assert (await http.get(place, headers=member(applied.json()["city_id"]))).status_code == 200
    assert (await http.post(f"{place}/endorse", headers=staff())).json()["status"] == "endorsed"
    assert (await http.get(place)).headers["etag"] == '"2"'
    assert len((await http.get(CITIES)).json()["items"]) == 1
    assert await registry.event_names() == ["city.registered", "city.endorsed"]


async def test_lists_are_filtered_by_country_region_subject_and_side(registry: RegistryUnderTest) -> None:
    http = registry.client
    await registry.add_city()
    needy = [{"subject": "sdg.13", "intensity": 1, "mode": "webinar"}]
    await registry.add_city(name="Łódź", country="PL", geonames_id=2, needs=needy, offers=[])

    async def names(**query: str) -> list[str]:
        answer = await http.get(CITIES, params=query)
        assert answer.status_code == 200, answer.text
        return [city["name"] for city in answer.json()["items"]]

    assert await names(country="PL") == ["Łódź"]
    assert await names(region="latin-america-caribbean") == ["São Leopoldo"]
    assert await names(subject="sdg.13") == ["São Leopoldo", "Łódź"]
    assert await names(need="sdg.13") == ["Łódź"]
    assert await names(offer="sdg.13") == ["São Leopoldo"]
    assert await names(subject="sdg.1") == []  # not taken for the beginning of sdg.13
    assert await names(text="sao leo") == ["São Leopoldo"]
    assert await names(text="LODZ") == ["Łódź"]
    assert await names(text="100%") == []


async def test_pages_hold_every_city_once_although_others_come_meanwhile(registry: RegistryUnderTest) -> None:
    for number in range(1, 6):
        await registry.add_city(name=f"City {number}", geonames_id=number)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await registry.client.get(CITIES, params=query)).json()
        seen += [city["name"] for city in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        if len(seen) == 2:
            await registry.add_city(name="City 6", geonames_id=6)
    assert seen == [f"City {number}" for number in range(1, 7)]


@pytest.mark.parametrize("cursor", ["é", "!!!!", "AA", "IA", "a" * 5])
async def test_a_cursor_that_is_none_is_refused(on_sqlite: RegistryUnderTest, cursor: str) -> None:
    answer = await on_sqlite.client.get(CITIES, params={"cursor": cursor})
    assert answer.status_code == 422
    assert "next" in answer.json()["detail"] or "cursor" in answer.json()["detail"]


async def test_a_merge_patch_changes_what_it_names_and_makes_a_version(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(population=5, web="https://www.example.org")
    change: dict[str, object] = {"population": 6, "web": None, "needs": []}
    answer = await registry.client.patch(f"{CITIES}/{city_id}", json=change, headers=staff(**patching(2)))
    assert answer.status_code == 200
    body = answer.json()
    assert (body["population"], body["web"], body["needs"], body["version"]) == (6, None, [], 3)
    unsaid: dict[str, Any] = {"valid_until": None, "title": None, "text": None, "language": None, "topics": []}
    assert body["offers"] == [{**CITY["offers"][0], **unsaid}]
    assert answer.headers["etag"] == '"3"'


async def test_a_patch_without_a_difference_makes_no_version(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    before = await registry.event_names()
    answer = await registry.client.patch(f"{CITIES}/{city_id}", json={"country": "BR"}, headers=staff(**patching(2)))
    assert answer.headers["etag"] == '"2"'
    assert await registry.event_names() == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": MERGE_PATCH}, 428),
        ({"Content-Type": MERGE_PATCH, "If-Match": '"1"'}, 412),
        ({"Content-Type": MERGE_PATCH, "If-Match": 'W/"2"'}, 412),
        ({"Content-Type": MERGE_PATCH, "If-Match": "nonsense"}, 412),
        ({"Content-Type": "application/json", "If-Match": '"2"'}, 415),
        ({"Content-Type": MERGE_PATCH, "If-Match": '"1", "2"'}, 200),
        ({"Content-Type": MERGE_PATCH, "If-Match": "*"}, 200),
    ],
)
async def test_a_patch_needs_the_version_that_was_changed(
    on_sqlite: RegistryUnderTest, headers: dict[str, str], status: int
) -> None:
    city_id = await on_sqlite.add_city()
    answer = await on_sqlite.client.patch(f"{CITIES}/{city_id}", content='{"population": 3}', headers=staff(**headers))
    assert answer.status_code == status, answer.text


async def test_every_wrong_field_is_told_with_a_pointer(on_sqlite: RegistryUnderTest) -> None:
    wrong = CITY | {
        "kind": "village",
        "population": -1,
        "needs": [{"subject": "sdg.99", "intensity": 9, "mode": "webinar"}],
        "colour": "red",
    }
    answer = await on_sqlite.client.post(CITIES, json=wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/kind", "/population", "/needs/0/subject", "/needs/0/intensity", "/colour"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("x" * 201, "Give at most 200 characters."),
        ("", "Give a value."),
        ("Espoo\nVantaa", "Write it on one line."),
    ],
)
async def test_a_wrong_text_is_told_in_words_that_people_know(
    on_sqlite: RegistryUnderTest, name: str, sentence: str
) -> None:
    content, headers = json.dumps(CITY | {"name": name}), {"Content-Type": "application/json"}
    answer = await on_sqlite.client.post(CITIES, content=content, headers=headers)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/name"
    assert sentence in error["detail"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (f"{CITIES}?contry=FI", "country, region, subject"),
        ("/registry/v1/endorsements?dry_run=true", "Take this out."),
    ],
)
async def test_a_misspelt_parameter_is_refused_instead_of_ignored(
    on_sqlite: RegistryUnderTest, path: str, sentence: str
) -> None:
    method = "POST" if "endorsements" in path else "GET"
    answer = await on_sqlite.client.request(method, path, json={} if method == "POST" else None, headers=staff())
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == path.partition("?")[2].partition("=")[0]
    assert sentence in error["detail"]


async def test_personal_data_in_a_public_field_is_refused_with_a_sentence(on_sqlite: RegistryUnderTest) -> None:
    answer = await on_sqlite.client.post(CITIES, json=CITY | {"name": "Ana, ana@city.example"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/name"
    assert "e-mail" in answer.json()["errors"][0]["detail"]
    assert await on_sqlite.events() == []


async def test_a_member_changes_its_own_profile_only(registry: RegistryUnderTest) -> None:
    mine, other = await registry.add_city(), await registry.add_city(geonames_id=2)
    http = registry.client

    async def patched(city_id: str, headers: dict[str, str]) -> int:
        answer = await http.patch(f"{CITIES}/{city_id}", json={"population": 1}, headers=headers | patching(2))
        return answer.status_code

    assert await patched(other, member(mine)) == 403
    assert await patched(other, {}) == 401
    assert await patched(other, bearer("operator")) == 403
    assert await patched(mine, member(mine)) == 200
    assert (await http.post(f"{CITIES}/{mine}/endorse", headers=member(mine))).status_code == 403
    assert (await http.post(f"{CITIES}/{other}/withdraw", headers=member(mine))).status_code == 403
    assert (await http.post(f"{CITIES}/{mine}/withdraw", headers=member(mine))).status_code == 200
    assert (await http.get(f"{CITIES}/{mine}")).status_code == 404


async def test_only_staff_lists_who_is_not_endorsed_or_endorses_at_once(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.client.post(CITIES, json=CITY, headers=staff())
    assert (await on_sqlite.client.get(CITIES, params={"status": "applied"})).status_code == 403
    listed = await on_sqlite.client.get(CITIES, params={"status": "applied"}, headers=staff())
    assert len(listed.json()["items"]) == 1
    assert (await on_sqlite.client.post(f"{CITIES}?endorse=true", json=CITY)).status_code == 403


async def test_a_list_of_applicants_is_endorsed_at_once_or_not_at_all(registry: RegistryUnderTest) -> None:
    http = registry.client
    city_id = (await http.post(CITIES, json=CITY, headers=staff())).json()["city_id"]
    partner_id = (await http.post(PARTNERS, json=PARTNER, headers=staff())).json()["partner_id"]
    wrong = {"cities": [city_id, "nobody"], "partners": [partner_id]}
    answer = await http.post("/registry/v1/endorsements", json=wrong, headers=staff())
    assert answer.json()["errors"][0]["pointer"] == "/cities/1"
    assert (await http.get(f"{CITIES}/{city_id}")).status_code == 404
    right = {"cities": [city_id], "partners": [partner_id]}
    answer = await http.post("/registry/v1/endorsements", json=right, headers=staff())
    assert answer.json() == {"endorsed": {city_id: 2, partner_id: 2}}
    assert (await http.get(f"{PARTNERS}/{partner_id}")).status_code == 200


async def test_the_same_city_again_is_a_conflict(registry: RegistryUnderTest) -> None:
    await registry.add_city()
    answer = await registry.client.post(CITIES, json=CITY | {"name": "Another name"}, headers=staff())
    assert answer.status_code == 409


async def test_a_partner_keeps_its_programmes_ids_through_a_patch(registry: RegistryUnderTest) -> None:
    http = registry.client
    made = (await http.post(f"{PARTNERS}?endorse=true", json=PARTNER, headers=staff())).json()
    first = made["programmes"][0]
    second = {**PARTNER["programmes"][0], "name": "Write"}
    change = {"programmes": [second, {**first, "cities": 4}]}
    answer = await http.patch(f"{PARTNERS}/{made['partner_id']}", json=change, headers=staff(**patching(2)))
    assert answer.status_code == 200, answer.text
    ids = [programme["programme_id"] for programme in answer.json()["programmes"]]
    assert ids[1] == first["programme_id"]
    assert ids[0] != ids[1]
    found = await http.get(PARTNERS, params={"subject": "sdg.4", "text": "write"})
    assert len(found.json()["items"]) == 1
    assert "region" not in found.json()["items"][0]


@pytest.mark.parametrize("body", ["", "{", "[1]", "[" * 100_000, '{"name": NaN}', '{"population": 1e400}', "\ud800"])
async def test_a_body_that_cannot_be_read_is_refused_and_changes_nothing(
    on_sqlite: RegistryUnderTest, body: str
) -> None:
    city_id = await on_sqlite.add_city()
    content = body.encode("utf-8", "surrogatepass")
    posted = await on_sqlite.client.post(CITIES, content=content, headers={"Content-Type": "application/json"})
    patched = await on_sqlite.client.patch(f"{CITIES}/{city_id}", content=content, headers=staff(**patching(2)))
    assert 400 <= posted.status_code < 500
    assert 400 <= patched.status_code < 500
    assert posted.json()["detail"]
    assert patched.json()["detail"]


async def test_a_name_stored_before_a_rule_stays_until_it_is_edited(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    stored = text("UPDATE cities SET document = replace(document, 'São Leopoldo', 'Paris evil.com')")
    async with registry.database.writing() as connection:
        await connection.execute(stored)
        await connection.commit()
    place = f"/registry/v1/cities/{city_id}"
    answer = await registry.client.patch(place, json={"population": 5}, headers=staff(**patching(2)))
    assert (answer.status_code, answer.json()["name"]) == (200, "Paris evil.com"), answer.text
    answer = await registry.client.patch(place, json={"name": "Paris evil.org"}, headers=staff(**patching(3)))
    assert answer.json()["errors"][0]["pointer"] == "/name"
    answer = await registry.client.patch(place, json={"name": "Paris"}, headers=staff(**patching(3)))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("currency", "XXX"), ("currency", "DEM"), ("currency", "XAU"), ("opens", "1901-01-01"), ("closes", "3000-01-01")],
)
async def test_what_no_programme_has_is_refused_but_for_what_is_stored_already(
    on_sqlite: RegistryUnderTest, field: str, wrong: str
) -> None:
    http, (read,) = on_sqlite.client, PARTNER["programmes"]
    answer = await http.post(PARTNERS, json=PARTNER | {"programmes": [read | {field: wrong}]}, headers=staff())
    ((error,), status) = answer.json()["errors"], answer.status_code
    assert (status, error["pointer"]) == (422, f"/programmes/0/{field}")
    assert error["detail"].startswith("There is no currency" if field == "currency" else "Give a day of the years 1990")
    right = {"currency": "EUR", "opens": "2027-01-01", "closes": "2027-12-31"}[field]
    made = (await http.post(PARTNERS, json=PARTNER | {"programmes": [read | {field: right}]}, headers=staff())).json()
    async with on_sqlite.database.writing() as connection:
        older = text("UPDATE partners SET document = replace(document, :right, :wrong)")
        await connection.execute(older, {"right": right, "wrong": wrong})
        await connection.commit()
    path = f"{PARTNERS}/{made['partner_id']}"
    kept = await http.patch(path, json={"about": "We read."}, headers=staff(**patching(1)))
    assert (kept.status_code, kept.json()["programmes"][0][field]) == (200, wrong), kept.text


async def test_the_name_of_an_applicant_s_contact_is_pointed_to(on_sqlite: RegistryUnderTest) -> None:
    body = CITY | {"contact": CONTACT | {"name": "Ana\u202e"}}
    answer = await on_sqlite.client.post("/registry/v1/cities", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/contact/name"]


@pytest.mark.parametrize("kind", ["cities", "partners"])
async def test_others_read_the_same_before_during_and_after_a_pause(registry: RegistryUnderTest, kind: str) -> None:
    http, other = registry.client, await registry.add_city(geonames_id=2)
    if kind == "cities":
        member_id = await registry.add_city()
    else:
        added = await http.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=bearer("staff"))
        member_id = str(added.json()["partner_id"])
    path = f"/registry/v1/{kind}/{member_id}"
    asked = [(address, headers) for address in (path, f"/registry/v1/{kind}") for headers in ({}, member(other))]

    async def told() -> list[tuple[bytes, str | None]]:
        answers = [await http.get(address, headers=headers) for address, headers in asked]
        return [(answer.content, answer.headers.get("etag")) for answer in answers]

    before = await told()
    for version, until in ((2, "2027-02-01"), (3, "2027-03-01"), (4, None)):
        change = await http.patch(path, json={"paused_until": until}, headers=member(member_id) | patching(version))
        assert (change.status_code, change.json()["paused_until"]) == (200, until), change.text
        assert await told() == before
        for headers in (member(member_id), staff()):
            own = (await http.get(path, headers=headers)).json()
            assert (own["version"], own["paused_until"]) == (version + 1, until)
    last: Any = (await registry.events())[-1].data
    assert (last.version, last.paused_until) == (5, None)


async def test_a_dry_run_of_a_change_answers_with_what_would_stand_and_changes_nothing(
    registry: RegistryUnderTest,
) -> None:
    made = await registry.client.post("/registry/v1/cities?endorse=true", json=CITY, headers=staff())
    city_id, version = made.json()["city_id"], made.json()["version"]
    path, mine = f"/registry/v1/cities/{city_id}", member(made.json()["city_id"])
    before, names = (await registry.client.get(path)).json(), await registry.event_names()
    online = {"online_only": True, "can_travel": False, "can_host": False}
    wanted = {**online, "name": "Another", "population": 7}
    tried = await registry.client.patch(f"{path}?dry_run=true", json=wanted, headers=mine | patching(version))
    assert tried.status_code == 200, tried.text
    told = tried.json()
    assert (told["online_only"], told["population"], told["name"]) == (True, 7, CITY["name"]), "a name waits for staff"
    assert (await registry.client.get(path)).json() == before
    assert await registry.event_names() == names
    assert (await registry.client.get(f"/registry/v1/changes/{city_id}", headers=mine)).status_code == 404
    refused = await registry.client.patch(
        f"{path}?dry_run=true", json={"population": -1}, headers=mine | patching(version)
    )
    assert refused.status_code == 422
    stale = await registry.client.patch(f"{path}?dry_run=true", json=wanted, headers=mine | patching(version + 1))
    assert stale.status_code == 412
    saved = await registry.client.patch(path, json=wanted, headers=mine | patching(version))
    assert saved.status_code == 202
    assert {name: saved.json()[name] for name in wanted} == {name: told[name] for name in wanted}


STATED: dict[str, Any] = {
    "kind": "district",
    "local_names": ["Esbo"],
    "population": 9_000,
    "languages": ["fr", "sw"],
    "learning_city_since": 2019,
    "creative_field": "film",
    "about": "A city on two rivers.",
    "web": "https://city.example",
    "time_zone": "Europe/Paris",
    "can_travel": False,
    "can_host": False,
    "wants_own_country": True,
    "capacity": 3,
    "sponsorship_capacity": 0,
    "needs": [{"subject": "sdg.14", "intensity": 5, "mode": "webinar"}],
    "offers": [],
}


@pytest.mark.parametrize(
    "change",
    [*({name: value} for name, value in STATED.items()), {"latitude": 50.5, "longitude": -60.25}],
    ids=",".join,
)
async def test_a_dry_run_tells_of_each_field_what_stands_once_it_is_saved(
    registry: RegistryUnderTest, change: dict[str, Any]
) -> None:
    made = (await registry.client.post("/registry/v1/cities?endorse=true", json=CITY, headers=staff())).json()
    path, mine = f"/registry/v1/cities/{made['city_id']}", member(made["city_id"]) | patching(made["version"])
    tried = await registry.client.patch(f"{path}?dry_run=true", json=change, headers=mine)
    saved = await registry.client.patch(path, json=change, headers=mine)
    assert (tried.status_code, saved.is_success) == (200, True)
    seen = (await registry.client.get(path, headers=member(made["city_id"]))).json()
    assert {**tried.json(), "changed_on": None} == {**seen, "changed_on": None}
