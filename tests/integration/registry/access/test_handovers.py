"""A handover: nothing changes until the successor confirms, then all at once, and sessions of the old role end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.registry import ConfirmationRequested, ContactState
from isopolity.persistence.retention import chores
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.retention import KINDS, forgetting
from isopolity.registry.application.replacement.handovers import A_DAY
from isopolity.registry.settings import RegistrySettings
from tests.support.registry.access import add_contact, holder, refresh, signed_in
from tests.support.registry.service import CONTACT, WHY, RegistryUnderTest, bearer, member, open_under_test, staff
from tests.support.shared.relays import Moving, let_go, storage_of

HANDOVERS = "/registry/v1/handovers"
BO = {"name": "Bo Lind", "email": "bo@city.example"}


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def started(registry: RegistryUnderTest, city_id: str, headers: dict[str, str], **changes: Any) -> httpx.Response:
    body = BO | {"member_kind": "city", "member_id": city_id} | changes
    return await registry.client.post(HANDOVERS, json=body, headers=headers)


async def mailed(registry: RegistryUnderTest, handover_id: str) -> dict[str, Any]:
    """What notify is told as it writes the mail."""
    path = f"/registry/v1/confirmations/{handover_id}/issue"
    answer = await registry.client.post(path, headers=bearer("contacts:read"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def with_secret(registry: RegistryUnderTest, act: str, secret: str) -> httpx.Response:
    return await registry.client.post(f"{HANDOVERS}/{act}", json={"secret": secret})


async def people(registry: RegistryUnderTest, city_id: str) -> dict[str, str]:
    """Roles of the member's contacts by their addresses."""
    found = await registry.client.get("/registry/v1/contacts", params={"member_id": city_id}, headers=staff())
    return {each["email"]: each["role"] for each in found.json()["items"]}


@pytest.mark.parametrize("becomes", ["deputy", "gone"])
async def test_a_coordinator_hands_over_and_the_successor_confirms(registry: RegistryUnderTest, becomes: str) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    session = await signed_in(registry)
    begun = await started(registry, city_id, holder(session), predecessor_becomes=becomes)
    assert begun.status_code == 201, begun.text
    assert not {BO["name"], BO["email"]} & set(map(str, begun.json().values()))
    before = await people(registry, city_id)
    asked = [each.data for each in await registry.events() if isinstance(each.data, ConfirmationRequested)]
    assert asked[-1].confirmation_id == begun.json()["handover_id"]
    mail = await mailed(registry, begun.json()["handover_id"])
    assert (mail["email"], mail["name"], mail["handed_over_by"]) == (BO["email"], BO["name"], CONTACT["name"])
    offer = (await with_secret(registry, "look", mail["secret"])).json()
    assert (offer["role"], offer["predecessor_becomes"]) == ("coordinator", becomes)
    assert await people(registry, city_id) == before == {CONTACT["email"]: "coordinator"}
    assert (await refresh(registry, session)).status_code == 200
    taken = await with_secret(registry, "confirm", mail["secret"])
    assert (taken.status_code, taken.json()["role"]) == (200, "coordinator")
    left = {CONTACT["email"]: "deputy"} if becomes == "deputy" else {}
    assert await people(registry, city_id) == {BO["email"]: "coordinator"} | left
    assert (await refresh(registry, session)).status_code == 410
    assert (await signed_in(registry, BO["email"]))["accounts"][0]["role"] == "coordinator"
    told = [each.data for each in await registry.events() if isinstance(each.data, ContactState)]
    assert {each.status for each in told if each.contact_id == session["account_id"]} == (
        {"changed"} if becomes == "deputy" else {"changed", "erased"}
    )


