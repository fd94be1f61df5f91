"""Sessions: refresh tokens that count once, access tokens of minutes, and all that ends them at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy import event, select

from isopolity.persistence.retention import chores
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.retention import KINDS, forgetting
from isopolity.registry.settings import RegistrySettings
from isopolity.web.tokens import AUDIENCE, ISSUER
from tests.support.keys import registry_half
from tests.support.registry.access import (
    SESSIONS,
    add_contact,
    add_to_office,
    enrolled,
    exchange,
    holder,
    mailed,
    pass_with_code,
    refresh,
    revoked,
    signed_in,
)
from tests.support.registry.service import (
    CONTACT,
    KEY,
    WHY,
    RegistryUnderTest,
    bearer,
    open_under_test,
    patching,
    staff,
)
from tests.support.shared.relays import Moving, let_go, storage_of

BO = "bo@city.example"


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def contact_of(registry: RegistryUnderTest, member_id: str) -> dict[str, Any]:
    """The first contact of a member."""
    found = await registry.client.get("/registry/v1/contacts", params={"member_id": member_id}, headers=staff())
    return dict(found.json()["items"][0])


async def is_over(registry: RegistryUnderTest, session: dict[str, Any]) -> bool:
    """Whether the session has ended: nothing renews it, and its access tokens are revoked."""
    ended = (await refresh(registry, session)).status_code == 410
    return ended and f"session:{session['session_id']}" in await revoked(registry)


async def test_an_access_token_is_a_members_with_an_opaque_subject(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    session = await signed_in(registry)
    claims = jwt.decode(session["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE, issuer=ISSUER)
    contact = await contact_of(registry, city_id)
    assert claims["sub"] == session["account_id"] == contact["contact_id"]
    assert (claims["scope"], claims["member"], claims["role"]) == ("member", city_id, "coordinator")
    assert (claims["sid"], claims["exp"] - claims["iat"]) == (session["session_id"], 600)
    assert claims["jti"].startswith(f"{session['session_id']}.")
    assert "@" not in str(claims)


async def test_its_holder_reads_and_changes_its_own_member_only(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    other = await registry.add_city(geonames_id=2, name="Turku", country="FI")
    headers = holder(await signed_in(registry)) | patching(2)
    for member_id, status in ((city_id, 200), (other, 403)):
        answer = await registry.client.patch(
            f"/registry/v1/cities/{member_id}", json={"population": 5}, headers=headers
        )
        assert answer.status_code == status, answer.text


async def test_an_approver_reads_and_changes_nothing_but_its_session(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    await add_contact(registry, city_id, role="approver")
    session = await signed_in(registry)
    headers = holder(session)
    read = await registry.client.get("/registry/v1/contacts", params={"member_id": city_id}, headers=headers)
    assert read.status_code == 200
    answer = await registry.client.patch(
        f"/registry/v1/cities/{city_id}", json={"population": 5}, headers=headers | patching(2)
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:isopolity:problem:approver")
    ended = await registry.client.delete(f"{SESSIONS}/{session['session_id']}", headers=headers)
    assert ended.status_code == 204


async def test_an_approver_erases_itself_and_nobody_else(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    own = await add_contact(registry, city_id, email=BO, role="approver")
    deputy = await add_contact(registry, city_id, email="cy@city.example", role="deputy")
    headers = holder(await signed_in(registry, BO))
    for act, path in (("DELETE", f"{deputy}"), ("POST", f"{deputy}/erase")):
        answer = await registry.client.request(act, f"/registry/v1/contacts/{path}", json={}, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:isopolity:problem:approver")
    answer = await registry.client.delete(f"/registry/v1/contacts/{own}", headers=headers)
    assert answer.status_code == 204, "one's own erasure never waits for others"


async def test_the_holder_of_several_accounts_chooses_and_changes_the_choice(registry: RegistryUnderTest) -> None:
    first = await registry.add_city(contact=CONTACT)
    second = await registry.add_city(geonames_id=2, name="Turku", country="FI", contact=CONTACT)
    stranger = await registry.add_city(geonames_id=3, name="Oslo", country="NO", contact=CONTACT | {"email": BO})
    session = await signed_in(registry)
    assert session["access_token"] is None
    unchosen = (await refresh(registry, session)).json()
    assert unchosen["access_token"] is None
    accounts = {one["member_id"]: one["account_id"] for one in session["accounts"]}
    for member_id in (second, first):
        unchosen = (await refresh(registry, unchosen, account_id=accounts[member_id])).json()
        claims = jwt.decode(unchosen["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE)
        assert (claims["member"], claims["sub"]) == (member_id, accounts[member_id])
    theirs = (await contact_of(registry, stranger))["contact_id"]
    refused = await refresh(registry, unchosen, account_id=theirs)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/account_id")
    assert (await refresh(registry, unchosen)).json()["account_id"] == accounts[first]


async def test_a_refresh_token_counts_once_and_its_reuse_ends_the_session(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    first = await signed_in(registry)
    second = (await refresh(registry, first)).json()
    third = (await refresh(registry, second)).json()
    assert (await refresh(registry, first)).status_code == 410
    assert await is_over(registry, third)


async def test_of_many_who_refresh_at_once_one_gets_a_token_and_the_session_ends(
    registry: RegistryUnderTest,
) -> None:
    await registry.add_city(contact=CONTACT)
    session = await signed_in(registry)
    answers = await asyncio.gather(*(refresh(registry, session) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 5
    last = next(answer.json() for answer in answers if answer.status_code == 200)
    assert await is_over(registry, last)


@pytest.mark.parametrize("token", ["", ".", "x.y", "{family}", "{family}.", "{family}.x"])
async def test_a_forged_refresh_token_renews_nothing(on_sqlite: RegistryUnderTest, token: str) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    session = await signed_in(on_sqlite)
    forged = token.format(family=session["refresh_token"].partition(".")[0])
    answer = await refresh(on_sqlite, {"refresh_token": forged})
    assert answer.status_code == (422 if not token else 410)


async def test_who_knows_the_id_of_a_session_neither_renews_nor_ends_it(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await registry.add_city(geonames_id=2, contact=CONTACT | {"email": BO})
    session, other = await signed_in(registry), await signed_in(registry, BO)
    path = f"{SESSIONS}/{session['session_id']}"
    assert (await refresh(registry, {"refresh_token": session["session_id"]})).status_code == 410
    for headers, status in ((holder(other), 404), (staff(), 404), ({}, 401), (bearer("contacts:read"), 403)):
        assert (await registry.client.delete(path, headers=headers)).status_code == status
    assert (await refresh(registry, session)).status_code == 200
    assert (await registry.client.delete(path, headers=bearer("operator"))).status_code == 204


async def test_ones_own_sessions_are_listed_and_end(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await registry.add_city(geonames_id=2, contact=CONTACT | {"email": BO})
    first, second, _ = await signed_in(registry), await signed_in(registry), await signed_in(registry, BO)
    listed = (await registry.client.get(SESSIONS, headers=holder(second))).json()["items"]
    assert [(one["session_id"], one["is_current"]) for one in listed] == [
        (first["session_id"], False),
        (second["session_id"], True),
    ]
    assert not {"digest", "token", "@"}.intersection(str(listed))
    ended = await registry.client.delete(f"{SESSIONS}/{first['session_id']}", headers=holder(second))
    assert ended.status_code == 204
    assert await is_over(registry, first)
    assert (await refresh(registry, second)).status_code == 200


async def test_all_sessions_of_ones_own_but_this_one_end_at_once(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await registry.add_city(geonames_id=2, contact=CONTACT | {"email": BO})
    first, second = await signed_in(registry), await signed_in(registry)
    secret = (await mailed(registry))["secret"]
    this = (await exchange(registry, secret=secret, begun_with="Firefox, Windows")).json()
    foreign = await signed_in(registry, BO)
    listed = (await registry.client.get(SESSIONS, headers=holder(this))).json()["items"]
    assert [one["begun_with"] for one in listed] == [None, None, "Firefox, Windows"]
    assert (await registry.client.post(f"{SESSIONS}/end-others", headers=holder(this))).status_code == 204
    assert [await is_over(registry, one) for one in (first, second)] == [True, True]
    assert [(await refresh(registry, one)).status_code for one in (this, foreign)] == [200, 200]


@pytest.mark.parametrize("change", [{"role": "approver"}, {"email": "new@city.example"}])
async def test_another_role_or_address_ends_the_contacts_sessions(
    registry: RegistryUnderTest, change: dict[str, str]
) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    await add_contact(registry, city_id, email=BO)
    session, other = await signed_in(registry), await signed_in(registry, BO)
    contact = f"/registry/v1/contacts/{session['account_id']}"
    for body in ({"name": "Ana P."}, change):
        version = (await registry.client.get(contact, headers=staff())).json()["version"]
        answer = await registry.client.patch(contact, json=body | WHY, headers=staff() | patching(version))
        assert answer.status_code == 200
        if body is not change:
            renewed = await refresh(registry, session)
            assert renewed.status_code == 200
            session = renewed.json()
    assert await is_over(registry, session)
    assert f"session:{other['session_id']}" not in await revoked(registry)


async def test_an_import_that_changes_a_role_ends_the_sessions(registry: RegistryUnderTest) -> None:
    heading = "kind,name,country,geonames_id,contact_role,contact_name,contact_email\n"
    await registry.import_file("cities", heading + f"city,Turku,FI,633679,deputy,Ana,{BO}\n", endorse=True)
    session = await signed_in(registry, BO)
    answer = await registry.import_file("cities", heading + f"city,Turku,FI,633679,approver,Ana,{BO}\n")
    assert answer.status_code == 200, answer.text
    assert await is_over(registry, session)


@pytest.mark.parametrize("erasing", [True, False])
async def test_a_member_that_withdraws_loses_its_sessions(registry: RegistryUnderTest, erasing: bool) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    await registry.add_city(geonames_id=2, contact=CONTACT | {"email": BO})
    session, other = await signed_in(registry), await signed_in(registry, BO)
    await registry.client.post(
        f"/registry/v1/cities/{city_id}/withdraw", params={"erase_contacts": erasing}, headers=staff()
    )
    assert await is_over(registry, session)
    assert (await refresh(registry, other)).status_code == 200


async def test_an_erased_contact_loses_its_sessions(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    session = await signed_in(registry)
    await registry.client.delete(f"/registry/v1/contacts/{session['account_id']}", headers=holder(session))
    assert await is_over(registry, session)


@pytest.mark.parametrize("named", ["token_id", "subject", "member_id"])
async def test_a_revocation_ends_the_sessions_that_would_renew_its_tokens(
    registry: RegistryUnderTest, named: str
) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    session = await signed_in(registry)
    claims = jwt.decode(session["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE)
    value = {"token_id": claims["jti"], "subject": claims["sub"], "member_id": city_id}[named]
    answer = await registry.client.post("/registry/v1/revocations", json={named: value}, headers=staff())
    assert answer.status_code == 201, answer.text
    assert await is_over(registry, session)


async def test_a_session_ends_with_its_days_whoever_refreshes_it(timed: RegistryUnderTest, clock: Moving) -> None:
    await timed.add_city(contact=CONTACT)
    session = await signed_in(timed)
    for _ in range(2):
        clock.now += timedelta(days=6)
        session = (await refresh(timed, session)).json()
    clock.now += timedelta(days=2)
    assert (await refresh(timed, session)).status_code == 410


async def test_sessions_and_sign_ins_are_let_go_of(timed: RegistryUnderTest, clock: Moving) -> None:
    await timed.add_city(contact=CONTACT)
    await signed_in(timed)
    await mailed(timed)
    storage = storage_of(timed.database, tables.messaging, clock)
    due = chores(KINDS, RegistrySettings(), forgetting(storage))
    for days, names in ((0.9, set()), (1.1, {"requests to sign in, used or not"}), (14.1, {"sessions"})):
        clock.after(days)
        gone = await let_go(storage, due)
        assert {name for name in gone if name.startswith(("requests to sign in", "sessions"))} == names


async def test_staff_act_as_staff_for_hours_and_as_contacts_for_days(timed: RegistryUnderTest, clock: Moving) -> None:
    city_id = await timed.add_city(contact=CONTACT)
    person_id = await add_to_office(timed, email=CONTACT["email"])
    session = await signed_in(timed)
    assert [one["kind"] for one in session["accounts"]] == ["member", "staff"]
    app = await enrolled(timed, session)
    as_staff = (await pass_with_code(timed, session, app.at(clock.now))).json()
    claims = jwt.decode(as_staff["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE)
    assert (claims["sub"], claims["scope"], "member" in claims) == (person_id, "operator staff", False)
    clock.now += timedelta(hours=12)
    assert (await refresh(timed, as_staff)).status_code == 410
    session = await signed_in(timed)
    member = next(one["account_id"] for one in session["accounts"] if one["member_id"] == city_id)
    session = (await refresh(timed, session, account_id=member)).json()
    clock.now += timedelta(hours=12)
    late = await pass_with_code(timed, session, app.at(clock.now))
    assert (late.status_code, "sign in again" in late.json()["detail"]) == (409, True)
    assert (await refresh(timed, session)).status_code == 200


async def test_an_erasure_and_a_refresh_at_once_leave_no_session(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    for number in range(4):
        await add_contact(registry, city_id, email=f"c{number}@city.example")
    sessions = [await signed_in(registry, f"c{number}@city.example") for number in range(4)]
    waiting = [await mailed(registry, f"c{number}@city.example") for number in range(4)]
    work = list[Awaitable[httpx.Response]]()
    for session, mail in zip(sessions, waiting, strict=True):
        work += [refresh(registry, session), exchange(registry, secret=mail["secret"])]
        work.append(
            registry.client.post(f"/registry/v1/contacts/{session['account_id']}/erase", json=WHY, headers=staff())
        )
    answers = await asyncio.gather(*work)
    assert {answer.status_code for answer in answers} <= {200, 204, 410}
    async with registry.database.reading() as connection:
        assert (await connection.execute(select(tables.sessions))).all() == []


async def test_a_change_of_account_and_its_erasure_at_once_leave_no_session(registry: RegistryUnderTest) -> None:
    cities = [await registry.add_city(geonames_id=n, name=f"City {n}") for n in (1, 2)]
    for number in range(4):
        addresses = [f"c{number}@city.example"] * 2
        first, second = [await add_contact(registry, c, email=a) for c, a in zip(cities, addresses, strict=True)]
        begun = await signed_in(registry, addresses[0])
        session = (await refresh(registry, begun, account_id=first)).json()
        path = f"/registry/v1/contacts/{second}"
        changed, erased, other = await asyncio.gather(
            refresh(registry, session, account_id=second),
            registry.client.post(f"{path}/erase", json=WHY, headers=staff()),
            registry.client.post(f"/registry/v1/contacts/{first}/erase", json=WHY, headers=staff()),
        )
        assert changed.status_code in (200, 410, 422)
        assert (erased.status_code, other.status_code) == (204, 204)
        async with registry.database.reading() as connection:
            assert (await connection.execute(select(tables.sessions))).all() == []


@pytest.mark.postgres
async def test_an_import_that_holds_the_member_holds_up_no_refresh(postgres: str, tmp_path: Path) -> None:
    async with open_under_test(postgres, tmp_path) as registry:
        city_id = await registry.add_city(contact=CONTACT)
        session = await signed_in(registry)
        async with registry.database.writing() as connection:
            held = select(tables.cities).where(tables.cities.c.id == city_id).with_for_update()
            await connection.execute(held)
            await connection.execute(select(tables.contacts).with_for_update())
            async with asyncio.timeout(60):
                assert (await refresh(registry, session)).status_code == 200


async def test_a_token_is_issued_before_anything_can_end_its_session(timed: RegistryUnderTest, clock: Moving) -> None:
    await timed.add_city(contact=CONTACT)
    secret = (await mailed(timed))["secret"]

    @event.listens_for(timed.database.engine.sync_engine, "commit")
    def _committed(_connection: object) -> None:
        clock.now += timedelta(seconds=5)  # what ends the session may revoke its tokens from here on

    before = clock.now
    session = (await exchange(timed, secret=secret)).json()
    for _ in range(2):
        claims = jwt.decode(
            session["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE, options={"verify_iat": False}
        )
        assert claims["iat"] <= before.timestamp()
        before = clock.now
        session = (await refresh(timed, session)).json()


async def test_an_approver_changes_its_own_language_alone_and_its_next_session_has_it(
    registry: RegistryUnderTest,
) -> None:
    city_id = await registry.add_city()
    other = await add_contact(registry, city_id, email="other@city.example")
    contact_id = await add_contact(registry, city_id, email="may@city.example", role="approver")

    async def change(which: str, wanted: dict[str, str]) -> httpx.Response:
        address = f"/registry/v1/contacts/{which}"
        version = (await registry.client.get(address, headers=held)).headers["etag"]
        headers = held | {"If-Match": version, "Content-Type": "application/merge-patch+json"}
        return await registry.client.patch(address, json=wanted, headers=headers)

    session = await signed_in(registry, "may@city.example")
    held = holder(session)
    assert [one["language"] for one in session["accounts"]] == ["en"]
    assert (await change(contact_id, {"language": "fr"})).status_code == 200
    for which, wanted in ((contact_id, {"name": "Cy"}), (contact_id, {"language": "es", "role": "deputy"})):
        assert (await change(which, wanted)).json()["code"] == "approver"
    assert (await change(other, {"language": "fr"})).json()["code"] == "approver"
    renewed = (await refresh(registry, session)).json()
    assert [one["language"] for one in renewed["accounts"]] == ["fr"]
