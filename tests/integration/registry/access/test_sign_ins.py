"""Signing in by a mailed link or code: who has the mail comes in, once; nobody is told who has an address."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from structlog.testing import capture_logs

from isopolity.registry.adapters.sql import tables
from isopolity.registry.application.access.rules import CODES_A_DAY
from isopolity.registry.domain.access.session import LINK_VALID
from isopolity.registry.settings import RegistrySettings
from tests.support.registry.access import SIGN_INS, add_contact, ask, entered, exchange, issue, mailed, signed_in
from tests.support.registry.service import CONTACT, WHY, RegistryUnderTest, bearer, open_under_test, staff
from tests.support.shared.relays import Moving

UNKNOWN = "nobody@elsewhere.example"


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_event_holds_an_id_and_nothing_else(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    sign_in_id = await ask(registry)
    last = (await registry.events())[-1]
    assert last.envelope.type == "isopolity.registry.sign-in.requested.v1"
    assert (last.envelope.subject, set(last.data.model_dump())) == (sign_in_id, {"sign_in_id", "requested_at"})


async def test_who_has_the_link_or_the_code_comes_in(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    mail = await mailed(registry)
    assert (mail["email"], mail["name"], mail["minutes"]) == (CONTACT["email"], CONTACT["name"], 30)
    for body in ({"secret": mail["secret"]}, {"sign_in_id": "", "code": ""}):
        if "code" in body:
            again = await mailed(registry, CONTACT["email"].upper())
            body = {"sign_in_id": again["sign_in_id"], "code": again["code"]}
        answer = await exchange(registry, **body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert [one["member_id"] for one in answer.json()["accounts"]] == [city_id]
        assert (await exchange(registry, **body)).status_code == 410
    contact = answer.json()["account_id"]
    assert await entered(registry, "sign-ins.exchange") == [
        ("sign-ins.exchange", "member", contact, {"way": way}) for way in ("link", "code")
    ], "a try that does not let in has no entry"


async def test_an_address_that_nobody_has_is_answered_alike_at_the_same_cost(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    statements: list[str] = []

    @event.listens_for(registry.database.engine.sync_engine, "before_cursor_execute")
    def _executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    costs, ids = [], {}
    for email in (CONTACT["email"], UNKNOWN):
        statements.clear()
        ids[email] = await ask(registry, email)
        costs.append(list(statements))
    assert costs[0] == costs[1]
    assert (await issue(registry, ids[CONTACT["email"]])).status_code == 200
    assert (await issue(registry, ids[UNKNOWN])).status_code == 410
    costs.clear()
    answers = []
    for sign_in_id in ids.values():
        statements.clear()
        answer = await exchange(registry, sign_in_id=sign_in_id, code="000000")
        costs.append(list(statements))
        answers.append((answer.status_code, answer.json()["detail"]))
    assert costs[0] == costs[1]
    assert answers[0] == answers[1]


async def test_a_mail_goes_to_the_address_as_it_was_entered(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT | {"email": "kim@city.example"})
    assert (await mailed(registry, "KIM@CITY.example"))["email"] == "kim@city.example"
    answer = await registry.client.post(SIGN_INS, json={"email": "\u212aim@city.example"})
    assert answer.status_code == 422


async def test_only_a_service_has_secrets_made(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    path = f"{SIGN_INS}/{await ask(registry)}/issue"
    assert (await registry.client.post(path)).status_code == 401
    for headers in (staff(), bearer("operator"), bearer("member", member_id="c")):
        assert (await registry.client.post(path, headers=headers)).status_code == 403
    assert (await issue(registry, "unknown")).status_code == 404


async def test_a_link_that_a_program_follows_is_not_spent(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    secret = (await mailed(registry))["secret"]
    for method in ("GET", "HEAD"):
        answer = await registry.client.request(method, f"{SIGN_INS}/exchange", params={"secret": secret})
        assert answer.status_code == 405
    assert (await exchange(registry, secret=secret)).status_code == 200


async def test_of_many_who_spend_a_link_at_once_one_comes_in(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    mail = await mailed(registry)
    bodies: list[dict[str, str]] = [{"secret": mail["secret"]}] * 4
    bodies += [{"sign_in_id": mail["sign_in_id"], "code": mail["code"]}] * 4
    answers = await asyncio.gather(*(exchange(registry, **body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 7
    async with registry.database.reading() as connection:
        assert len((await connection.execute(select(tables.sessions))).all()) == 1


async def test_a_mistyped_code_takes_nothing_from_the_right_one(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    mail = await mailed(registry)
    for _ in range(CODES_A_DAY - 1):
        assert (await exchange(registry, sign_in_id=mail["sign_in_id"], code=wrong(mail["code"]))).status_code == 410
    assert (await exchange(registry, sign_in_id=mail["sign_in_id"], code=mail["code"])).status_code == 200


async def test_many_at_once_guess_no_more_often(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    mail = await mailed(registry)
    guesses = [exchange(registry, sign_in_id=mail["sign_in_id"], code=wrong(mail["code"])) for _ in range(CODES_A_DAY)]
    assert {answer.status_code for answer in await asyncio.gather(*guesses)} == {410}
    assert (await exchange(registry, sign_in_id=mail["sign_in_id"], code=mail["code"])).status_code == 410
    assert (await exchange(registry, secret=mail["secret"])).status_code == 200


async def test_a_code_counts_for_its_own_address_only(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await registry.add_city(geonames_id=2, contact=CONTACT | {"email": "bo@city.example"})
    mine, other = await mailed(registry), await mailed(registry, "bo@city.example")
    assert (await exchange(registry, sign_in_id=other["sign_in_id"], code=mine["code"])).status_code == 410


async def test_a_mail_that_is_tried_again_has_the_same_link_and_code(timed: RegistryUnderTest, clock: Moving) -> None:
    await timed.add_city(contact=CONTACT)
    mail = await mailed(timed)
    clock.now += timedelta(minutes=29)
    again = (await issue(timed, mail["sign_in_id"])).json()
    assert (again["secret"], again["code"]) == (mail["secret"], mail["code"])
    clock.now += timedelta(minutes=29)
    assert (await exchange(timed, secret=mail["secret"])).status_code == 200
    assert (await issue(timed, mail["sign_in_id"])).status_code == 410


async def test_an_earlier_request_is_not_mailed_after_a_later_one(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    first, second = await ask(registry), await mailed(registry)
    assert (await issue(registry, first)).status_code == 410
    assert (await exchange(registry, secret=second["secret"])).status_code == 200


async def test_a_link_holds_for_thirty_minutes_from_its_mail(timed: RegistryUnderTest, clock: Moving) -> None:
    await timed.add_city(contact=CONTACT)
    for late, status in ((timedelta(seconds=-1), 200), (timedelta(0), 410)):
        sign_in_id = await ask(timed)
        clock.now += timedelta(minutes=20)
        mail = (await issue(timed, sign_in_id)).json()
        clock.now += LINK_VALID + late
        assert (await exchange(timed, secret=mail["secret"])).status_code == status
        assert (await exchange(timed, sign_in_id=sign_in_id, code=mail["code"])).status_code == 410


async def test_a_request_that_could_not_be_mailed_in_time_is_not_mailed_late(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    await timed.add_city(contact=CONTACT)
    sign_in_id = await ask(timed)
    clock.now += LINK_VALID
    assert (await issue(timed, sign_in_id)).status_code == 410


async def test_who_left_or_was_erased_is_not_let_in(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    contact_id = await add_contact(registry, city_id, email="bo@city.example")
    waiting, erased = await mailed(registry), await mailed(registry, "bo@city.example")
    await registry.client.post(f"/registry/v1/contacts/{contact_id}/erase", json=WHY, headers=staff())
    assert (await exchange(registry, secret=erased["secret"])).status_code == 410
    async with registry.database.reading() as connection:
        assert "bo@" not in str((await connection.execute(select(tables.sign_ins))).all())
    await registry.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=staff())
    assert (await exchange(registry, secret=waiting["secret"])).status_code == 410
    assert (await issue(registry, await ask(registry))).status_code == 410


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"secret": "s", "sign_in_id": "a", "code": "123456"},
        {"secret": "s", "code": "123456"},
        {"sign_in_id": "a"},
        {"sign_in_id": "a", "code": "12345"},
        {"sign_in_id": "a", "code": "\uff11\uff12\uff13\uff14\uff15\uff16"},
        {"sign_in_id": "a", "code": 123456},
        {"secret": "hidden-secret" * 40},
    ],
)
async def test_a_body_of_another_form_is_told_what_to_send(on_sqlite: RegistryUnderTest, body: Any) -> None:
    answer = await exchange(on_sqlite, **body)
    assert answer.status_code == 422
    assert "hidden-secret" not in answer.text


async def test_no_secret_code_or_address_stands_in_a_log_or_the_database(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    with capture_logs() as logs:
        mail = await mailed(on_sqlite)
        await exchange(on_sqlite, secret=mail["secret"] + "x")
        async with on_sqlite.database.reading() as connection:
            kept = str((await connection.execute(select(tables.sign_ins))).all())
        session = (await exchange(on_sqlite, secret=mail["secret"])).json()
        async with on_sqlite.database.reading() as connection:
            kept += str((await connection.execute(select(tables.sessions))).all())
            kept += str((await connection.execute(select(tables.counters))).all())
    for secret in (mail["secret"], mail["code"], session["access_token"], *session["refresh_token"].split(".")):
        assert secret not in str(logs)
        assert secret not in kept
    assert CONTACT["email"] not in str(logs)


async def test_without_keys_nobody_signs_in_and_is_told_why(tmp_path: Path) -> None:
    settings = RegistrySettings()
    async with open_under_test(f"sqlite+aiosqlite:///{tmp_path / 'r.db'}", tmp_path, settings=settings) as registry:
        answer = await registry.client.post(SIGN_INS, json={"email": UNKNOWN})
        assert (answer.status_code, "ISOPOLITY_REGISTRY_KEYS" in answer.json()["detail"]) == (503, True)


async def test_an_account_is_listed_for_each_member_of_the_address(registry: RegistryUnderTest) -> None:
    first = await registry.add_city(contact=CONTACT)
    second = await registry.add_city(geonames_id=2, name="Turku", country="FI")
    await add_contact(registry, second, role="approver", email=CONTACT["email"].title())
    session = await signed_in(registry)
    assert {(one["member_id"], one["role"]) for one in session["accounts"]} == {
        (first, "coordinator"),
        (second, "approver"),
    }
    assert (session["account_id"], session["access_token"]) == (None, None)
