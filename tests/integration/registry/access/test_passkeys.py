"""People sign in with a passkey: what its device signs counts once, in one browser, at this network alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from isopolity.registry.adapters.sql.access.passkeys import passkey_challenges, passkeys
from tests.support.registry.access import SIGN_INS, add_contact, holder, refresh, signed_in
from tests.support.registry.authenticator import (
    BACKED_UP,
    BROWSER,
    PASSKEYS,
    PRESENT,
    SYNCED,
    USUAL,
    SoftwareAuthenticator,
    added,
    asked_to_make,
    asked_to_sign,
    come_in,
    keep,
    signed_in_with,
)
from tests.support.registry.service import (
    CONTACT,
    WHY,
    RegistryUnderTest,
    bearer,
    member,
    open_under_test,
    patching,
    staff,
)
from tests.support.shared.relays import Moving


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
async def session(timed: RegistryUnderTest) -> dict[str, Any]:
    """The session of a city's coordinator."""
    await timed.add_city(contact=CONTACT)
    return await signed_in(timed)


async def refused(registry: RegistryUnderTest, credential: str, binding: str = BROWSER) -> None:
    answer = await come_in(registry, credential, binding)
    assert (answer.status_code, answer.json()["detail"][:31]) == (410, "This passkey does not let in: i")


async def test_a_passkey_opens_the_accounts_of_its_person_alone(
    timed: RegistryUnderTest, session: dict[str, Any], clock: Moving
) -> None:
    clock.now += timedelta(seconds=5)
    await timed.add_city(name="Elsewhere", geonames_id=1, contact=CONTACT | {"email": "other@city.example"})
    device, passkey_id = await added(timed, session)
    answer = (await signed_in_with(timed, device)).json()
    assert (answer["account_id"], len(answer["accounts"])) == (session["account_id"], 1)
    assert (await refresh(timed, answer)).status_code == 200
    (listed,) = (await timed.client.get(PASSKEYS, headers=holder(answer))).json()["items"]
    assert (listed["passkey_id"], listed["name"]) == (passkey_id, "My telephone")
    assert datetime.fromisoformat(listed["used_at"]) == clock.now


async def test_an_answer_counts_once(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    device, _ = await added(timed, session)
    credential = device.sign(await asked_to_sign(timed))
    assert (await come_in(timed, credential)).status_code == 200
    await refused(timed, credential)


async def test_of_answers_that_come_at_once_one_counts(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    device, _ = await added(timed, session, counts=False)
    credential = device.sign(await asked_to_sign(timed))
    answers = await asyncio.gather(*(come_in(timed, credential) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]


async def test_a_challenge_counts_five_minutes_and_in_its_browser(
    timed: RegistryUnderTest, session: dict[str, Any], clock: Moving
) -> None:
    device, _ = await added(timed, session)
    await refused(timed, device.sign(await asked_to_sign(timed)), "another-browser-than-that-one")
    credential = device.sign(await asked_to_sign(timed))
    clock.now += timedelta(minutes=5)
    await refused(timed, credential)
    made_up = device.sign('{"challenge": "bm9ib2R5IGFza2VkIGZvciB0aGlz"}')
    await refused(timed, made_up)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"origin": "http://localhost:8001"}, id="another-port"),
        pytest.param({"origin": "https://evil.example"}, id="another-site"),
        pytest.param({"type": "webauthn.create"}, id="another-ceremony"),
        pytest.param({"flags": PRESENT}, id="its-person-not-verified"),
        pytest.param({"flags": 0}, id="nobody-there"),
        pytest.param({"flags": USUAL | SYNCED}, id="synced-from-now-on"),
        pytest.param({"flags": USUAL | BACKED_UP}, id="backed-up-though-not-synced"),
    ],
)
async def test_what_does_not_fit_lets_nobody_in(
    timed: RegistryUnderTest, session: dict[str, Any], changes: dict[str, Any]
) -> None:
    device, _ = await added(timed, session)
    await refused(timed, device.sign(await asked_to_sign(timed), **changes))


async def test_a_key_for_another_site_or_of_another_person_lets_nobody_in(
    timed: RegistryUnderTest, session: dict[str, Any]
) -> None:
    device, _ = await added(timed, session)
    device.host = "evil.example"
    await refused(timed, device.sign(await asked_to_sign(timed)))
    device.host, device.user_handle = "localhost", b"somebody else"
    await refused(timed, device.sign(await asked_to_sign(timed)))
    forged = SoftwareAuthenticator(credential_id=device.credential_id, user_handle=session["account_id"].encode())
    forged.sign_count = 100
    await refused(timed, forged.sign(await asked_to_sign(timed)))
    await refused(timed, SoftwareAuthenticator().sign(await asked_to_sign(timed)))


