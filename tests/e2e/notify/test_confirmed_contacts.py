"""A contact that a member names is mailed once, and is known to notify as confirmed once the link was used."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.notify.with_registry import Both, both_services
from tests.support.polling import until
from tests.support.registry.service import CITY, CONTACT, member, staff

ANNA = "anna@city.org"
LINK = re.compile(r"http://notify/contact/(\S+)")


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    async with both_services(tmp_path) as services:
        yield services


async def test_a_named_contact_gets_one_mail_until_its_link_is_used(both: Both) -> None:
    made = await both.registry.post("/registry/v1/cities?endorse=true", json=CITY, headers=staff())
    city_id = made.json()["city_id"]
    body = CONTACT | {"email": ANNA, "member_kind": "city", "member_id": city_id}
    contact = (await both.registry.post("/registry/v1/contacts", json=body, headers=member(city_id))).json()

    async def is_mailed() -> bool:
        return ANNA in both.mailer.recipients()

    await until(is_mailed, what="the mail that asks to confirm the address")
    link = LINK.search(both.mailer.text_to(ANNA))
    assert link is not None

    async def remind() -> dict[str, int]:
        answer = await both.pages.post("/notify/v1/nudges", json={"member_ids": [city_id]}, headers=staff())
        return dict(answer.json())

    assert (await remind())["without_contact"] == 1
    confirmed = await both.registry.post("/registry/v1/contact-confirmations", json={"secret": link[1]})
    assert confirmed.status_code == 200
    path = f"/registry/v1/contacts/{contact['contact_id']}"
    assert (await both.registry.get(path, headers=staff())).json()["confirmed"] is True

    async def is_reminded() -> bool:
        return (await remind())["nudged"] == 1

    await until(is_reminded, what="notify to know that the contact is confirmed")
    assert both.mailer.recipients().count(ANNA) <= 2
