"""Applications over HTTP: they stand apart from members until staff endorses them, and tell strangers nothing."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from isopolity.contracts.registry import ContactState
from isopolity.registry.adapters.sql import tables
from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.applications import (
    APPLICATIONS,
    CITIES,
    CONFIRMATIONS,
    apply,
    apply_and_confirm,
    confirm,
    issue,
)
from tests.support.registry.service import (
    CITY,
    CONTACT,
    KEY,
    NOW,
    RegistryUnderTest,
    bearer,
    member,
    open_under_test,
    staff,
)

STRANGER = {"name": "Mallory", "email": "mallory@elsewhere.example"}


async def rows(registry: RegistryUnderTest, *names: str) -> list[Any]:
    """All rows of these tables."""
    async with registry.database.reading() as connection:
        return [row for name in names for row in (await connection.execute(select(tables.metadata.tables[name]))).all()]


async def a_withdrawn_city(registry: RegistryUnderTest) -> str:
    """A city that has left, with its coordinator."""
    city_id = await registry.add_city(contact=CONTACT)
    await registry.client.post(f"{CITIES}/{city_id}/withdraw", headers=staff())
    return city_id


async def test_a_stranger_changes_nothing_of_a_withdrawn_member(registry: RegistryUnderTest) -> None:
    await a_withdrawn_city(registry)
    before = await rows(registry, "cities", "contacts")
    published = await registry.event_names()
    await apply(registry, CONTACT | {"name": "Renamed"}, name="Rewritten")
    await apply(registry, STRANGER)
    assert await rows(registry, "cities", "contacts") == before
    assert (await registry.event_names())[len(published) :] == ["confirmation.requested"] * 2


async def test_a_stranger_is_not_told_who_is_a_member_has_left_or_applied(registry: RegistryUnderTest) -> None:
    await a_withdrawn_city(registry)
    await registry.add_city(geonames_id=2)
    await apply(registry, geonames_id=3)
    for geonames_id in (1, 2, 3, CITY["geonames_id"]):
        answer = await registry.client.post(CITIES, json=CITY | {"geonames_id": geonames_id, "contact": STRANGER})
        assert (answer.status_code, set(answer.json())) == (202, {"application_id"})
        assert not {"location", "etag"}.intersection(answer.headers)


async def test_an_application_costs_the_same_whatever_is_known(registry: RegistryUnderTest) -> None:
    await a_withdrawn_city(registry)
    await registry.add_city(geonames_id=2)
    await apply(registry, geonames_id=3)
    statements: list[str] = []

    @event.listens_for(registry.database.engine.sync_engine, "before_cursor_execute")
    def _executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    costs: list[list[str]] = []
    for geonames_id in (1, 2, 3, CITY["geonames_id"]):
        statements.clear()
        await apply(registry, STRANGER, geonames_id=geonames_id)
        costs.append(list(statements))
    assert costs[0]
    assert costs[1:] == costs[:1] * 3
    assert not any(name in statement for statement in costs[0] for name in ("FROM cities", "FROM contacts"))


@pytest.mark.parametrize("headers", [{}, bearer("member", member_id="m"), bearer("operator")])
async def test_an_application_needs_a_contact(on_sqlite: RegistryUnderTest, headers: dict[str, str]) -> None:
    answer = await on_sqlite.client.post(CITIES, json=CITY, headers=headers)
    assert answer.json()["errors"][0]["pointer"] == "/contact"
    assert (await on_sqlite.client.post(CITIES, json=CITY | {"contact": CONTACT}, headers=headers)).status_code == 202


async def test_the_event_and_the_receipt_tell_nothing_personal(on_sqlite: RegistryUnderTest) -> None:
    application_id = await apply(on_sqlite)
    (published,) = await on_sqlite.events()
    assert json.loads(published.data.model_dump_json()).keys() == {"confirmation_id", "requested_at", "about"}
    assert published.envelope.subject == application_id


async def test_the_mailed_secret_confirms_once(registry: RegistryUnderTest) -> None:
    application_id = await apply(registry)
    first = (await issue(registry, application_id)).json()
    second = (await issue(registry, application_id)).json()
    told = {"name", "email", "language", "member_name", "secret", "valid_until", "handed_over_by", "contact_role"}
    assert (first.keys(), first["handed_over_by"], first["contact_role"]) == (told, None, None)
    assert (first["email"], first["member_name"]) == (CONTACT["email"], CITY["name"])
    kept = str(await rows(registry, "applications", "idempotency"))
    assert first["secret"] not in kept
    assert second["secret"] not in kept
    assert await confirm(registry, first["secret"]) == 410
    assert await confirm(registry, second["secret"]) == 204
    assert await confirm(registry, second["secret"]) == 410
    assert (await issue(registry, application_id)).status_code == 410
    assert (await issue(registry, "another")).status_code == 404


async def test_only_a_service_gets_a_secret(on_sqlite: RegistryUnderTest) -> None:
    application_id = await apply(on_sqlite)
    for headers, status in (({}, 401), (staff(), 403), (bearer("operator"), 403)):
        answer = await on_sqlite.client.post(f"{CONFIRMATIONS}/{application_id}/issue", headers=headers)
        assert answer.status_code == status


async def test_a_link_ends_after_seven_days(url: str, tmp_path: Path) -> None:
    now = NOW
    async with open_under_test(url, tmp_path, clock=lambda: now) as registry:
        secret = (await issue(registry, await apply(registry))).json()["secret"]
        now += timedelta(days=7)
        assert await confirm(registry, secret) == 410


async def test_staff_sees_those_confirmed_first_and_what_they_resemble(registry: RegistryUnderTest) -> None:
    http = registry.client
    gone = await a_withdrawn_city(registry)
    confirmed = await apply_and_confirm(registry, STRANGER)
    waiting = await apply(registry)
    (item,) = (await http.get(APPLICATIONS, headers=staff())).json()["items"]
    assert item["application_id"] == confirmed
    assert item["resembles"] == {"member_id": gone, "name": CITY["name"], "status": "withdrawn"}
    assert item["applications_alike"] == 1
    assert any("was a member, and has left" in warning for warning in item["warnings"])
    assert STRANGER["email"] not in json.dumps(item)
    every = await http.get(APPLICATIONS, params={"status": "any", "text": "sao", "country": "BR"}, headers=staff())
    assert [one["application_id"] for one in every.json()["items"]] == [confirmed, waiting]
    whole = (await http.get(f"{APPLICATIONS}/{confirmed}", headers=staff())).json()
    assert whole["contact"]["email"] == STRANGER["email"]
    assert whole["profile"]["geonames_id"] == CITY["geonames_id"]
    for headers in ({}, member(gone)):
        assert (await http.get(APPLICATIONS, headers=headers)).status_code in (401, 403)
        assert (await http.get(f"{APPLICATIONS}/{confirmed}", headers=headers)).status_code in (401, 403)


async def test_staff_is_told_of_a_member_that_is_spelt_a_little_otherwise(registry: RegistryUnderTest) -> None:
    known = await registry.add_city(name="Espoo", country="FI", geonames_id=660129, local_names=["Esbo"])
    await registry.add_city(name="Espoo", country="SE", geonames_id=7)
    application_id = await apply_and_confirm(registry, STRANGER, name="Esspoo", country="FI", geonames_id=None)
    (quick,) = (await registry.client.get(APPLICATIONS, headers=staff())).json()["items"]
    assert (quick["near"], quick["warnings"]) == ([], [])
    for path in (f"{APPLICATIONS}?near=true", f"{APPLICATIONS}/{application_id}"):
        told = (await registry.client.get(path, headers=staff())).json()
        item = told["items"][0] if "items" in told else told
        assert [(each["member_id"], each["name"]) for each in item["near"]] == [(known, "Espoo")]
        assert any("much like that of a member: Espoo" in warning for warning in item["warnings"])
        assert item["resembles"] is None


async def test_staff_is_told_of_a_member_that_is_entered_as_another_kind(registry: RegistryUnderTest) -> None:
    district = await registry.add_city(kind="district", name="Esbo", country="FI", geonames_id=660129)
    county = await registry.add_city(kind="county", name="Espoo", country="FI", geonames_id=7)
    application_id = await apply_and_confirm(registry, STRANGER, name="Espoo", country="FI", geonames_id=660129)
    told = (await registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()
    assert [each["member_id"] for each in told["near"]] == [district, county]
    assert told["warnings"] == [
        "Its GeoNames id is that of a member: Esbo (district, endorsed).",
        "Its name is much like that of a member: Espoo (county, endorsed).",
    ]


async def test_staff_is_told_why_a_member_is_like_an_application(registry: RegistryUnderTest) -> None:
    known = await registry.add_city(name="Köln", country="DE", geonames_id=2886242, web="https://koeln.example")
    plain = {"country": "DE", "geonames_id": None, "latitude": None, "longitude": None, "web": None}
    named = await apply_and_confirm(registry, STRANGER, **plain | {"name": "Cologne"})
    paged = await apply_and_confirm(registry, STRANGER, **plain | {"name": "Agrippina", "web": "http://koeln.example/"})
    for application_id, why in (
        (named, "It has a known name in common with a member"),
        (paged, "Its web page is that of a member"),
    ):
        told = (await registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()
        assert told["warnings"] == [f"{why}: Köln (endorsed)."]
        assert [each["member_id"] for each in told["near"]] == [known]


async def test_an_endorsement_makes_a_member_with_its_contact(registry: RegistryUnderTest) -> None:
    http = registry.client
    application_id = await apply(registry)
    early = await http.post(f"{APPLICATIONS}/{application_id}/endorse", headers=staff())
    assert (early.status_code, "not confirmed" in early.json()["detail"]) == (409, True)
    await confirm(registry, (await issue(registry, application_id)).json()["secret"])
    done = (await http.post(f"{APPLICATIONS}/{application_id}/endorse", headers=staff())).json()
    assert (done["outcome"], done["member_kind"]) == ("registered", "city")
    assert (await http.get(f"{CITIES}/{done['member_id']}")).json()["status"] == "endorsed"
    contacts = await http.get("/registry/v1/contacts", params={"member_id": done["member_id"]}, headers=staff())
    assert [contact["email"] for contact in contacts.json()["items"]] == [CONTACT["email"]]
    assert (await registry.event_names())[1:] == [
        *("city.registered", "city.endorsed", "contact.changed"),
        "confirmation.requested",  # of the mail that welcomes it
    ]
    assert (await http.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()["contact"] is None
    assert (await http.post(f"{APPLICATIONS}/{application_id}/endorse", headers=staff())).status_code == 409
    again = await apply_and_confirm(registry, STRANGER)
    taken = await http.post(f"{APPLICATIONS}/{again}/endorse", headers=staff())
    assert (taken.status_code, done["member_id"] in taken.json()["detail"]) == (409, True)


async def test_a_withdrawn_member_comes_back_by_an_explicit_decision_only(registry: RegistryUnderTest) -> None:
    http = registry.client
    gone = await a_withdrawn_city(registry)
    application_id = await apply_and_confirm(registry, CONTACT | {"name": "Renamed"}, name="São Leopoldo, RS")
    place = f"{APPLICATIONS}/{application_id}/endorse"
    refused = await http.post(place, headers=staff())
    assert (refused.status_code, "reinstate" in refused.json()["detail"]) == (409, True)
    done = (await http.post(place, params={"reinstate": True}, headers=staff())).json()
    assert (done["outcome"], done["member_id"]) == ("reinstated", gone)
    contacts = await http.get("/registry/v1/contacts", params={"member_id": gone}, headers=staff())
    assert [contact["name"] for contact in contacts.json()["items"]] == [CONTACT["name"]]
    assert (await http.get(f"{CITIES}/{gone}")).json()["name"] == "São Leopoldo, RS"
    told = [one.data for one in await registry.events() if isinstance(one.data, ContactState)]
    assert [data.version for data in told] == [1, 2, 3]  # named, withdrawn, back


async def test_a_refusal_deletes_who_applied(registry: RegistryUnderTest) -> None:
    http = registry.client
    application_id = await apply_and_confirm(registry)
    place = f"{APPLICATIONS}/{application_id}/refuse"
    assert (await http.post(place, json={"reason": "because"}, headers=staff())).status_code == 422
    refused = await http.post(place, json={"reason": "not-authentic"}, headers=staff(**{"Idempotency-Key": "k"}))
    assert (refused.json()["status"], refused.json()["reason"]) == ("refused", "not-authentic")
    assert refused.json()["is_mailed"] is False
    assert "ana@" not in str(await rows(registry, "applications", "idempotency", "contacts", "letters"))
    assert await rows(registry, "cities") == []


async def test_an_application_with_a_programme_of_another_is_refused_alike(on_sqlite: RegistryUnderTest) -> None:
    programme = {"programme_id": "p", "name": "R", "budget": 5, "currency": "EUR", "grant_min": 1, "grant_max": 2}
    body = {"kind": "ngo", "name": "N", "home_country": "NL", "programmes": [programme], "contact": CONTACT}
    answer = await on_sqlite.client.post("/registry/v1/partners", json=body)
    assert answer.json()["errors"][0]["pointer"] == "/programmes/0/programme_id"


def limited(**limits: Any) -> RegistrySettings:
    return RegistrySettings(**keys_of(KEY), **limits)


async def test_a_sender_over_its_limit_is_told_so(url: str, tmp_path: Path) -> None:
    async with open_under_test(url, tmp_path, settings=limited(applications_per_client=1)) as registry:
        for number in (1, 2):
            await apply(registry, geonames_id=number)
        answer = await registry.client.post(CITIES, json=CITY | {"contact": CONTACT})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 3_600
        assert (await registry.client.post(CITIES, json=CITY, headers=staff())).status_code == 201


async def test_senders_at_the_same_time_do_not_pass_the_limit(url: str, tmp_path: Path) -> None:
    async with open_under_test(url, tmp_path, settings=limited(applications_per_client=1)) as registry:
        body = CITY | {"contact": CONTACT}
        answers = await asyncio.gather(*(registry.client.post(CITIES, json=body) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [202, 202, 429, 429, 429]


async def test_beyond_its_share_of_a_day_the_network_takes_one_application_in_ten_minutes_of_each_sender(
    url: str, tmp_path: Path
) -> None:
    now = NOW
    async with open_under_test(url, tmp_path, settings=limited(applications_per_day=1), clock=lambda: now) as registry:
        for number in (1, 2):
            await apply(registry, geonames_id=number)
        assert (await registry.client.post(CITIES, json=CITY | {"contact": CONTACT})).status_code == 429
        now += timedelta(minutes=10)
        await apply(registry)


async def test_an_address_over_its_limit_gets_no_mail_and_nobody_is_told(url: str, tmp_path: Path) -> None:
    async with open_under_test(url, tmp_path, settings=limited(applications_per_address=1)) as registry:
        first = await apply(registry)
        second = await apply(registry, CONTACT | {"email": CONTACT["email"].upper()})
        assert (await issue(registry, first)).status_code == 200
        assert (await issue(registry, second)).status_code == 410
        item = (await registry.client.get(f"{APPLICATIONS}/{second}", headers=staff())).json()
        assert any("No link was mailed" in warning for warning in item["warnings"])
        assert "ana@" not in str(await rows(registry, "counters"))