async def test_a_copied_key_is_noticed_by_its_count(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    device, _ = await added(timed, session)
    copy = SoftwareAuthenticator(
        key=device.key, credential_id=device.credential_id, user_handle=device.user_handle, sign_count=device.sign_count
    )
    assert (await signed_in_with(timed, device)).status_code == 200
    assert (await signed_in_with(timed, copy)).status_code == 410
    uncounted, _ = await added(timed, session, counts=False)
    for _ in range(2):
        assert (await signed_in_with(timed, uncounted)).status_code == 200, "a device that counts nothing"


async def test_a_synced_key_tells_whether_it_is_backed_up(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    device = SoftwareAuthenticator(counts=False)
    options = (await asked_to_make(timed, session)).json()["options"]
    assert (await keep(timed, session, device.make(options, flags=USUAL | SYNCED))).status_code == 201
    assert (await signed_in_with(timed, device, flags=USUAL | SYNCED | BACKED_UP)).status_code == 200
    (listed,) = (await timed.client.get(PASSKEYS, headers=holder(session))).json()["items"]
    assert listed["is_backed_up"] is True


@pytest.mark.parametrize("credential", ["{}", "[]", "null", "not JSON", '{"response": 1}', '{"rawId": 7}', "[" * 9_000])
async def test_what_is_no_answer_is_refused_like_any_other(timed: RegistryUnderTest, credential: str) -> None:
    await refused(timed, credential)


async def test_asking_tells_nothing_of_anybody(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    before = await asked_to_sign(timed)
    await added(timed, session)
    after = await asked_to_sign(timed)
    assert len(before) == len(after)
    assert ('"allowCredentials": []' in after, '"userVerification": "required"' in after) == (True, True)


async def test_asking_is_counted_for_each_client(timed: RegistryUnderTest) -> None:
    for _ in range(100):
        await asked_to_sign(timed)
    answer = await timed.client.post(f"{SIGN_INS}/passkey", json={"binding": BROWSER})
    assert answer.status_code == 429


@pytest.mark.parametrize(
    "changes", [{"origin": "https://evil.example"}, {"type": "webauthn.get"}, {"flags": PRESENT}, {"host": "evil"}]
)
async def test_a_key_that_was_made_elsewhere_is_not_kept(
    timed: RegistryUnderTest, session: dict[str, Any], changes: dict[str, Any]
) -> None:
    made = {name: value for name, value in changes.items() if name != "host"}
    device = SoftwareAuthenticator(host=changes.get("host", "localhost"))
    options = (await asked_to_make(timed, session)).json()["options"]
    assert (await keep(timed, session, device.make(options, **made))).status_code == 410


async def test_a_key_is_kept_in_the_session_that_asked_once_and_while_that_is_fresh(
    timed: RegistryUnderTest, session: dict[str, Any], clock: Moving
) -> None:
    other = await signed_in(timed)
    device = SoftwareAuthenticator()
    credential = device.make((await asked_to_make(timed, session)).json()["options"])
    assert (await keep(timed, other, credential)).status_code == 410, "another session, also of its person"
    credential = device.make((await asked_to_make(timed, session)).json()["options"])
    assert (await keep(timed, session, credential)).status_code == 201
    assert (await keep(timed, session, credential)).status_code == 410
    again = device.make((await asked_to_make(timed, session)).json()["options"])
    assert (await keep(timed, session, again)).status_code == 410, "this key is kept already"
    now, clock.now = clock.now, clock.now - timedelta(hours=1)
    session = await signed_in(timed)
    clock.now = now
    renewed = (await refresh(timed, session)).json()
    late = await asked_to_make(timed, renewed)
    assert (late.status_code, "more than an hour ago" in late.json()["detail"]) == (409, True)


async def test_who_has_no_session_has_no_passkeys(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    for headers, status in (({}, 401), (bearer("contacts:read"), 403), (member("c"), 409), (staff(), 409)):
        assert (await timed.client.get(PASSKEYS, headers=headers)).status_code == status
        assert (await timed.client.post(f"{PASSKEYS}/options", headers=headers)).status_code == status


async def test_a_passkey_is_removed_by_its_person_alone(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    city_id = await timed.add_city(name="Elsewhere", geonames_id=1)
    await add_contact(timed, city_id, email="other@city.example")
    device, passkey_id = await added(timed, session)
    other = await signed_in(timed, "other@city.example")
    assert (await timed.client.delete(f"{PASSKEYS}/{passkey_id}", headers=holder(other))).status_code == 404
    assert (await signed_in_with(timed, device)).status_code == 200
    assert (await timed.client.delete(f"{PASSKEYS}/{passkey_id}", headers=holder(session))).status_code == 204
    assert (await signed_in_with(timed, device)).status_code == 410
    entries = (await timed.client.get("/registry/v1/audit", headers=staff())).json()["items"]
    told = [(each["action"], each["subject_id"]) for each in entries if each["action"].startswith("passkeys")]
    assert told == [("passkeys.delete", passkey_id), ("passkeys.create", passkey_id)]


@pytest.mark.parametrize("end", ["erased", "another address", "withdrawn"])
async def test_a_passkey_ends_with_its_person(timed: RegistryUnderTest, end: str) -> None:
    city_id = await timed.add_city()
    contact_id = await add_contact(timed, city_id)
    device, _ = await added(timed, await signed_in(timed))
    if end == "erased":
        erasing = timed.client.post(f"/registry/v1/contacts/{contact_id}/erase", json=WHY, headers=staff())
        assert (await erasing).is_success
    elif end == "another address":
        address, body = f"/registry/v1/contacts/{contact_id}", {"email": "new@city.example"} | WHY
        changed = await timed.client.patch(address, json=body, headers=staff() | patching(1))
        assert changed.status_code == 200, changed.text
    else:
        assert (await timed.client.post(f"/registry/v1/cities/{city_id}/withdraw", json={}, headers=staff())).is_success
    assert (await signed_in_with(timed, device)).status_code == 410
    async with timed.database.reading() as connection:
        left = (await connection.execute(select(passkeys.c.id))).scalars().all()
        assert (await connection.execute(select(passkey_challenges.c.digest))).scalars().all() == []
    assert len(left) == (1 if end == "withdrawn" else 0), "a member that comes back has its people again"


async def test_ten_passkeys_are_kept_of_an_account(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    for _ in range(10):
        await added(timed, session)
    answer = await asked_to_make(timed, session)
    assert (answer.status_code, "remove one first" in answer.json()["detail"]) == (409, True)


async def test_nothing_of_a_passkey_stands_in_an_event(timed: RegistryUnderTest, session: dict[str, Any]) -> None:
    before = len(await timed.events())
    device, _ = await added(timed, session)
    await signed_in_with(timed, device)
    assert len(await timed.events()) == before
