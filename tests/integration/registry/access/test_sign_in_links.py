"""A link that the command hands over while mail is down lets a named person of the office in, once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.registry.access import (
    COMMAND,
    OFFICE,
    PEOPLE,
    add_contact,
    add_to_office,
    enrolled,
    exchange,
    holder,
    pass_with_code,
    signed_in,
    signed_in_as_staff,
)
from tests.support.registry.service import RegistryUnderTest, bearer, open_under_test, staff
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
