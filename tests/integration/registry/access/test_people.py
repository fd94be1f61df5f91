"""The list of staff and operators: operators keep it, it signs people in, and it tells the audit nobody's name."""

import asyncio

import jwt
import pytest

from isopolity.identity.actors import of_subject
from isopolity.web.tokens import AUDIENCE
from tests.support.keys import registry_half
from tests.support.registry.access import (
    COMMAND,
    OFFICE,
    PEOPLE,
    add_to_office,
    exchange,
    holder,
    mailed,
    refresh,
    revoked,
    signed_in,
    signed_in_as_staff,
)
from tests.support.registry.service import KEY, RegistryUnderTest, bearer, member, staff

MIA = str(OFFICE["email"])


async def test_who_keeps_no_list_neither_sees_nor_changes_it(registry: RegistryUnderTest) -> None:
    person_id = await add_to_office(registry)
    for headers, status in (({}, 401), (member("c"), 403), (bearer("contacts:read"), 403)):
        assert (await registry.client.get(PEOPLE, headers=headers)).status_code == status
        assert (await registry.client.post(PEOPLE, json=OFFICE, headers=headers)).status_code == status
        assert (await registry.client.delete(f"{PEOPLE}/{person_id}", headers=headers)).status_code == status
    listed = (await registry.client.get(PEOPLE, headers=bearer("operator"))).json()["items"]
    assert listed == [OFFICE | {"person_id": person_id, "language": "en", "scopes": ["operator", "staff"]}]


@pytest.mark.parametrize("scopes", [["staff"], ["operator"], ["staff", "operator", "staff"]])
async def test_who_is_on_the_list_signs_in_with_those_scopes(registry: RegistryUnderTest, scopes: list[str]) -> None:
    person_id = await add_to_office(registry, scopes=scopes)
    session = await signed_in_as_staff(registry, MIA.upper())
    claims = jwt.decode(session["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE)
    assert (claims["sub"], set(claims["scope"].split())) == (person_id, set(scopes))
    answer = await registry.client.get("/registry/v1/applications", headers=holder(session))
    assert answer.status_code == (200 if "staff" in scopes else 403)


async def test_a_scope_that_is_none_of_staff_is_refused(on_sqlite: RegistryUnderTest) -> None:
    for scopes in ([], ["member"], ["contacts:read"], ["staff", "admin"]):
        answer = await on_sqlite.client.post(PEOPLE, json=OFFICE | {"scopes": scopes}, headers=bearer("operator"))
        assert answer.status_code == 422


async def test_other_scopes_end_the_sessions_and_another_name_does_not(registry: RegistryUnderTest) -> None:
    person_id = await add_to_office(registry)
    session = await signed_in_as_staff(registry, MIA)
    assert await add_to_office(registry, name="Mia B.") == person_id
    session = (await refresh(registry, session)).json()
    assert await add_to_office(registry, scopes=["staff"]) == person_id
    assert (await refresh(registry, session)).status_code == 410
    assert await revoked(registry) == [f"session:{session['session_id']}"]


async def test_who_is_taken_off_is_out_at_once(registry: RegistryUnderTest) -> None:
    person_id = await add_to_office(registry)
    session, waiting = await signed_in(registry, MIA), await mailed(registry, MIA)
    for status in (204, 404):
        answer = await registry.client.delete(f"{PEOPLE}/{person_id}", headers=bearer("operator"))
        assert answer.status_code == status
    assert (await refresh(registry, session)).status_code == 410
    assert (await exchange(registry, secret=waiting["secret"])).status_code == 410
    assert await revoked(registry) == [f"session:{session['session_id']}", of_subject(person_id)]


async def test_the_audit_tells_who_was_given_what_and_nobodys_address(registry: RegistryUnderTest) -> None:
    person_id = await add_to_office(registry)
    await add_to_office(registry, name="Mia B.", scopes=["staff"])
    await registry.client.delete(f"{PEOPLE}/{person_id}", headers=bearer("operator"))
    entries = (await registry.client.get("/registry/v1/audit", headers=staff())).json()["items"]
    assert [(one["action"], one["subject_id"], one["before"], one["after"]) for one in reversed(entries)] == [
        ("people.create", person_id, None, {"scopes": ["operator", "staff"]}),
        ("people.create", person_id, {"scopes": ["operator", "staff"]}, {"scopes": ["staff"]}),
        ("people.delete", person_id, {"scopes": ["staff"]}, None),
    ]
    assert "Mia" not in str(entries)
    assert "mia@" not in str(entries)


async def test_one_address_added_twice_at_once_stands_once(registry: RegistryUnderTest) -> None:
    adding = [registry.client.post(PEOPLE, json=OFFICE, headers=COMMAND) for _ in range(4)]
    answers = await asyncio.gather(*adding)
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len((await registry.client.get(PEOPLE, headers=bearer("operator"))).json()["items"]) == 1
