"""A National Commission endorses a city that applies, or objects, by a mailed link; staff decides."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.registry.applications import APPLICATIONS, apply, apply_and_confirm
from tests.support.registry.commissions import BRAZIL, COMMISSIONS, consult, enter, mailed, post
from tests.support.registry.service import (
    CITY,
    CONTACT,
    NOW,
    PARTNER,
    RegistryUnderTest,
    bearer,
    open_under_test,
    staff,
)


async def read(registry: RegistryUnderTest, application_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()
    return found


async def test_staff_keeps_one_commission_a_country(registry: RegistryUnderTest) -> None:
    await enter(registry)
    await enter(registry, "br", name="Comissão Nacional")
    await enter(registry, "AF")
    listed = (await registry.client.get(COMMISSIONS, headers=staff())).json()["items"]
    assert [(one["country"], one["name"]) for one in listed] == [("AF", BRAZIL["name"]), ("BR", "Comissão Nacional")]
    for status in (204, 404):
        assert (await registry.client.delete(f"{COMMISSIONS}/AF", headers=staff())).status_code == status
    audit = (await registry.client.get("/registry/v1/audit", headers=staff())).text
    assert all(act in audit for act in ("commissions.change", "commissions.delete"))
    assert BRAZIL["email"] not in audit


async def test_the_list_is_for_staff_that_manages(on_sqlite: RegistryUnderTest) -> None:
    place = f"{COMMISSIONS}/BR"
    for headers, reads in ((bearer("member", member_id="x"), 403), (bearer("staff:read"), 200)):
        assert (await on_sqlite.client.put(place, json=BRAZIL, headers=headers)).status_code == 403
        assert (await on_sqlite.client.get(COMMISSIONS, headers=headers)).status_code == reads
    wrong = await on_sqlite.client.put(place, json=BRAZIL | {"email": "nobody"}, headers=staff())
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/email")


async def test_a_commission_reads_of_the_city_alone_and_says_what_it_thinks(registry: RegistryUnderTest) -> None:
    await enter(registry)
    application_id = await apply_and_confirm(registry)
    asked = (await consult(registry, application_id)).json()
    assert (asked["commission"]["verdict"], asked["status"]) == (None, "confirmed")
    letter = (await mailed(registry)).json()
    assert (letter["about"], letter["email"], letter["member_name"]) == ("consultation", BRAZIL["email"], CITY["name"])
    for _ in range(2):  # programs follow links
        looked = await post(registry, "look", letter["secret"])
        assert (looked.status_code, looked.json()["verdict"]) == (200, None)
    assert looked.json()["city"]["name"] == CITY["name"]
    assert all(hidden not in looked.text for hidden in (CONTACT["name"], CONTACT["email"]))
    for verdict, words in (("objects", "It is no city."), ("endorses", None)):
        said = await post(registry, "say", letter["secret"], verdict=verdict, words=words)
        assert (said.json()["verdict"], said.json()["words"]) == (verdict, words)
        opinion = (await read(registry, application_id))["commission"]
        assert (opinion["verdict"], opinion["words"], opinion["commission_name"]) == (verdict, words, BRAZIL["name"])
    listed = (await registry.client.get(APPLICATIONS, headers=staff())).json()["items"]
    assert [each["commission"]["verdict"] for each in listed] == ["endorses"]
    audit = (await registry.client.get("/registry/v1/audit", headers=staff())).text
    assert "consultations.say" in audit
    assert "It is no city." not in audit


@pytest.mark.parametrize("decision", ["endorse", "refuse"])
async def test_staff_decides_all_the_same_and_the_link_ends(registry: RegistryUnderTest, decision: str) -> None:
    await enter(registry)
    application_id = await apply_and_confirm(registry)
    await consult(registry, application_id)
    secret = (await mailed(registry)).json()["secret"]
    await post(registry, "say", secret, verdict="objects")
    letter_again = await mailed(registry)
    body = {"reason": "other", "mail": False} if decision == "refuse" else None
    place = f"{APPLICATIONS}/{application_id}/{decision}"
    assert (await registry.client.post(place, json=body, headers=staff())).status_code == 200
    secret = letter_again.json()["secret"]
    assert (await post(registry, "look", secret)).status_code == 410
    assert (await post(registry, "say", secret, verdict="endorses")).status_code == 410
    assert (await mailed(registry)).status_code == 410
    assert (await read(registry, application_id))["commission"]["verdict"] == "objects"


async def test_a_commission_is_asked_about_a_city_of_its_country_once(on_sqlite: RegistryUnderTest) -> None:
    partner = await on_sqlite.client.post("/registry/v1/partners", json=PARTNER | {"contact": CONTACT})
    for application_id in (partner.json()["application_id"], await apply(on_sqlite, geonames_id=7)):
        assert (await consult(on_sqlite, application_id)).status_code == 409
    application_id = await apply_and_confirm(on_sqlite)
    nobody = await consult(on_sqlite, application_id)
    assert (nobody.status_code, "add its address first" in nobody.json()["detail"]) == (409, True)
    await enter(on_sqlite)
    assert (await consult(on_sqlite, application_id)).status_code == 200
    twice = await consult(on_sqlite, application_id)
    assert (twice.status_code, "wait for it" in twice.json()["detail"]) == (409, True)


async def test_a_link_ends_after_sixty_days_and_another_address_gets_another_one(url: str, tmp_path: Path) -> None:
    now = NOW
    async with open_under_test(url, tmp_path, clock=lambda: now) as registry:
        await enter(registry)
        application_id = await apply_and_confirm(registry)
        await consult(registry, application_id)
        first = (await mailed(registry)).json()["secret"]
        now = NOW + timedelta(days=1)
        for _ in range(2):  # the form is saved twice, and a name is corrected
            again = await enter(registry, name="Comissão Nacional")
        assert datetime.fromisoformat(again["changed_at"]) == NOW
        assert (await consult(registry, application_id)).status_code == 409
        await enter(registry, email="other@brazil.example")
        assert (await consult(registry, application_id)).status_code == 200
        letter = (await mailed(registry)).json()
        assert letter["email"] == "other@brazil.example"
        assert (await post(registry, "look", first)).status_code == 410
        now = NOW + timedelta(days=60)
        assert (await post(registry, "look", letter["secret"])).status_code == 200
        now = NOW + timedelta(days=61)
        assert (await post(registry, "look", letter["secret"])).status_code == 410
        assert (await consult(registry, application_id)).status_code == 200


@pytest.mark.parametrize("body", [{"verdict": "perhaps"}, {"verdict": "objects", "words": "a" * 1001}])
async def test_what_is_said_has_its_bounds(on_sqlite: RegistryUnderTest, body: dict[str, str]) -> None:
    assert (await post(on_sqlite, "say", "of nobody", **body)).status_code == 422
    assert (await post(on_sqlite, "say", "of nobody", verdict="objects")).status_code == 410
