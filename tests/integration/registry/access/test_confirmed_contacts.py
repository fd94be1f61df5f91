"""A contact counts once its own link was opened, it signed in, or it answered by a link in a mail to it."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from isopolity.contracts.registry import ConfirmationRequested, ContactState
from isopolity.registry.adapters.sql import tables
from isopolity.registry.application.confirmed_contacts import ADDRESS_A_DAY, AGAIN_A_DAY
from isopolity.registry.entrypoints.due_tasks import ask_some
from tests.support.registry.access import add_contact, signed_in
from tests.support.registry.applications import apply_and_confirm
from tests.support.registry.service import CONTACT, WHY, RegistryUnderTest, bearer, member, patching, staff

CONFIRMATIONS = "/registry/v1/contact-confirmations"
ANNA = "anna@city.org"


async def seen(registry: RegistryUnderTest, contact_id: str) -> dict[str, Any]:
    answer = await registry.client.get(f"/registry/v1/contacts/{contact_id}", headers=staff())
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def asked(registry: RegistryUnderTest) -> list[str]:
    """The ids of the confirmations that notify was asked to mail."""
    events = [each.data for each in await registry.events()]
    return [each.confirmation_id for each in events if isinstance(each, ConfirmationRequested)]


async def told(registry: RegistryUnderTest, contact_id: str) -> list[tuple[str, int, bool | None]]:
    """What the events say of a contact."""
    states = [each.data for each in await registry.events() if isinstance(each.data, ContactState)]
    return [(one.status, one.version, one.confirmed) for one in states if one.contact_id == contact_id]


async def issued(registry: RegistryUnderTest, confirmation_id: str) -> httpx.Response:
    path = f"/registry/v1/confirmations/{confirmation_id}/issue"
    return await registry.client.post(path, headers=bearer("contacts:read"))


async def mailed(registry: RegistryUnderTest) -> str:
    """The secret of the last mail that was asked for."""
    answer = await issued(registry, (await asked(registry))[-1])
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


async def again(registry: RegistryUnderTest, contact_id: str, headers: dict[str, str]) -> httpx.Response:
    return await registry.client.post(f"/registry/v1/contacts/{contact_id}/ask-again", headers=headers)


async def test_a_new_contact_is_not_confirmed_until_its_link_was_used(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    contact_id = await add_contact(registry, city_id, email=ANNA, role="deputy")
    assert (await seen(registry, contact_id))["confirmed"] is False
    mail = (await issued(registry, (await asked(registry))[-1])).json()
    assert (mail["email"], mail["contact_role"], mail["handed_over_by"]) == (ANNA, "deputy", None)
    look = await registry.client.post(f"{CONFIRMATIONS}/look", json={"secret": mail["secret"]})
    assert (look.status_code, look.json()["role"]) == (200, "deputy")
    assert (await seen(registry, contact_id))["confirmed"] is False
    assert (await registry.client.post(CONFIRMATIONS, json={"secret": mail["secret"]})).status_code == 200
    found = await seen(registry, contact_id)
    assert found["confirmed"] is True
    assert found["confirmed_at"] is not None
    assert await told(registry, contact_id) == [("changed", 1, False), ("changed", 2, True)]
    for path in (f"{CONFIRMATIONS}/look", CONFIRMATIONS):
        assert (await registry.client.post(path, json={"secret": mail["secret"]})).status_code == 410


async def test_another_address_has_to_be_confirmed_and_ends_the_link(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    contact_id = await add_contact(registry, city_id, email=ANNA)
    first = (await asked(registry))[-1]
    secret = await mailed(registry)
    path = f"/registry/v1/contacts/{contact_id}"
    assert (await registry.client.patch(path, json={"role": "deputy"}, headers=staff(**patching(1)))).status_code == 200
    assert len(await asked(registry)) == 1
    assert (
        await registry.client.patch(path, json={"email": "bo@city.org"}, headers=staff(**patching(2)))
    ).status_code == 200
    assert (await registry.client.post(CONFIRMATIONS, json={"secret": secret})).status_code == 410
    assert (await issued(registry, first)).status_code == 404
    new = await mailed(registry)
    assert (await registry.client.post(CONFIRMATIONS, json={"secret": new})).status_code == 200
    changed = await registry.client.patch(path, json={"email": "cy@city.org"}, headers=staff(**patching(4)))
    assert (changed.status_code, changed.json()["confirmed"]) == (200, False)


@pytest.mark.parametrize("typed", ["ANNA@city.org", "anna@CITY.org"])
async def test_the_same_mail_box_in_other_letters_stays_confirmed(registry: RegistryUnderTest, typed: str) -> None:
    city_id = await registry.add_city()
    contact_id = await add_contact(registry, city_id, email=ANNA)
    await registry.client.post(CONFIRMATIONS, json={"secret": await mailed(registry)})
    path = f"/registry/v1/contacts/{contact_id}"
    changed = await registry.client.patch(path, json={"email": typed} | WHY, headers=staff(**patching(2)))
    assert (changed.status_code, changed.json()["confirmed"]) == (200, True)


async def test_who_signs_in_has_confirmed_all_contacts_of_the_mail_box(registry: RegistryUnderTest) -> None:
    cities = [await registry.add_city(geonames_id=number) for number in (1, 2)]
    contacts = [await add_contact(registry, city_id, email=ANNA) for city_id in cities]
    await signed_in(registry, ANNA)
    for contact_id in contacts:
        assert (await seen(registry, contact_id))["confirmed"] is True
        assert await told(registry, contact_id) == [("changed", 1, False), ("changed", 2, True)]


async def test_an_answer_confirms_its_contact_unless_that_has_changed(registry: RegistryUnderTest) -> None:
    contact_id = await add_contact(registry, await registry.add_city(), email=ANNA)
    path, service = f"/registry/v1/contacts/{contact_id}/answered", bearer("contacts:read")
    for headers, version, status in (
        (staff(), 1, 403),
        (service, 2, 412),
        (service, 1, 204),
        (service, 1, 204),
    ):
        answer = await registry.client.post(path, json={"version": version}, headers=headers)
        assert answer.status_code == status, answer.text
    assert (await seen(registry, contact_id))["confirmed"] is True
    assert len(await told(registry, contact_id)) == 2


async def test_the_mail_is_sent_again_within_limits_and_ends_the_link_before(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    contact_id = await add_contact(registry, city_id, email=ANNA)
    old = await mailed(registry)
    assert (await again(registry, contact_id, member("other"))).status_code == 404
    assert (await again(registry, contact_id, {})).status_code == 401
    for _ in range(AGAIN_A_DAY):
        assert (await again(registry, contact_id, member(city_id))).status_code == 202
    assert (await again(registry, contact_id, member(city_id))).status_code == 429
    assert (await registry.client.post(CONFIRMATIONS, json={"secret": old})).status_code == 410
    await registry.client.post(CONFIRMATIONS, json={"secret": await mailed(registry)})
    assert (await again(registry, contact_id, staff())).status_code == 409


async def test_an_address_gets_no_more_than_its_share_of_such_mails(registry: RegistryUnderTest) -> None:
    statuses: list[int] = []
    for number in range(ADDRESS_A_DAY + 1):
        await add_contact(registry, await registry.add_city(geonames_id=number + 1), email=ANNA)
        confirmation_id = (await asked(registry))[-1]
        statuses += [(await issued(registry, confirmation_id)).status_code for _ in range(2)]  # a retry
    assert statuses == [200] * (2 * ADDRESS_A_DAY) + [410, 410]


async def test_nobody_has_an_address_for_examples_so_that_it_waits_for_nobody(registry: RegistryUnderTest) -> None:
    contact_id = await add_contact(registry, await registry.add_city(), email="anna@city.example")
    assert (await seen(registry, contact_id))["confirmed"] is True
    assert await asked(registry) == []


async def test_contacts_of_a_member_that_left_are_not_asked(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    contact_id = await add_contact(registry, city_id, email=ANNA)
    secret = await mailed(registry)
    await registry.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=staff())
    assert (await issued(registry, (await asked(registry))[-1])).status_code == 410
    assert (await registry.client.post(CONFIRMATIONS, json={"secret": secret})).status_code == 410
    assert (await seen(registry, contact_id))["confirmed"] is False


async def test_lists_tell_members_whose_contacts_have_not_confirmed(registry: RegistryUnderTest) -> None:
    without, unconfirmed, confirmed = [await registry.add_city(geonames_id=number) for number in (1, 2, 3)]
    await add_contact(registry, unconfirmed, email=ANNA)
    await add_contact(registry, confirmed, email="anna@city.example")
    await add_contact(registry, confirmed, email=ANNA)
    for name, expected in (("without_contact", without), ("without_confirmed_contact", unconfirmed)):
        answer = await registry.client.get("/registry/v1/cities", params={name: True, "status": "any"}, headers=staff())
        assert [each["city_id"] for each in answer.json()["items"]] == [expected]


async def test_who_is_not_confirmed_after_the_upgrade_is_asked_once(registry: RegistryUnderTest) -> None:
    contact_id = await add_contact(registry, await registry.add_city(), email=ANNA)
    async with registry.database.writing() as connection:
        left = update(tables.contacts).values(confirmed=False, confirmed_at=None, asked=None)
        await connection.execute(left)
        await connection.commit()
    context = registry.app.state.registry
    assert [await ask_some(context) for _ in range(2)] == [1, 0]
    assert (await told(registry, contact_id))[1:] == [("changed", 2, False)]
    assert (await registry.client.post(CONFIRMATIONS, json={"secret": await mailed(registry)})).status_code == 200
    assert await ask_some(context) == 0


async def the_contact(registry: RegistryUnderTest, city_id: str) -> dict[str, Any]:
    """The one contact of a city."""
    listed = await registry.client.get("/registry/v1/contacts", params={"member_id": city_id}, headers=staff())
    (found,) = listed.json()["items"]
    return dict(found)


async def test_an_applicant_and_a_successor_have_confirmed_by_their_own_links(registry: RegistryUnderTest) -> None:
    application = await apply_and_confirm(registry, CONTACT | {"email": ANNA})
    endorsed = await registry.client.post(f"/registry/v1/applications/{application}/endorse", headers=staff())
    city_id = endorsed.json()["member_id"]
    assert (await the_contact(registry, city_id))["confirmed_at"] is not None
    handing = {"name": "Bo", "email": "bo@city.org", "member_kind": "city", "member_id": city_id}
    handing |= {"predecessor_becomes": "gone", "predecessor_id": (await the_contact(registry, city_id))["contact_id"]}
    started = await registry.client.post("/registry/v1/handovers", json=handing | WHY, headers=staff())
    assert started.status_code == 201, started.text
    confirmed = await registry.client.post("/registry/v1/handovers/confirm", json={"secret": await mailed(registry)})
    assert confirmed.status_code == 200, confirmed.text
    successor = await the_contact(registry, city_id)
    assert (successor["email"], successor["confirmed"]) == ("bo@city.org", True)


async def test_what_two_entries_know_of_an_address_is_known_of_the_merged_one(registry: RegistryUnderTest) -> None:
    kept, duplicate = [await registry.add_city(geonames_id=number) for number in (1, 2)]
    await add_contact(registry, duplicate, email=ANNA)
    await registry.client.post(CONFIRMATIONS, json={"secret": await mailed(registry)})
    merging = {"duplicate_id": duplicate, "confirmed": True}
    merged = await registry.client.post(f"/registry/v1/cities/{kept}/merge", json=merging, headers=staff())
    assert merged.status_code == 200, merged.text
    assert (await the_contact(registry, kept))["confirmed"] is True


async def test_nobody_can_say_that_a_contact_is_confirmed(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    body = CONTACT | {"member_kind": "city", "member_id": city_id, "email": ANNA}
    for said in ({"confirmed": True}, {"confirmed_at": "2026-12-01T00:00:00Z"}):
        made = await registry.client.post("/registry/v1/contacts", json=body | said, headers=staff())
        assert made.status_code == 422
        contact_id = await add_contact(registry, city_id, email=ANNA)
        path = f"/registry/v1/contacts/{contact_id}"
        changed = await registry.client.patch(path, json=said, headers=staff(**patching(1)))
        assert changed.status_code in (409, 422)
        assert (await seen(registry, contact_id))["confirmed"] is False
