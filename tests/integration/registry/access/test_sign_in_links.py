"""A link that the command hands over while mail is down lets a named person of the office in, once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from isopolity.identity.network_keys import NOTIFY
from tests.support.registry.access import (
    COMMAND,
    OFFICE,
    PEOPLE,
    SIGN_INS,
    add_contact,
    add_to_office,
    ask,
    enrolled,
    exchange,
    holder,
    pass_with_code,
    signed_in,
    signed_in_as_staff,
)
from tests.support.registry.service import CONTACT, RegistryUnderTest, bearer, open_under_test, staff
from tests.support.shared.relays import Moving

MIA = str(OFFICE["email"])


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def make(registry: RegistryUnderTest, person_id: str, headers: dict[str, Any] = COMMAND) -> httpx.Response:
    return await registry.client.post(f"{PEOPLE}/{person_id}/sign-in-link", headers=headers)


async def test_a_link_lets_the_person_in_once_and_asks_for_the_second_factor(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    person_id = await add_to_office(timed)
    made = (await make(timed, person_id)).json()
    start, _, secret = made["link"].rpartition("/")
    assert (start, made["minutes"]) == ("http://127.0.0.1:8000/sign-in", 10)
    session = (await exchange(timed, secret=secret)).json()
    assert (session["access_token"], session["second_factor"]) == (None, "enrolment")
    assert (await exchange(timed, secret=secret)).status_code == 410
    app = await enrolled(timed, session)
    assert (await pass_with_code(timed, session, app.at(clock.now))).status_code == 200


async def test_a_link_that_was_handed_over_confirms_no_contact(timed: RegistryUnderTest) -> None:
    email = "mia@network.org"
    city_id = await timed.add_city()
    contact_id = await add_contact(timed, city_id, email=email, name="Mia Berg")
    person_id = await add_to_office(timed, email=email)
    secret = (await make(timed, person_id)).json()["link"].rpartition("/")[2]
    assert (await exchange(timed, secret=secret)).status_code == 200
    place = f"/registry/v1/contacts/{contact_id}"
    assert (await timed.client.get(place, headers=staff())).json()["confirmed"] is False
    await signed_in(timed, email)
    assert (await timed.client.get(place, headers=staff())).json()["confirmed"] is True


async def test_a_link_holds_for_ten_minutes(timed: RegistryUnderTest, clock: Moving) -> None:
    person_id = await add_to_office(timed)
    secret = (await make(timed, person_id)).json()["link"].rpartition("/")[2]
    clock.now += timedelta(minutes=10)
    assert (await exchange(timed, secret=secret)).status_code == 410


async def test_only_the_command_makes_links(timed: RegistryUnderTest, clock: Moving) -> None:
    person_id = await add_to_office(timed)
    session = holder(await signed_in_as_staff(timed, MIA, clock.now))
    for headers in (session, bearer("operator"), bearer("staff"), bearer("contacts:read")):
        assert (await make(timed, person_id, headers)).status_code == 403
    assert (await make(timed, person_id, {})).status_code == 401
    assert (await make(timed, "nobody")).status_code == 404


async def test_the_audit_tells_for_whom_and_who_ran_the_command(timed: RegistryUnderTest) -> None:
    person_id = await add_to_office(timed)
    made = (await make(timed, person_id)).json()
    entries = await timed.client.get("/registry/v1/audit", headers=bearer("staff"))
    entry = entries.json()["items"][0]
    told = (entry["action"], entry["actor"], entry["subject_kind"], entry["subject_id"])
    assert told == ("people.sign-in-link", "command:root@server", "person", person_id)
    assert made["link"].rpartition("/")[2] not in entries.text


READER: Final = bearer("contacts:read", subject="crm")
"""A program to which the office gave the right to read contacts."""
ISSUING: Final = (
    "/registry/v1/sign-ins/{}/issue",
    "/registry/v1/confirmations/{}/issue",
    "/registry/v1/drafts/{}/issue",
    "/registry/v1/letters/{}/issue",
    "/registry/v1/letters/{}/forget",
)


async def test_who_reads_contacts_cannot_sign_in_as_one(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    await add_contact(registry, city_id)
    sign_in_id = await ask(registry, CONTACT["email"])
    stolen = await registry.client.post(f"{SIGN_INS}/{sign_in_id}/issue", headers=READER)
    assert stolen.status_code == 403, stolen.text
    assert "secret" not in stolen.json()
    mailed = await registry.client.post(f"{SIGN_INS}/{sign_in_id}/issue", headers=bearer("contacts:read"))
    assert (await exchange(registry, secret=mailed.json()["secret"])).status_code == 200


@pytest.mark.parametrize("path", ISSUING)
async def test_nothing_that_is_mailed_is_told_to_others(registry: RegistryUnderTest, path: str) -> None:
    refused = await registry.client.post(path.format("nobody"), headers=READER)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-notify")
    of_notify = await registry.client.post(path.format("nobody"), headers=bearer("contacts:read", subject=NOTIFY))
    assert of_notify.status_code in (204, 404, 410)


async def test_who_reads_contacts_confirms_none(registry: RegistryUnderTest) -> None:
    contact_id = await add_contact(registry, await registry.add_city(), email="anna@city.org")
    path = f"/registry/v1/contacts/{contact_id}"
    refused = await registry.client.post(f"{path}/answered", json={"version": 1}, headers=READER)
    assert refused.status_code == 403
    assert not (await registry.client.get(path, headers=staff())).json()["confirmed"]
    assert (await registry.client.get(path, headers=READER)).status_code == 200
