"""Persons of the office with some rights: what they may do, who gives them, and what ends when they change."""

from typing import Any

import httpx
import jwt
import pytest

from isopolity.web.tokens import AUDIENCE
from tests.support.keys import registry_half
from tests.support.registry.access import (
    OFFICE,
    PEOPLE,
    add_contact,
    add_to_office,
    holder,
    refresh,
    signed_in_as_staff,
)
from tests.support.registry.service import CITY, CONTACT, KEY, MERGE_PATCH, WHY, RegistryUnderTest, bearer, staff

MIA, OTHER = str(OFFICE["email"]), "other@network.example"


async def entered(registry: RegistryUnderTest) -> str:
    """A city that staff has entered."""
    answer = await registry.client.post("/registry/v1/cities", json=CITY, headers=staff())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["city_id"])


def acting(person_id: str, *scopes: str) -> dict[str, str]:
    """The header of this person's token."""
    return bearer(*scopes, subject=person_id)


async def give(registry: RegistryUnderTest, headers: dict[str, str], **changes: Any) -> httpx.Response:
    return await registry.client.post(PEOPLE, json=OFFICE | changes, headers=headers)


async def test_a_person_signs_in_with_its_rights_and_does_nothing_else(registry: RegistryUnderTest) -> None:
    person_id = await add_to_office(registry, scopes=["staff:read", "staff:endorse"])
    session = await signed_in_as_staff(registry, MIA)
    claims = jwt.decode(session["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE)
    assert (claims["sub"], claims["scope"]) == (person_id, "staff:endorse")
    city_id, mia = await entered(registry), holder(session)
    assert (await registry.client.get("/registry/v1/applications", headers=mia)).status_code == 200
    assert (await registry.client.post(f"/registry/v1/cities/{city_id}/endorse", headers=mia)).status_code == 200
    refused = await registry.client.get(PEOPLE, headers=mia)
    assert (refused.status_code, refused.json()["code"]) == (403, "staff-right-missing")
    assert refused.json()["parameters"] == {"right": "staff:manage"}


async def test_other_rights_end_the_sessions(registry: RegistryUnderTest) -> None:
    await add_to_office(registry, scopes=["staff:endorse"])
    session = await signed_in_as_staff(registry, MIA)
    await add_to_office(registry, scopes=["staff:endorse", "staff:read"])  # it could read before
    session = (await refresh(registry, session)).json()
    await add_to_office(registry, scopes=["staff:read"])
    assert (await refresh(registry, session)).status_code == 410


async def test_all_rights_at_once_find_room(registry: RegistryUnderTest) -> None:
    rights = ["operator:pause", "operator:redrive", "operator:unmask"]
    rights += ["staff:answer", "staff:endorse", "staff:manage", "staff:publish"]
    await add_to_office(registry, scopes=rights)
    listed = (await registry.client.get(PEOPLE, headers=bearer("operator"))).json()["items"]
    assert [one["scopes"] for one in listed] == [rights]


@pytest.mark.parametrize("scopes", [("staff:read",), ("staff:publish",), ("staff:read", "member"), ("member",)])
async def test_who_may_not_endorse_changes_no_member_of_others(
    registry: RegistryUnderTest, scopes: tuple[str, ...]
) -> None:
    """Also where its token speaks for another member as well."""
    city_id = await entered(registry)
    contact_id = await add_contact(registry, city_id)
    headers = bearer(*scopes, member_id="another")
    patch = headers | {"Content-Type": MERGE_PATCH, "If-Match": '"1"'}
    cities, client = f"/registry/v1/cities/{city_id}", registry.client
    answers = [
        await client.patch(cities, json={"capacity": 2}, headers=patch),
        await client.post(f"{cities}/endorse", headers=headers),
        await client.post(f"{cities}/withdraw", headers=headers),
        await client.patch(f"/registry/v1/contacts/{contact_id}", json={"role": "deputy"}, headers=patch),
        await client.post(f"/registry/v1/contacts/{contact_id}/erase", json=WHY, headers=headers),
        await client.post("/registry/v1/cities?endorse=true", json=CITY, headers=headers),
    ]
    assert {answer.status_code for answer in answers} <= {403, 404}
    seen = await client.get(cities, headers=headers)
    assert seen.status_code == (200 if "staff:read" in scopes or "staff:publish" in scopes else 404)


@pytest.mark.parametrize("right", ["staff:publish", "staff:read", "staff:manage"])
async def test_who_of_staff_may_not_endorse_is_told_so_instead_of_applying(
    on_sqlite: RegistryUnderTest, right: str
) -> None:
    body = CITY | {"contact": CONTACT}
    for endorse in ("", "?endorse=true"):
        answer = await on_sqlite.client.post(f"/registry/v1/cities{endorse}", json=body, headers=bearer(right))
        assert (answer.status_code, answer.json()["code"]) == (403, "staff-right-missing")
        assert answer.json()["parameters"] == {"right": "staff:endorse"}
    assert (await on_sqlite.client.post("/registry/v1/cities", json=body)).status_code == 202


async def test_who_may_endorse_erases_nobody(registry: RegistryUnderTest) -> None:
    city_id = await entered(registry)
    contact_id = await add_contact(registry, city_id)
    for path in (f"contacts/{contact_id}", f"cities/{city_id}/withdraw?erase_contacts=true"):
        method = "DELETE" if path.startswith("contacts") else "POST"
        refused = await registry.client.request(method, f"/registry/v1/{path}", headers=bearer("staff:endorse"))
        assert (refused.status_code, refused.json()["parameters"]) == (403, {"right": "staff:manage"})
    erased = await registry.client.post(
        f"/registry/v1/contacts/{contact_id}/erase", json=WHY, headers=bearer("staff:manage")
    )
    assert erased.status_code == 204
    left = await registry.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=bearer("staff:endorse"))
    assert left.status_code == 200


async def test_staff_that_manages_keeps_the_people_of_staff_alone(registry: RegistryUnderTest) -> None:
    operator_id = await add_to_office(registry, scopes=["operator:read"])
    both_id = await add_to_office(registry, email="both@network.example", scopes=["staff", "operator"])
    manager = bearer("staff:manage")
    added = await give(registry, bearer("staff:manage", "staff:publish"), email=OTHER, scopes=["staff:publish"])
    assert (added.status_code, added.json()["scopes"]) == (200, ["staff:publish"])
    listed = (await registry.client.get(PEOPLE, headers=manager)).json()["items"]
    assert [one["person_id"] for one in listed] == [both_id, added.json()["person_id"]]
    refused = [
        await give(registry, manager, email=OTHER, scopes=["operator:read"]),
        await give(registry, manager, scopes=["staff"]),
        await registry.client.delete(f"{PEOPLE}/{operator_id}", headers=manager),
        await registry.client.delete(f"{PEOPLE}/{both_id}", headers=manager),
        await registry.client.post(f"{PEOPLE}/{both_id}/reset-second-factor", headers=manager),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "operators-only")}
    reset = f"{PEOPLE}/{added.json()['person_id']}/reset-second-factor"
    app = await registry.client.post(reset, headers=bearer("staff:manage", "staff:publish"))
    gone = await registry.client.delete(f"{PEOPLE}/{added.json()['person_id']}", headers=manager)
    assert (app.status_code, gone.status_code) == (200, 204)


