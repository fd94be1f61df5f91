"""Imports that are taken back, over HTTP: what goes, what gets its earlier values, and what stays, with its reason."""

from typing import Any

import httpx

from tests.support.registry.prepared_files import prepare, take
from tests.support.registry.service import RegistryUnderTest, member, patching, staff

PATH = "/registry/v1/done-imports"
HEADING = "kind,name,country,geonames_id,population,about,contact_name,contact_email,contact_role\n"
FILE = HEADING + (
    "city,Aachen,DE,3247449,249070,,Ana,ana@aachen.de,coordinator\n"
    "city,Braga,PT,2742032,136885,,Rui,rui@braga.example,coordinator\n"
)


async def newest(registry: RegistryUnderTest) -> dict[str, Any]:
    found = (await registry.client.get(PATH, headers=staff())).json()["items"]
    return dict(found[0])


async def preview(registry: RegistryUnderTest, run_id: str, **order: Any) -> dict[str, Any]:
    answer = await registry.client.post(f"{PATH}/{run_id}/preview", json=order, headers=staff())
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def take_back(registry: RegistryUnderTest, run_id: str, seen: Any, **order: Any) -> httpx.Response:
    body = {"shown": seen["shown"], **order}
    return await registry.client.post(f"{PATH}/{run_id}/take-back", json=body, headers=staff())


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