async def test_a_deputy_who_follows_is_the_coordinator_then(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    contact_id = await add_contact(registry, city_id, email=BO["email"], role="deputy")
    deputy, session = await signed_in(registry, BO["email"]), await signed_in(registry)
    begun = await started(registry, city_id, holder(session))
    mail = await mailed(registry, begun.json()["handover_id"])
    assert (await with_secret(registry, "confirm", mail["secret"])).json()["contact_id"] == contact_id
    assert await people(registry, city_id) == {BO["email"]: "coordinator", CONTACT["email"]: "deputy"}
    assert (await refresh(registry, deputy)).status_code == 410


async def test_only_a_coordinator_starts_it_and_for_its_own_member(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    other = await registry.add_city(geonames_id=2)
    await add_contact(registry, city_id, email="dep@city.example", role="deputy")
    await add_contact(registry, city_id, email="may@city.example", role="approver")
    coordinator, deputy = await signed_in(registry), await signed_in(registry, "dep@city.example")
    approver = await signed_in(registry, "may@city.example")
    for headers, changes, status in (
        ({}, {}, 401),
        (holder(deputy), {}, 409),
        (holder(approver), {}, 403),
        (member(city_id), {}, 409),
        (holder(coordinator), {"member_id": other}, 403),
        (holder(coordinator), {"predecessor_id": deputy["account_id"]}, 403),
        (holder(coordinator), {"email": CONTACT["email"].upper()}, 422),
        (holder(coordinator), {"predecessor_becomes": "mayor"}, 422),
        (bearer("contacts:read"), {}, 403),
    ):
        answer = await started(registry, city_id, headers, **changes)
        assert answer.status_code == status, (changes, answer.text)
    listed = await registry.client.get(HANDOVERS, params={"member_id": city_id}, headers=holder(approver))
    assert listed.json() == {"items": []}
    foreign = await registry.client.get(HANDOVERS, params={"member_id": other}, headers=holder(approver))
    assert foreign.status_code == 403


async def test_staff_starts_it_where_the_predecessor_left(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    session = await signed_in(registry)
    leaving = {"predecessor_id": session["account_id"], "predecessor_becomes": "gone"}
    assert (await started(registry, city_id, staff(), **leaving)).status_code == 422  # without a reason
    begun = await started(registry, city_id, staff(), **leaving, **WHY)
    mail = await mailed(registry, begun.json()["handover_id"])
    assert mail["handed_over_by"] == "the network's office"
    assert (await with_secret(registry, "confirm", mail["secret"])).status_code == 200
    assert await people(registry, city_id) == {BO["email"]: "coordinator"}
    eve = {"name": "Eve", "email": "eve@city.example"}
    mail = await mailed(registry, (await started(registry, city_id, staff(), **eve)).json()["handover_id"])
    assert (await with_secret(registry, "confirm", mail["secret"])).status_code == 200
    assert (await people(registry, city_id))["eve@city.example"] == "coordinator"


async def test_a_link_counts_once_and_ends_with_what_it_stands_for(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    headers = holder(await signed_in(registry))

    async def link(**changes: str) -> tuple[str, str]:
        handover_id = (await started(registry, city_id, headers, **changes)).json()["handover_id"]
        return handover_id, (await mailed(registry, handover_id))["secret"]

    async def is_over(secret: str) -> bool:
        answers = [await with_secret(registry, act, secret) for act in ("look", "confirm")]
        return [answer.status_code for answer in answers] == [410, 410]

    _, first = await link()
    handover_id, second = await link(email="eve@city.example")
    assert await is_over(first)
    await mailed(registry, handover_id)
    assert await is_over(second)
    assert await is_over("forged")
    handover_id, third = await link()
    ended = await registry.client.delete(f"{HANDOVERS}/{handover_id}", headers=headers)
    assert ended.status_code == 204
    assert await is_over(third)
    assert (await registry.client.delete(f"{HANDOVERS}/{handover_id}", headers=headers)).status_code == 404
    _, fourth = await link()
    answers = await asyncio.gather(*(with_secret(registry, "confirm", fourth) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
    assert await people(registry, city_id) == {BO["email"]: "coordinator", CONTACT["email"]: "deputy"}


async def test_a_predecessor_who_is_erased_or_a_member_that_leaves_ends_it(registry: RegistryUnderTest) -> None:
    for number, end in enumerate(("erase", "withdraw"), 1):
        contact = CONTACT | {"email": f"c{number}@city.example"}
        city_id = await registry.add_city(geonames_id=number, name=f"City {number}", contact=contact)
        session = await signed_in(registry, contact["email"])
        begun = await started(registry, city_id, holder(session))
        secret = (await mailed(registry, begun.json()["handover_id"]))["secret"]
        if end == "erase":
            await registry.client.post(
                f"/registry/v1/contacts/{session['account_id']}/erase", json=WHY, headers=staff()
            )
        else:
            await registry.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=staff())
        assert (await with_secret(registry, "confirm", secret)).status_code == 410
        late = f"/registry/v1/confirmations/{begun.json()['handover_id']}/issue"
        assert (await registry.client.post(late, headers=bearer("contacts:read"))).status_code in (404, 410)
        assert BO["email"] not in await people(registry, city_id)


async def test_it_ends_by_itself_and_is_let_go_of(timed: RegistryUnderTest, clock: Moving) -> None:
    city_id = await timed.add_city(contact=CONTACT)
    begun = await started(timed, city_id, holder(await signed_in(timed)))
    handover_id = begun.json()["handover_id"]
    secret = (await mailed(timed, handover_id))["secret"]
    storage = storage_of(timed.database, tables.messaging, clock)
    due = chores(KINDS, RegistrySettings(), forgetting(storage))
    clock.now += timedelta(days=14)
    assert (await with_secret(timed, "confirm", secret)).status_code == 410
    again = await timed.client.post(f"/registry/v1/confirmations/{handover_id}/issue", headers=bearer("contacts:read"))
    assert again.status_code == 410
    listed = await timed.client.get(HANDOVERS, params={"member_id": city_id}, headers=staff())
    assert listed.json() == {"items": []}
    assert "handovers that wait for the successor" not in await let_go(storage, due)
    clock.now += timedelta(seconds=1)
    assert (await let_go(storage, due))["handovers that wait for the successor"] == 1


async def test_a_member_makes_no_more_than_some_mails_a_day(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    headers = holder(await signed_in(registry))
    answers = [await started(registry, city_id, headers) for _ in range(A_DAY + 1)]
    assert [answer.status_code for answer in answers] == [201] * A_DAY + [429]


@pytest.mark.parametrize(("becomes", "status"), [("gone", 201), ("deputy", 409)])
async def test_a_member_that_has_twenty_contacts_hands_over_only_to_who_takes_a_place(
    registry: RegistryUnderTest, becomes: str, status: int
) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    for number in range(19):
        await add_contact(registry, city_id, email=f"p{number}@city.example", role="deputy")
    one = BO | {"member_kind": "city", "member_id": city_id, "role": "deputy"}
    assert (await registry.client.post("/registry/v1/contacts", json=one, headers=staff())).status_code == 409
    begun = await started(registry, city_id, holder(await signed_in(registry)), predecessor_becomes=becomes)
    assert begun.status_code == status, begun.text
    if status == 201:
        mail = await mailed(registry, begun.json()["handover_id"])
        assert (await with_secret(registry, "confirm", mail["secret"])).is_success
        assert len(await people(registry, city_id)) == 20
