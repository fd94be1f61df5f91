"""Passkeys as the second factor of staff and operators: brought with an enrolment code, and never the last one lost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.access import (
    OFFICE,
    add_contact,
    add_to_office,
    enrolled,
    entered,
    holder,
    pass_with_code,
    refresh,
    reset_factor,
    signed_in,
    signed_in_as_staff,
)
from tests.support.registry.access import enrol as enrol_app
from tests.support.registry.authenticator import (
    PASSKEYS,
    SoftwareAuthenticator,
    added,
    asked_to_enrol,
    asked_to_make,
    asked_to_sign,
    come_in,
    enrol,
    keep,
    signed_in_with,
)
from tests.support.registry.service import KEY, RegistryUnderTest, bearer, open_under_test
from tests.support.shared.relays import Moving

MIA = str(OFFICE["email"])


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def brought(registry: RegistryUnderTest, person_id: str) -> tuple[SoftwareAuthenticator, dict[str, object]]:
    """A device that somebody brought with the enrolment code, and the session that this made staff's."""
    device, session = SoftwareAuthenticator(), await signed_in(registry, MIA)
    asked = await asked_to_enrol(registry, session, registry.codes[person_id])
    assert asked.status_code == 200, asked.text
    answer = await enrol(registry, session, device.make(asked.json()["options"]))
    assert answer.status_code == 200, answer.text
    return device, answer.json()


async def test_a_passkey_is_brought_with_the_enrolment_code_and_signs_staff_in(timed: RegistryUnderTest) -> None:
    person_id = await add_to_office(timed)
    device, session = await brought(timed, person_id)
    assert (session["account_id"], session["second_factor"]) == (person_id, None)
    answer = (await signed_in_with(timed, device)).json()
    assert (answer["account_id"], answer["second_factor"]) == (person_id, None)
    assert (await timed.client.get("/registry/v1/applications", headers=holder(answer))).status_code == 200
    half = await signed_in(timed, MIA)
    assert (half["access_token"], half["second_factor"]) == (None, "passkey")
    assert (await enrol_app(timed, half)).status_code == 409, "the code counts no more"
    assert (await asked_to_enrol(timed, half, timed.codes[person_id])).status_code == 409
    assert await entered(timed, "sessions.passkey", "sign-ins.from-passkey", "sign-ins.exchange") == [
        ("sign-ins.exchange", "staff", person_id, {"way": "link"}),
        ("sessions.passkey", "staff", person_id, {"account_id": person_id}),
        ("sign-ins.from-passkey", "staff", person_id, {"way": "passkey"}),
        ("sign-ins.exchange", "staff", person_id, {"way": "link"}),
    ]


async def test_without_the_code_or_in_another_session_none_is_brought(timed: RegistryUnderTest, clock: Moving) -> None:
    person_id = await add_to_office(timed)
    session, other = await signed_in(timed, MIA), await signed_in(timed, MIA)
    for _ in range(3):
        assert (await asked_to_enrol(timed, session, "2222-2222-2222-2222")).status_code == 422
    options = (await asked_to_enrol(timed, session, timed.codes[person_id])).json()["options"]
    assert (await enrol(timed, other, SoftwareAuthenticator().make(options))).status_code == 410
    session = await signed_in(timed, MIA)
    options = (await asked_to_enrol(timed, session, timed.codes[person_id])).json()["options"]
    clock.now += timedelta(minutes=5)
    assert (await enrol(timed, session, SoftwareAuthenticator().make(options))).status_code == 410


async def test_who_has_an_app_adds_a_passkey_and_either_does(timed: RegistryUnderTest, clock: Moving) -> None:
    await add_to_office(timed)
    session = await signed_in(timed, MIA)
    app = await enrolled(timed, session)
    session = (await pass_with_code(timed, session, app.at(clock.now))).json()
    device, passkey_id = await added(timed, session)
    assert (await signed_in_with(timed, device)).json()["access_token"]
    half = await signed_in(timed, MIA)
    assert half["second_factor"] == "code"
    clock.now += timedelta(seconds=30)
    assert (await pass_with_code(timed, half, app.at(clock.now))).status_code == 200
    assert (await timed.client.delete(f"{PASSKEYS}/{passkey_id}", headers=holder(session))).status_code == 204


