"""An application step by step over HTTP: behind a mailed link, and seen by nobody before it is handed in."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from isopolity.registry.adapters.sql import tables
from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.applications import APPLICATIONS
from tests.support.registry.drafts import ADDRESS, DRAFTS, STEPS, begin, begun, filled_in, issue, post, save
from tests.support.registry.service import (
    CONTACT,
    KEY,
    NOW,
    PARTNER,
    RegistryUnderTest,
    bearer,
    member,
    open_under_test,
    staff,
)


async def rows(registry: RegistryUnderTest, *names: str) -> list[Any]:
    """All rows of these tables."""
    async with registry.database.reading() as connection:
        return [row for name in names for row in (await connection.execute(select(tables.metadata.tables[name]))).all()]


async def test_four_steps_become_an_application_that_needs_no_other_mail(registry: RegistryUnderTest) -> None:
    secret = await begun(registry, language="pt")
    version = await filled_in(registry, secret)
    assert (await registry.client.get(APPLICATIONS, params={"status": "any"}, headers=staff())).json()["items"] == []
    handed = await post(registry, "hand-in", secret, version=version)
    assert (handed.status_code, handed.json().keys()) == (202, {"application_id"})
    place = f"{APPLICATIONS}/{handed.json()['application_id']}"
    application = (await registry.client.get(place, headers=staff())).json()
    assert (application["status"], application["name"], application["warnings"]) == ("confirmed", "Vila Nova", [])
    assert application["contact"] == STEPS["contacts"]["contact"] | {"email": ADDRESS, "language": "pt"}
    assert [one["name"] for one in application["others"]] == ["Rui Melo"]
    assert application["profile"]["needs"][0]["subject"] == "cluster.literacy"
    assert await registry.event_names() == ["confirmation.requested"]
    assert await rows(registry, "drafts") == []
    assert (await post(registry, "open", secret)).status_code == 410


async def test_an_endorsement_makes_contacts_of_all_who_were_named(registry: RegistryUnderTest) -> None:
    secret = await begun(registry)
    handed = await post(registry, "hand-in", secret, version=await filled_in(registry, secret))
    place = f"{APPLICATIONS}/{handed.json()['application_id']}"
    city_id = (await registry.client.post(f"{place}/endorse", headers=staff())).json()["member_id"]
    found = await registry.client.get("/registry/v1/contacts", params={"member_id": city_id}, headers=staff())
    assert {one["email"]: one["role"] for one in found.json()["items"]} == {
        ADDRESS: "coordinator",
        "rui@city.example": "deputy",
    }
    assert (await registry.client.get(place, headers=staff())).json()["others"] == []
    assert "rui@" not in str(await rows(registry, "applications", "idempotency", "audit"))


async def test_a_refusal_deletes_all_who_were_named(registry: RegistryUnderTest) -> None:
    secret = await begun(registry)
    handed = await post(registry, "hand-in", secret, version=await filled_in(registry, secret))
    place = f"{APPLICATIONS}/{handed.json()['application_id']}/refuse"
    await registry.client.post(place, json={"reason": "other"}, headers=staff())
    kept = str(await rows(registry, "applications", "contacts", "idempotency", "audit"))
    assert "rui@" not in kept
    assert "ana@" not in kept


async def test_a_partner_joins_with_its_programmes(registry: RegistryUnderTest) -> None:
    secret = await begun(registry, member_kind="partner")
    steps = {
        "who": {"kind": "foundation", "name": "Example Foundation"},
        "where": {"home_country": "NL"},
        "programmes": {"programmes": PARTNER["programmes"]},
        "needs": {},
    }
    handed = await post(registry, "hand-in", secret, version=await filled_in(registry, secret, **steps))
    place = f"{APPLICATIONS}/{handed.json()['application_id']}"
    application = (await registry.client.get(place, headers=staff())).json()
    assert application["profile"]["programmes"][0]["name"] == "Read"


async def test_the_answer_and_the_work_are_the_same_whoever_has_the_address(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await begun(registry, "bo@city.example")
    statements: list[str] = []

    @event.listens_for(registry.database.engine.sync_engine, "before_cursor_execute")
    def _executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    costs = []
    for email in (CONTACT["email"], "bo@city.example", "nobody@city.example"):
        statements.clear()
        await registry.client.post(DRAFTS, json={"member_kind": "city", "email": email})
        costs.append(list(statements))
    assert costs[0]
    assert costs[1:] == costs[:1] * 2


async def test_a_link_is_made_by_a_service_and_ends_with_the_next(registry: RegistryUnderTest) -> None:
    draft_id = await begin(registry)
    for headers, status in (({}, 401), (staff(), 403), (bearer("operator"), 403)):
        assert (await registry.client.post(f"{DRAFTS}/{draft_id}/issue", headers=headers)).status_code == status
    first, second = (await issue(registry, draft_id)).json(), (await issue(registry, draft_id)).json()
    assert first.keys() == {"email", "language", "secret", "valid_until"}
    assert [(await post(registry, "open", one["secret"])).status_code for one in (first, second)] == [410, 200]
    assert second["secret"] not in str(await rows(registry, "drafts", "idempotency", "outbox"))
    await save(registry, second["secret"], "who", STEPS["who"], 3)
    assert (await issue(registry, draft_id)).status_code == 410  # a mail that is late ends no link that is used
    assert (await issue(registry, "another")).status_code == 404


async def test_opening_changes_nothing_and_shows_what_was_saved(registry: RegistryUnderTest) -> None:
    secret = await begun(registry)
    before = await rows(registry, "drafts")
    opened = [(await post(registry, "open", secret)).json() for _ in range(2)]
    assert opened[0] == opened[1]
    assert (opened[0]["member_kind"], opened[0]["email"], opened[0]["steps"]) == ("city", ADDRESS, {})
    assert await rows(registry, "drafts") == before
    await save(registry, secret, "who", STEPS["who"], opened[0]["version"])
    assert (await post(registry, "open", secret)).json()["steps"] == {"who": STEPS["who"]}


async def test_a_link_opens_for_seven_days_and_for_thirty_from_each_saved_step(url: str, tmp_path: Path) -> None:
    now = NOW
    async with open_under_test(url, tmp_path, clock=lambda: now) as registry:
        late, secret = await begun(registry), await begun(registry)
        now += timedelta(days=6)
        assert (await save(registry, secret, "who", STEPS["who"], 2)).status_code == 200
        now += timedelta(days=1)
        for what, more in (("open", {}), ("forget", {}), ("hand-in", {"version": 2})):
            assert (await post(registry, what, late, **more)).status_code == 410
        assert (await save(registry, late, "who", STEPS["who"], 2)).status_code == 410
        now += timedelta(days=28)
        assert (await save(registry, secret, "where", STEPS["where"], 3)).status_code == 200
        now += timedelta(days=30)
        assert (await post(registry, "open", secret)).status_code == 410


@pytest.mark.parametrize(
    ("step", "fields", "pointers"),
    [
        ("who", {"kind": "city"}, ["/fields/name"]),
        ("who", {}, ["/fields/kind", "/fields/name"]),
        ("who", {"kind": "city", "name": "a@b.example"}, ["/fields/name"]),
        ("who", {"kind": "city", "name": "N", "nome": 1}, ["/fields/nome"]),
        ("where", {"country": "XX"}, ["/fields/country"]),
        ("where", {"country": "PT", "latitude": 1}, ["/fields/longitude"]),
        ("contacts", {}, ["/fields/contact"]),
        ("contacts", {"contact": {"name": "Ana", "email": "other@city.example"}}, ["/fields/contact/email"]),
        ("contacts", {"contact": {"name": "Ana", "role": "mayor"}}, ["/fields/contact/role"]),
        (
            "contacts",
            {"contact": {"name": "Ana"}, "others": [{"name": "Rui", "email": ADDRESS.upper()}]},
            ["/fields/others/0/email"],
        ),
        ("needs", {"needs": [{"subject": "sdg.4", "mode": "by pigeon", "intensity": 1}]}, ["/fields/needs/0/mode"]),
        ("another", {}, ["/step"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_a_mistake_of_a_step_is_told_beside_its_field(
    on_sqlite: RegistryUnderTest, step: str, fields: Any, pointers: list[str]
) -> None:
    secret = await begun(on_sqlite)
    refused = await save(on_sqlite, secret, step, fields, 2)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers
    assert (await post(on_sqlite, "open", secret)).json()["steps"] == {}


async def test_a_draft_is_handed_in_whole_only(on_sqlite: RegistryUnderTest) -> None:
    secret = await begun(on_sqlite)
    saved = await save(on_sqlite, secret, "where", STEPS["where"], 2)
    refused = await post(on_sqlite, "hand-in", secret, version=saved.json()["version"])
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/who", "/contacts", "/needs"]


async def test_a_stale_edit_changes_nothing(on_sqlite: RegistryUnderTest) -> None:
    secret = await begun(on_sqlite)
    assert (await save(on_sqlite, secret, "who", STEPS["who"], 2)).status_code == 200
    stale = await save(on_sqlite, secret, "who", STEPS["who"] | {"name": "Another"}, 2)
    assert stale.status_code == 412
    assert (await post(on_sqlite, "open", secret)).json()["steps"]["who"]["name"] == "Vila Nova"


async def test_a_draft_sent_twice_becomes_one_application(registry: RegistryUnderTest) -> None:
    secret = await begun(registry)
    body = {"secret": secret, "version": await filled_in(registry, secret)}
    answers = [
        await registry.client.post(f"{DRAFTS}/hand-in", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert len(await rows(registry, "applications")) == 1
    assert secret not in str(await rows(registry, "idempotency"))


async def test_its_holder_deletes_a_draft_at_once(registry: RegistryUnderTest) -> None:
    secret = await begun(registry)
    await filled_in(registry, secret)
    assert (await post(registry, "forget", secret)).status_code == 204
    assert await rows(registry, "drafts", "applications") == []
    assert (await post(registry, "forget", secret)).status_code == 410


async def test_members_that_it_is_likely_one_of_are_shown_if_anybody_can_see_them(registry: RegistryUnderTest) -> None:
    named = {"name": "Villa nova", "local_names": ["Vila Nova"], "country": "PT"}
    seen = await registry.add_city(geonames_id=1, **named)
    gone = await registry.add_city(geonames_id=2, **named)
    await registry.client.post(f"/registry/v1/cities/{gone}/withdraw", headers=staff())
    await registry.add_city(geonames_id=3, **named | {"country": "BR"})
    await registry.add_city(
        geonames_id=4, **named | {"name": "Vila Nova de Gaia", "local_names": [], "kind": "district"}
    )
    secret = await begun(registry)
    assert (await save(registry, secret, "who", STEPS["who"], 2)).json()["alike"] == []
    expected = [{"member_id": seen, "name": "Villa nova"}]
    assert (await save(registry, secret, "where", STEPS["where"], 3)).json()["alike"] == expected
    assert (await post(registry, "open", secret)).json()["alike"] == expected
    same = await save(registry, secret, "where", STEPS["where"] | {"geonames_id": 4}, 4)
    assert [one["name"] for one in same.json()["alike"]] == ["Villa nova", "Vila Nova de Gaia"]


async def test_nobody_else_reads_a_draft_and_its_event_tells_nothing(registry: RegistryUnderTest) -> None:
    secret = await begun(registry)
    await filled_in(registry, secret)
    assert (await post(registry, "hand-in", secret, version=2)).status_code == 412
    (published,) = await registry.events()
    told = json.loads(published.data.model_dump_json())
    assert (told.keys(), told["about"]) == ({"confirmation_id", "requested_at", "about"}, "draft")
    for headers in (staff(), member("m")):
        listed = await registry.client.get(APPLICATIONS, params={"status": "any"}, headers=headers)
        assert "Vila Nova" not in listed.text
    assert "Vila Nova" not in str(await rows(registry, "audit", "outbox", "applications", "cities"))


def limited(**limits: Any) -> RegistrySettings:
    return RegistrySettings(**keys_of(KEY), **limits)


async def test_a_sender_over_its_limit_is_told_so(url: str, tmp_path: Path) -> None:
    async with open_under_test(url, tmp_path, settings=limited(applications_per_client=1)) as registry:
        await begin(registry)
        await begin(registry)
        answer = await registry.client.post(DRAFTS, json={"member_kind": "city", "email": "bo@city.example"})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


async def test_an_address_over_its_limit_gets_no_mail_and_nobody_is_told(url: str, tmp_path: Path) -> None:
    async with open_under_test(url, tmp_path, settings=limited(applications_per_address=1)) as registry:
        first, second = await begin(registry), await begin(registry, ADDRESS.upper())
        assert [(await issue(registry, one)).status_code for one in (first, second)] == [200, 410]


async def test_the_secret_is_in_no_log_line(on_sqlite: RegistryUnderTest, capsys: pytest.CaptureFixture[str]) -> None:
    secret = await begun(on_sqlite)
    await filled_in(on_sqlite, secret)
    await post(on_sqlite, "hand-in", secret, version=99)
    captured = capsys.readouterr()
    for hidden in (secret, ADDRESS, "Rui"):
        assert hidden not in captured.out + captured.err
