"""A session that should have ended comes back, and somebody ends what is another one's: both are tried in vain."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from isopolity.registry.adapters.sql import tables
from tests.support.registry.access import (
    COMMAND,
    OFFICE,
    PEOPLE,
    add_contact,
    add_to_office,
    exchange,
    holder,
    mailed,
    refresh,
    reset_factor,
    revoked,
    signed_in,
    signed_in_as_staff,
)
from tests.support.registry.service import CONTACT, RegistryUnderTest, staff

MIA = str(OFFICE["email"])


async def _elsewhere(registry: RegistryUnderTest) -> tuple[dict[str, Any], str]:
    """A session of somebody of the office that acts for a city meanwhile, and the id of the person."""
    person_id = await add_to_office(registry)
    contact_id = await add_contact(registry, await registry.add_city(), email=MIA)
    session = await signed_in_as_staff(registry, MIA)
    session = (await refresh(registry, session, account_id=contact_id)).json()
    assert session["account_id"] == contact_id
    return session, person_id


async def _reset(registry: RegistryUnderTest, person_id: str) -> None:
    await reset_factor(registry, person_id)


async def _remove(registry: RegistryUnderTest, person_id: str) -> None:
    assert (await registry.client.delete(f"{PEOPLE}/{person_id}", headers=COMMAND)).status_code == 204


async def _give_other_rights(registry: RegistryUnderTest, person_id: str) -> None:
    assert await add_to_office(registry, scopes=["staff:read"]) == person_id


async def _revoke(registry: RegistryUnderTest, person_id: str) -> None:
    body = {"subject": person_id}
    assert (await registry.client.post("/registry/v1/revocations", json=body, headers=COMMAND)).status_code == 201


@pytest.mark.parametrize("end", [_reset, _remove, _give_other_rights, _revoke])
async def test_what_ends_sessions_of_the_office_ends_those_that_act_for_a_city_meanwhile(
    registry: RegistryUnderTest, end: Callable[[RegistryUnderTest, str], Awaitable[None]]
) -> None:
    """They have shown the second factor, and would come back with it: a stolen telephone that was reset would."""
    session, person_id = await _elsewhere(registry)
    await end(registry, person_id)
    answer = await refresh(registry, session, account_id=person_id)
    assert answer.status_code == 410, answer.text
    assert f"session:{session['session_id']}" in await revoked(registry)


async def test_a_session_that_acts_for_another_city_does_not_come_back_to_one_whose_tokens_were_revoked(
    registry: RegistryUnderTest,
) -> None:
    own, other = await registry.add_city(), await registry.add_city(name="Elsewhere", geonames_id=77)
    ids = [await add_contact(registry, city_id, email=MIA) for city_id in (own, other)]
    session = (await refresh(registry, await signed_in(registry, MIA), account_id=ids[1])).json()
    revocation = await registry.client.post("/registry/v1/revocations", json={"member_id": own}, headers=COMMAND)
    assert revocation.status_code == 201
    assert (await refresh(registry, session, account_id=ids[0])).status_code == 410


async def test_who_erases_a_contact_takes_no_link_from_its_accounts_elsewhere(registry: RegistryUnderTest) -> None:
    own, other = await registry.add_city(), await registry.add_city(name="Elsewhere", geonames_id=77)
    await add_contact(registry, own, email="victim@city.example")
    await add_contact(registry, other, email="attacker@other.example")
    attacker = await signed_in(registry, "attacker@other.example")
    mail = await mailed(registry, "victim@city.example")
    body = CONTACT | {"member_kind": "city", "member_id": other, "email": "victim@city.example", "role": "approver"}
    entered = await registry.client.post("/registry/v1/contacts", json=body, headers=holder(attacker))
    assert entered.status_code == 201, entered.text
    gone = await registry.client.delete(
        f"/registry/v1/contacts/{entered.json()['contact_id']}", headers=holder(attacker)
    )
    assert gone.status_code == 204, gone.text
    assert (await exchange(registry, secret=mail["secret"])).status_code == 200


async def test_who_is_no_more_anywhere_leaves_no_sign_in(registry: RegistryUnderTest) -> None:
    contact_id = await add_contact(registry, await registry.add_city(), email="gone@city.example", role="approver")
    mail = await mailed(registry, "gone@city.example")
    assert (await registry.client.delete(f"/registry/v1/contacts/{contact_id}", headers=staff())).status_code == 204
    async with registry.database.reading() as connection:
        assert not (await connection.execute(select(tables.sign_ins.c.id))).all()
    assert (await exchange(registry, secret=mail["secret"])).status_code == 410