async def test_the_last_second_factor_is_not_removed(timed: RegistryUnderTest) -> None:
    person_id = await add_to_office(timed)
    _, session = await brought(timed, person_id)
    (first,) = (await timed.client.get(PASSKEYS, headers=holder(session))).json()["items"]
    refused = await timed.client.delete(f"{PASSKEYS}/{first['passkey_id']}", headers=holder(session))
    assert (refused.status_code, "only second factor" in refused.json()["detail"]) == (409, True)
    await added(timed, session)
    assert (await timed.client.delete(f"{PASSKEYS}/{first['passkey_id']}", headers=holder(session))).status_code == 204


async def test_the_mail_box_alone_sees_adds_and_removes_none_of_the_office(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    city_id = await timed.add_city()
    contact_id = await add_contact(timed, city_id, email=MIA)
    person_id = await add_to_office(timed)
    half = await signed_in(timed, MIA)
    assert half["account_id"] is None
    half = (await refresh(timed, half, account_id=contact_id)).json()
    device, _ = await added(timed, half)
    answer = (await signed_in_with(timed, device)).json()
    assert answer["second_factor"] == "enrolment", "a passkey of the city is no second factor"
    refused = await refresh(timed, answer, account_id=person_id)
    assert (refused.status_code, "code of your app" in refused.json()["detail"]) == (409, True)
    whole = await signed_in_as_staff(timed, MIA, clock.now)
    _, office_passkey = await added(timed, whole)
    again = await signed_in(timed, MIA)
    again = (await refresh(timed, again, account_id=contact_id)).json()
    listed = (await timed.client.get(PASSKEYS, headers=holder(again))).json()["items"]
    assert [each["account_id"] for each in listed] == [contact_id]
    assert (await timed.client.delete(f"{PASSKEYS}/{office_passkey}", headers=holder(again))).status_code == 404


@pytest.mark.parametrize("end", ["reset", "removed"])
async def test_a_reset_or_leaving_the_list_ends_the_passkeys(timed: RegistryUnderTest, end: str) -> None:
    person_id = await add_to_office(timed)
    device, _ = await brought(timed, person_id)
    credential = device.sign(await asked_to_sign(timed))
    if end == "reset":
        await reset_factor(timed, person_id)
    else:
        await timed.client.delete(f"/registry/v1/people/{person_id}", headers=bearer("operator"))
        assert await add_to_office(timed) != person_id
    assert (await come_in(timed, credential)).status_code == 410
    assert (await signed_in(timed, MIA))["second_factor"] == "enrolment"


async def test_a_passkey_of_a_network_without_second_factors_is_none_later(url: str, tmp_path: Path) -> None:
    settings = RegistrySettings(data=tmp_path, **keys_of(KEY), staff_second_factor=False)
    async with open_under_test(url, tmp_path, settings=settings) as registry:
        await add_to_office(registry)
        device, _ = await added(registry, await signed_in(registry, MIA))
        assert (await signed_in_with(registry, device)).json()["access_token"]
        later = RegistrySettings(data=tmp_path, **keys_of(KEY))
        registry.app.state.registry = replace(
            registry.app.state.registry,
            surroundings=replace(registry.app.state.registry.surroundings, sign_in_rules=later.sign_in_rules),
        )
        answer = (await signed_in_with(registry, device)).json()
    assert (answer["access_token"], answer["second_factor"]) == (None, "closed")


async def test_where_browsers_offer_no_passkeys_there_are_none(url: str, tmp_path: Path) -> None:
    settings = RegistrySettings(data=tmp_path, **keys_of(KEY), public_url="http://192.0.2.1:8000")
    async with open_under_test(url, tmp_path, settings=settings) as registry:
        answer = await registry.client.post("/registry/v1/sign-ins/passkey", json={"binding": "x" * 20})
        assert (answer.status_code, answer.json()["code"]) == (404, "no-passkeys")
        await add_to_office(registry)
        session = await signed_in_as_staff(registry, MIA)
        assert (await asked_to_make(registry, session)).status_code == 404
        assert (await keep(registry, session, "{}")).status_code == 404
