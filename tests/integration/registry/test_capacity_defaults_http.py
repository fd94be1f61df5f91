"""Staff chooses what a new member has room for; it holds wherever a member says nothing of it."""

from typing import Any

import httpx

from tests.support.registry.drafts import begun, filled_in, post
from tests.support.registry.service import CITY, PARTNER, RegistryUnderTest, bearer, patching, staff

PATH = "/registry/v1/capacity-defaults"
SILENT = {name: value for name, value in CITY.items() if name != "capacity"}


async def choose(registry: RegistryUnderTest, seen: int, city: int, programme: int) -> httpx.Response:
    body = {"seen": seen, "city": city, "programme": programme}
    return await registry.client.put(PATH, json=body, headers=staff())


async def entered(registry: RegistryUnderTest, kind: str, body: Any) -> Any:
    answer = await registry.client.post(f"/registry/v1/{kind}?endorse=true", json=body, headers=staff())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_it_holds_for_who_says_nothing_and_is_new(registry: RegistryUnderTest) -> None:
    http = registry.client
    before = await entered(registry, "cities", SILENT | {"name": "Before", "geonames_id": 1})
    assert (await choose(registry, 0, 3, 4)).status_code == 200
    assert (await http.get(PATH)).json() == {"city": 3, "programme": 4}
    silent = await entered(registry, "cities", SILENT | {"name": "Silent", "geonames_id": 2})
    stated = await entered(registry, "cities", SILENT | {"name": "Stated", "geonames_id": 3, "capacity": 0})
    line = {name: value for name, value in PARTNER["programmes"][0].items() if name != "cities"}
    partner = await entered(registry, "partners", PARTNER | {"programmes": [line]})
    assert [before["capacity"], silent["capacity"], stated["capacity"]] == [1, 3, 0]
    assert [each["cities"] for each in partner["programmes"]] == [4]

    table = "kind,name,country,capacity\ncity,Braga,PT,\ncity,Porto,PT,2\ncity,Before,FR,\n"
    headers = staff(**{"content-type": "text/csv"})
    taken = await http.post("/registry/v1/imports?kind=cities&endorse=true", content=table, headers=headers)
    assert taken.json()["accepted"], taken.text
    listed = (await http.get("/registry/v1/cities", params={"order": "name"})).json()["items"]
    known = {each["name"]: each["capacity"] for each in listed}
    assert (known["Braga"], known["Porto"]) == (3, 2)

    secret = await begun(registry)
    opened = await post(registry, "open", secret)
    assert opened.json()["usual_capacity"] == 3
    handed = await post(registry, "hand-in", secret, version=await filled_in(registry, secret))
    path = f"/registry/v1/applications/{handed.json()['application_id']}"
    assert (await http.get(path, headers=staff())).json()["profile"]["capacity"] == 3

    kept = await http.patch(
        f"/registry/v1/cities/{before['city_id']}", json={"can_host": False}, headers=staff() | patching(1)
    )
    assert kept.json().get("capacity", 1) == 1, "who is a member keeps what it has"


async def test_a_choice_names_the_one_that_it_replaces(on_sqlite: RegistryUnderTest) -> None:
    assert [each["number"] for each in (await choose(on_sqlite, 0, 2, 2)).json()["items"]] == [1]
    late = await choose(on_sqlite, 0, 5, 5)
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    assert [each["number"] for each in (await choose(on_sqlite, 1, 2, 2)).json()["items"]] == [1], "nothing new"
    listed = await on_sqlite.client.get(f"{PATH}/choices", headers=bearer("staff:read"))
    assert [(each["city"], each["chosen_by"]) for each in listed.json()["items"]] == [(2, "tester")]
    for right, status in (("staff:endorse", 403), ("staff:manage", 200)):
        body = {"seen": 1, "city": 3, "programme": 1}
        assert (await on_sqlite.client.put(PATH, json=body, headers=bearer(right))).status_code == status