@pytest.mark.parametrize("scopes", [("operator:read",), ("operator:redrive", "operator:pause"), ("staff:publish",)])
async def test_who_may_not_manage_neither_sees_nor_changes_the_list(
    on_sqlite: RegistryUnderTest, scopes: tuple[str, ...]
) -> None:
    person_id, headers = await add_to_office(on_sqlite), bearer(*scopes)
    answers = [
        await on_sqlite.client.get(PEOPLE, headers=headers),
        await give(on_sqlite, headers),
        await on_sqlite.client.delete(f"{PEOPLE}/{person_id}", headers=headers),
    ]
    assert {answer.status_code for answer in answers} == {403}


async def test_nobody_takes_from_itself_what_nobody_else_could_give_back(registry: RegistryUnderTest) -> None:
    own_id = await add_to_office(registry, scopes=["staff:manage"])
    own = acting(own_id, "staff:manage")
    for refused in (
        await give(registry, own, scopes=["staff:read"]),
        await registry.client.delete(f"{PEOPLE}/{own_id}", headers=own),
    ):
        assert (refused.status_code, "somebody else" in refused.json()["detail"]) == (409, True)
    await add_to_office(registry, email=OTHER, scopes=["staff:manage"])
    assert (await registry.client.delete(f"{PEOPLE}/{own_id}", headers=own)).status_code == 204


async def test_the_last_operator_stays_one(registry: RegistryUnderTest) -> None:
    own_id = await add_to_office(registry)
    await add_to_office(registry, email=OTHER, scopes=["staff", "operator:read"])
    own = acting(own_id, "staff", "operator")
    assert (await give(registry, own, scopes=["staff"])).status_code == 409
    await add_to_office(registry, email=OTHER, scopes=["operator"])
    assert (await give(registry, own, scopes=["staff"])).status_code == 200


async def test_an_operator_that_reads_ends_its_own_sessions_and_no_others(registry: RegistryUnderTest) -> None:
    await add_to_office(registry, scopes=["operator:read"])
    await add_to_office(registry, email=OTHER, scopes=["staff"])
    mine, other = await signed_in_as_staff(registry, MIA), await signed_in_as_staff(registry, OTHER)
    for session, status in ((other, 404), (mine, 204)):
        path = f"/registry/v1/sessions/{session['session_id']}"
        assert (await registry.client.delete(path, headers=holder(mine))).status_code == status


async def test_an_operator_that_reads_sees_dead_letters_and_neither_opens_nor_redrives_them(
    on_sqlite: RegistryUnderTest,
) -> None:
    headers, letters = bearer("operator:read"), "/registry/v1/dead-letters"
    assert (await on_sqlite.client.get(letters, headers=headers)).status_code == 200
    for refused, right in (
        (await on_sqlite.client.post(f"{letters}/unmask", json={"id": "a"}, headers=headers), "unmask"),
        (await on_sqlite.client.post(f"{letters}/redrive", json={"all": True}, headers=headers), "redrive"),
        (await on_sqlite.client.post(f"{letters}/settle", json={"all": True}, headers=headers), "redrive"),
    ):
        told = (refused.status_code, refused.json()["code"], refused.json()["parameters"])
        assert told == (403, "operator-right-missing", {"right": f"operator:{right}"})
