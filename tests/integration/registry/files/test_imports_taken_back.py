"""Imports that are taken back, over HTTP: what goes, what gets its earlier values, and what stays, with its reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from isopolity.registry.adapters.sql.done_imports import KINDS
from isopolity.registry.application.imports.done_rows import KEPT
from isopolity.registry.entrypoints.imports import import_run
from tests.support.registry.access import signed_in
from tests.support.registry.done_imports import PATH, preview, take_back
from tests.support.registry.prepared_files import prepare, take
from tests.support.registry.service import RegistryUnderTest, bearer, member, patching, staff

HEADING = "kind,name,country,geonames_id,population,about,contact_name,contact_email,contact_role\n"
FILE = HEADING + (
    "city,Aachen,DE,3247449,249070,,Ana,ana@aachen.de,coordinator\n"
    "city,Braga,PT,2742032,136885,,Rui,rui@braga.example,coordinator\n"
)


async def newest(registry: RegistryUnderTest) -> dict[str, Any]:
    found = (await registry.client.get(PATH, headers=staff())).json()["items"]
    return dict(found[0])


async def imported(registry: RegistryUnderTest, content: str = FILE, kind: str = "cities", **query: Any) -> str:
    answer = await registry.import_file(kind, content, **query)
    assert answer.status_code == 200, answer.text
    return str((await newest(registry))["run_id"])


async def undone(registry: RegistryUnderTest, run_id: str, **order: Any) -> dict[str, Any]:
    answer = await take_back(registry, run_id, await preview(registry, run_id, **order), **order)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def cities(registry: RegistryUnderTest, status: str = "any") -> dict[str, Any]:
    found = await registry.client.get(f"/registry/v1/cities?status={status}", headers=staff())
    return {each["name"]: each for each in found.json()["items"]}


async def contacts(registry: RegistryUnderTest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for city in (await cities(registry)).values():
        answer = await registry.client.get(f"/registry/v1/contacts?member_id={city['city_id']}", headers=staff())
        found |= {each["name"]: each for each in answer.json()["items"]}
    return found


def why(seen: Any) -> dict[str, str | None]:
    return {each["name"]: each["reason"] for each in seen["items"]}


async def test_an_import_on_which_nothing_rests_is_taken_back_whole(registry: RegistryUnderTest) -> None:
    run_id = await imported(registry)
    seen = await preview(registry, run_id)
    assert (seen["leave"], seen["restore"], seen["stay"]) == (2, 0, 0)
    assert (await undone(registry, run_id))["taken_back"] == 2
    assert {each["status"] for each in (await cities(registry)).values()} == {"withdrawn"}
    assert await contacts(registry) == {}
    names = await registry.event_names()
    assert (names.count("city.withdrawn"), names.count("contact.erased")) == (2, 2)
    assert (await newest(registry))["taken_back_at"] is not None


async def test_the_order_that_is_sent_twice_is_done_once(registry: RegistryUnderTest) -> None:
    run_id = await imported(registry)
    seen = await preview(registry, run_id)
    first, second = [await take_back(registry, run_id, seen) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert (await registry.event_names()).count("city.withdrawn") == 2


async def test_the_corrected_file_brings_back_the_members_of_an_import_that_was_taken_back(
    registry: RegistryUnderTest,
) -> None:
    run_id = await imported(registry)
    before = await cities(registry)
    await undone(registry, run_id)
    again = await imported(registry, FILE.replace("249070", "250000"), endorse=True)
    after = await cities(registry)
    assert {name: each["city_id"] for name, each in after.items()} == {
        name: each["city_id"] for name, each in before.items()
    }
    assert (after["Aachen"]["status"], after["Aachen"]["population"]) == ("endorsed", 250000)
    assert (await newest(registry))["created"] == 2
    assert (await preview(registry, run_id))["items"] == []
    assert (await undone(registry, again))["taken_back"] == 2


async def test_a_member_that_left_by_itself_is_not_brought_back_by_a_file(on_sqlite: RegistryUnderTest) -> None:
    await imported(on_sqlite)
    city_id = (await cities(on_sqlite))["Aachen"]["city_id"]
    await on_sqlite.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=staff())
    assert (await on_sqlite.import_file("cities", FILE.replace("249070", "1"))).status_code == 422


async def test_an_import_with_a_preview_is_taken_back_under_its_name(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, FILE, name="members.csv")
    await take(on_sqlite, prepared)
    done = await newest(on_sqlite)
    assert (done["run_id"], done["name"], done["created"]) == (prepared["import_id"], "members.csv", 2)
    assert (await undone(on_sqlite, done["run_id"]))["taken_back"] == 2


async def test_an_import_that_changed_nothing_is_not_listed(on_sqlite: RegistryUnderTest) -> None:
    run_id = await imported(on_sqlite)
    await on_sqlite.import_file("cities", FILE)
    await on_sqlite.import_file("cities", FILE.replace("249070", "1"), dry_run=True)
    found = (await on_sqlite.client.get(PATH, headers=staff())).json()["items"]
    assert [each["run_id"] for each in found] == [run_id]


async def test_changed_fields_get_their_earlier_values(registry: RegistryUnderTest) -> None:
    await imported(registry)
    run_id = await imported(registry, FILE.replace("249070,", "1,A city").replace("Rui,", "Eva,"))
    seen = await preview(registry, run_id)
    assert [(each["name"], each["act"], each["back"]) for each in seen["items"]] == [
        ("Aachen", "restore", ["population", "about"]),
        ("Eva", "restore", ["name"]),
    ]
    await undone(registry, run_id)
    aachen = (await cities(registry))["Aachen"]
    assert (aachen["population"], aachen.get("about")) == (249070, None)
    assert sorted(await contacts(registry)) == ["Ana", "Rui"]
    assert (await preview(registry, run_id))["items"] == []


async def test_a_field_that_was_changed_since_stays_and_the_others_go_back(on_sqlite: RegistryUnderTest) -> None:
    await imported(on_sqlite)
    run_id = await imported(on_sqlite, FILE.replace("249070,", "1,A city"))
    city = (await cities(on_sqlite))["Aachen"]
    place = f"/registry/v1/cities/{city['city_id']}"
    own = {**member(city["city_id"]), **patching(city["version"])}
    assert (await on_sqlite.client.patch(place, json={"about": "Ours."}, headers=own)).status_code == 200
    (one,) = (await preview(on_sqlite, run_id))["items"]
    assert (one["back"], one["kept"], one["reason"]) == (["population"], ["about"], "changed")
    await undone(on_sqlite, run_id)
    aachen = (await cities(on_sqlite))["Aachen"]
    assert (aachen["population"], aachen["about"]) == (249070, "Ours.")
    (rest,) = (await preview(on_sqlite, run_id))["items"]
    assert (rest["act"], rest["kept"]) == ("stay", ["about"])


async def test_a_later_import_is_taken_back_first(on_sqlite: RegistryUnderTest) -> None:
    first = await imported(on_sqlite)
    second = await imported(on_sqlite, FILE.replace("249070", "1"))
    assert why(await preview(on_sqlite, first)) == {"Aachen": "later-import", "Braga": None}
    await undone(on_sqlite, second)
    assert (await undone(on_sqlite, first))["taken_back"] == 2


async def test_what_rests_on_a_new_member_keeps_it(on_sqlite: RegistryUnderTest) -> None:
    rows = "".join(f"city,City {one},FI,,{one},,,,\n" for one in "123456")
    run_id = await imported(on_sqlite, HEADING + rows, endorse=True)
    found = {name[-1]: each["city_id"] for name, each in (await cities(on_sqlite)).items()}
    await on_sqlite.client.post(f"/registry/v1/cities/{found['1']}/withdraw", headers=staff())
    merged = {"duplicate_id": found["2"], "confirmed": True}
    await on_sqlite.client.post(f"/registry/v1/cities/{found['3']}/merge", json=merged, headers=staff())
    wanted = {"city_a": found["4"], "city_b": found["5"]}
    assert (await on_sqlite.client.post("/registry/v1/twinnings", json=wanted, headers=staff())).status_code < 300
    resting = [{"member_id": found["6"], "reason": "proposal"}]
    assert why(await preview(on_sqlite, run_id, resting=resting)) == {
        "City 1": "left",
        "City 2": "merged",
        "City 3": "merged-here",
        "City 4": "twinning",
        "City 5": "twinning",
        "City 6": "proposal",
    }


async def test_a_proposal_keeps_a_new_member_and_not_what_was_changed_of_another(on_sqlite: RegistryUnderTest) -> None:
    await imported(on_sqlite)
    run_id = await imported(on_sqlite, HEADING + "city,Aachen,DE,3247449,263,,,,\ncity,Cork,IE,,9,,,,\n")
    found = await cities(on_sqlite)
    resting = [{"member_id": found[name]["city_id"], "reason": "proposal"} for name in ("Aachen", "Cork")]
    seen = await preview(on_sqlite, run_id, resting=resting)
    assert [(one["name"], one["act"], one["reason"]) for one in seen["items"]] == [
        ("Aachen", "restore", None),
        ("Cork", "stay", "proposal"),
    ]
    assert (await undone(on_sqlite, run_id, resting=resting))["taken_back"] == 1
    assert (await cities(on_sqlite))["Aachen"]["population"] == 249070


async def test_a_new_programme_stays_while_something_rests_on_its_partner(on_sqlite: RegistryUnderTest) -> None:
    heading = "kind,name,home_country,web,programme_name,budget,currency,grant_min,grant_max\n"
    partner, terms = "foundation,Example Foundation,NL,https://{}.example", ",500,EUR,10,50\n"
    await imported(on_sqlite, heading + f"{partner.format('old')},Read{terms}", "partners")
    file = f"{partner.format('new')},Read{terms}{partner.format('new')},Write{terms}"
    run_id = await imported(on_sqlite, heading + file, "partners")
    ((partner_id,),) = [(await on_sqlite.client.get(f"{PATH}/{run_id}", headers=staff())).json()["member_ids"]]
    resting = [{"member_id": partner_id, "reason": "proposal"}]
    (seen,) = (await preview(on_sqlite, run_id, resting=resting))["items"]
    assert (seen["act"], seen["reason"], seen["back"], seen["kept"]) == ("restore", "proposal", ["web"], ["programmes"])
    (seen,) = (await preview(on_sqlite, run_id))["items"]
    assert (seen["reason"], sorted(seen["back"])) == (None, ["programmes", "web"])


async def secret_of(registry: RegistryUnderTest, name: str) -> str:
    """The secret of the mail that asks a contact to confirm its address, which is written now."""
    contact_id = (await contacts(registry))[name]["contact_id"]
    path = f"/registry/v1/confirmations/{contact_id}.1/issue"
    answer = await registry.client.post(path, headers=bearer("contacts:read"))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


async def test_a_mailed_link_keeps_its_member_unless_staff_says_otherwise(on_sqlite: RegistryUnderTest) -> None:
    run_id = await imported(on_sqlite)
    secret = await secret_of(on_sqlite, "Ana")
    seen = await preview(on_sqlite, run_id)
    assert (why(seen), seen["mailed"]) == ({"Aachen": "mailed", "Braga": None}, 1)
    assert (await undone(on_sqlite, run_id))["taken_back"] == 1
    assert (await undone(on_sqlite, run_id, with_mailed=True))["taken_back"] == 2
    for path in ("/registry/v1/contact-confirmations/look", "/registry/v1/contact-confirmations"):
        assert (await on_sqlite.client.post(path, json={"secret": secret})).status_code == 410


async def test_a_contact_that_has_confirmed_its_address_keeps_its_member(on_sqlite: RegistryUnderTest) -> None:
    run_id = await imported(on_sqlite)
    secret = await secret_of(on_sqlite, "Ana")
    answer = await on_sqlite.client.post("/registry/v1/contact-confirmations", json={"secret": secret})
    assert answer.status_code == 200, answer.text
    assert why(await preview(on_sqlite, run_id, with_mailed=True)) == {"Aachen": "confirmed", "Braga": None}


async def test_a_contact_that_has_signed_in_keeps_its_member(on_sqlite: RegistryUnderTest) -> None:
    run_id = await imported(on_sqlite)
    await signed_in(on_sqlite, "rui@braga.example")
    assert why(await preview(on_sqlite, run_id, with_mailed=True)) == {"Aachen": None, "Braga": "signed-in"}


async def test_a_contact_that_an_import_added_to_a_member_is_erased(registry: RegistryUnderTest) -> None:
    await imported(registry)
    run_id = await imported(registry, FILE.replace("Ana,ana@aachen.de,coordinator", "Eva,eva@aachen.de,deputy"))
    assert [(one["kind"], one["act"]) for one in (await preview(registry, run_id))["items"]] == [("contact", "leave")]
    await undone(registry, run_id)
    assert sorted(await contacts(registry)) == ["Ana", "Rui"]


async def test_a_coordinator_does_not_lose_the_role_without_being_asked(on_sqlite: RegistryUnderTest) -> None:
    await imported(on_sqlite, FILE.replace("example,coordinator", "example,deputy"))
    run_id = await imported(on_sqlite)
    (one,) = (await preview(on_sqlite, run_id))["items"]
    assert (one["name"], one["act"], one["reason"]) == ("Rui", "stay", "role")


async def test_admission_stays_when_an_import_is_taken_back(on_sqlite: RegistryUnderTest) -> None:
    await imported(on_sqlite)
    run_id = await imported(on_sqlite, FILE.replace("249070", "1"), endorse=True)
    assert why(await preview(on_sqlite, run_id)) == {"Aachen": "admitted", "Braga": "admitted"}
    await undone(on_sqlite, run_id)
    aachen = (await cities(on_sqlite))["Aachen"]
    assert (aachen["status"], aachen["population"]) == ("endorsed", 249070)


async def test_programmes_that_an_import_took_away_come_back_with_their_ids(registry: RegistryUnderTest) -> None:
    heading = "kind,name,home_country,programme_name,budget,currency,grant_min,grant_max\n"
    one = heading + "foundation,Reads,NL,Books,500,EUR,10,50\n"
    await imported(registry, one + "foundation,Reads,NL,Halls,500,EUR,10,50\n", "partners", endorse=True)
    before = (await registry.client.get("/registry/v1/partners", headers=staff())).json()["items"][0]
    run_id = await imported(registry, one.replace("500", "900"), "partners")
    await undone(registry, run_id)
    after = (await registry.client.get("/registry/v1/partners", headers=staff())).json()["items"][0]
    assert after["programmes"] == before["programmes"]


async def test_an_earlier_identity_that_another_member_has_by_now_does_not_come_back(
    on_sqlite: RegistryUnderTest,
) -> None:
    await imported(on_sqlite, HEADING + "city,Aachen,DE,,249070,,,,\n")
    run_id = await imported(on_sqlite, HEADING + "city,Aachen,DE,3247449,249070,,,,\n")
    assert why(await preview(on_sqlite, run_id)) == {"Aachen": None}
    await on_sqlite.add_city(name="Aachen", country="DE", geonames_id=None)
    assert why(await preview(on_sqlite, run_id)) == {"Aachen": "taken"}


async def test_what_is_kept_of_an_import_goes_after_its_period(on_sqlite: RegistryUnderTest) -> None:
    run_id = await imported(on_sqlite)
    due = datetime.fromisoformat((await newest(on_sqlite))["done_at"]) + timedelta(seconds=1)
    async with on_sqlite.database.writing() as connection:
        for kept in KINDS:
            assert kept.days == KEPT.days
            assert kept.due is not None
            await connection.execute(delete(kept.tables[0]).where(kept.due(due)))
        await connection.commit()
    assert (await on_sqlite.client.get(f"{PATH}/{run_id}", headers=staff())).status_code == 404


async def test_too_large_an_import_is_listed_and_cannot_be_taken_back(
    on_sqlite: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "MOST_DONE", 1)
    run_id = await imported(on_sqlite)
    assert (await newest(on_sqlite))["can_be_taken_back"] is False
    assert (await preview(on_sqlite, run_id))["items"] == []


async def test_only_staff_that_may_import_takes_an_import_back(on_sqlite: RegistryUnderTest) -> None:
    run_id = await imported(on_sqlite)
    seen = await preview(on_sqlite, run_id)
    for headers, status in ((bearer("staff:read"), 403), (bearer("staff:publish"), 403), ({}, 401)):
        for act in ("preview", "take-back"):
            answer = await on_sqlite.client.post(
                f"{PATH}/{run_id}/{act}", json={"shown": seen["shown"]}, headers=headers
            )
            assert answer.status_code == status


async def test_a_contact_that_was_erased_does_not_come_back(on_sqlite: RegistryUnderTest) -> None:
    await imported(on_sqlite)
    run_id = await imported(on_sqlite, FILE.replace("Ana,", "Eva,"))
    eva = (await contacts(on_sqlite))["Eva"]
    await on_sqlite.client.delete(f"/registry/v1/contacts/{eva['contact_id']}", headers=staff())
    assert why(await preview(on_sqlite, run_id)) == {"": "erased"}
    await undone(on_sqlite, run_id)
    assert sorted(await contacts(on_sqlite)) == ["Rui"]


async def test_what_has_changed_since_the_preview_is_not_taken_back(on_sqlite: RegistryUnderTest) -> None:
    run_id = await imported(on_sqlite)
    seen = await preview(on_sqlite, run_id)
    await on_sqlite.import_file("cities", FILE.replace("249070", "1"))
    answer = await take_back(on_sqlite, run_id, seen)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale-version")
    assert {each["status"] for each in (await cities(on_sqlite)).values()} == {"applied"}


async def test_needs_requests_and_twinnings_are_taken_back_and_brought_in_again(registry: RegistryUnderTest) -> None:
    await imported(registry, endorse=True)
    needs = "city_country,city_name,side,subject,intensity,mode\nDE,Aachen,need,sdg.4,3,webinar\n"
    run_id = await imported(registry, needs, "needs-and-offers")
    assert len((await cities(registry))["Aachen"]["needs"]) == 1
    await undone(registry, run_id)
    assert (await cities(registry))["Aachen"]["needs"] == []
    asks = "city_country,city_name,title,amount_min,amount_max,currency\nDE,Aachen,Books,1,2,EUR\n"
    ties = "a_country,a_name,b_country,b_name,since\nDE,Aachen,PT,Braga,1990\n"
    for kind, content in (("requests", asks), ("twinnings", ties)):
        for _ in range(2):
            run_id = await imported(registry, content, kind)
            assert (await newest(registry))["created"] == 1
            assert (await undone(registry, run_id))["taken_back"] == 1
