"""Invitations over HTTP: who sends and reads them, what the mailing service gets, and what is gone with a member."""

from typing import Any

import httpx

from tests.support.registry.service import CONTACT, PARTNER, REQUEST, RegistryUnderTest, bearer, member, staff

INVITATIONS = "/registry/v1/invitations"
MAILER = bearer("contacts:read")


async def network(registry: RegistryUnderTest) -> tuple[str, dict[str, Any]]:
    """A city with a contact, and an order to invite it."""
    city_id = await registry.add_city()
    named = CONTACT | {"member_kind": "city", "member_id": city_id}
    assert (await registry.client.post("/registry/v1/contacts", json=named, headers=staff())).is_success
    entered = await registry.client.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=staff())
    partner = entered.json()
    (programme,) = partner["programmes"]
    order = {"partner_id": partner["partner_id"], "programme_id": programme["programme_id"], "city_ids": [city_id]}
    return city_id, order


async def invited(registry: RegistryUnderTest, order: dict[str, Any], headers: Any = None) -> httpx.Response:
    return await registry.client.post(INVITATIONS, json=order, headers=headers or staff())


async def listed(registry: RegistryUnderTest, headers: dict[str, str], **query: str) -> httpx.Response:
    return await registry.client.get(INVITATIONS, params=query, headers=headers)


async def test_a_city_is_invited_once_and_the_request_that_follows_is_told(registry: RegistryUnderTest) -> None:
    city_id, order = await network(registry)
    assert (await invited(registry, order)).json() == {
        "invited": 1,
        "items": [{"city_id": city_id, "outcome": "invited"}],
    }
    assert (await invited(registry, order)).json()["items"] == [{"city_id": city_id, "outcome": "invited-before"}]
    asked = await registry.client.post("/registry/v1/requests", json=REQUEST | {"city_id": city_id}, headers=staff())
    of_programme = {name: order[name] for name in ("partner_id", "programme_id")}
    (found,) = (await listed(registry, staff(), **of_programme)).json()["items"]
    assert (found["city_id"], found["request_id"]) == (city_id, asked.json()["request_id"])
    assert (await listed(registry, member(city_id), city_id=city_id)).json()["items"] == [found]


async def test_neither_the_partner_nor_another_city_reads_who_was_invited(registry: RegistryUnderTest) -> None:
    city_id, order = await network(registry)
    await invited(registry, order)
    of_programme = {name: order[name] for name in ("partner_id", "programme_id")}
    partner = member(order["partner_id"])
    assert (await listed(registry, partner, **of_programme)).status_code == 403
    assert (await listed(registry, partner, city_id=city_id)).status_code == 403
    assert (await listed(registry, member("another"), city_id=city_id)).status_code == 403
    assert (await listed(registry, staff())).status_code == 422


async def test_only_staff_that_may_publish_invites(registry: RegistryUnderTest) -> None:
    city_id, order = await network(registry)
    for headers in (member(city_id), member(order["partner_id"]), bearer("staff:read"), bearer("staff:endorse")):
        assert (await invited(registry, order, headers)).status_code == 403
    assert (await invited(registry, order, bearer("staff:publish"))).is_success
    entries = (await registry.client.get("/registry/v1/audit", headers=staff())).json()["items"]
    assert [each["action"] for each in entries].count("invitations.create") == 1


async def test_the_mailing_service_reads_the_programme_and_reports_the_outcome(registry: RegistryUnderTest) -> None:
    city_id, order = await network(registry)
    await invited(registry, order)
    (found,) = (await listed(registry, staff(), city_id=city_id)).json()["items"]
    letter = f"/registry/v1/letters/{found['invitation_id']}"
    issued = (await registry.client.post(f"{letter}/issue", headers=MAILER)).json()
    programme = issued["invitation"]
    assert (issued["about"], issued["email"], issued["secret"]) == ("invitation", CONTACT["email"], None)
    assert (programme["name"], programme["partner_name"], programme["currency"]) == ("Read", PARTNER["name"], "EUR")
    assert (await registry.client.post(f"{letter}/forget", headers=MAILER)).status_code == 204
    assert (await registry.client.post(f"{letter}/issue", headers=MAILER)).status_code == 404
    (found,) = (await listed(registry, staff(), city_id=city_id)).json()["items"]
    assert found["outcome"] == "sent"
