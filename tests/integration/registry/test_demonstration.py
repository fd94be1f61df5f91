"""Sessions of a demonstration: of one person, with the rights that it has, and by no route."""

import pytest

from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints.demonstration import OPERATOR, begin_demonstration
from tests.support.registry.access import PEOPLE, SESSIONS, refresh
from tests.support.registry.service import CONTACT, RegistryUnderTest, bearer, staff


async def test_somebody_looks_around_as_a_contact_of_one_member(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    found = await registry.client.get("/registry/v1/contacts", params={"member_id": city_id}, headers=staff())
    contact_id = found.json()["items"][0]["contact_id"]
    session = await begin_demonstration(registry.app, contact_id)
    assert [account["account_id"] for account in session["accounts"]] == [contact_id]
    own = await registry.client.get(SESSIONS, headers={"Authorization": f"Bearer {session['access_token']}"})
    assert [each["session_id"] for each in own.json()["items"]] == [session["session_id"]]
    renewed = await refresh(registry, session)
    assert renewed.json()["account_id"] == contact_id


async def test_staff_is_made_up_once_and_is_bound_by_the_second_factor(registry: RegistryUnderTest) -> None:
    sessions = [await begin_demonstration(registry.app, None) for _ in range(2)]
    people = (await registry.client.get(PEOPLE, headers=bearer("operator"))).json()["items"]
    assert [(one["name"], one["scopes"]) for one in people] == [("Demo Staff (fictional)", ["staff"])]
    assert [session["accounts"][0]["account_id"] for session in sessions] == [people[0]["person_id"]] * 2
    assert all(session["access_token"] is None for session in sessions), "only the demo network does without a code"


async def test_somebody_looks_around_as_an_operator_who_is_no_staff(registry: RegistryUnderTest) -> None:
    session = await begin_demonstration(registry.app, None, OPERATOR)
    assert [account["scopes"] for account in session["accounts"]] == [["operator"]]


async def test_nobody_looks_around_as_somebody_who_has_gone(registry: RegistryUnderTest) -> None:
    with pytest.raises(NotFound):
        await begin_demonstration(registry.app, "gone")
