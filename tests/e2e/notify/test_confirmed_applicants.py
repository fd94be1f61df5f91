"""An applicant's address is confirmed by a mailed link: registry and notify together, and the pages of both."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.web.rate_limits import WRITES
from tests.support.notify.with_registry import Both, both_services
from tests.support.polling import until
from tests.support.registry.applications import APPLICATIONS, CITIES
from tests.support.registry.service import CITY, CONTACT, staff

LINK = re.compile(r"http://notify(/notify/confirm/\S+)")


async def statuses(both: Both) -> list[str]:
    answer = await both.registry.get(APPLICATIONS, params={"status": "any"}, headers=staff())
    return [item["status"] for item in answer.json()["items"]]


async def mailed_link(both: Both) -> str:
    """The path of the link in the one mail."""

    async def is_mailed() -> bool:
        return both.mailer.recipients() == [CONTACT["email"]]

    await until(is_mailed, what="the mail to the applicant")
    found = LINK.search(both.mailer.text_to(CONTACT["email"]))
    assert found is not None
    return found[1]


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    async with both_services(tmp_path) as services:
        assert (await services.registry.post(CITIES, json=CITY | {"contact": CONTACT})).status_code == 202
        yield services


async def test_only_who_presses_the_button_of_the_mailed_link_confirms(both: Both) -> None:
    link = await mailed_link(both)
    for _ in range(2):  # a scanner follows links, and does no harm
        assert (await both.pages.get(link)).status_code == 200
    assert await statuses(both) == ["unconfirmed"]
    assert (await both.pages.post(link)).status_code == 200
    assert await statuses(both) == ["confirmed"]
    assert (await both.pages.post(link)).status_code == 410
    assert len(both.mailer.delivered) == 1


async def test_what_many_people_press_is_not_counted_as_one_stranger(both: Both) -> None:
    link = await mailed_link(both)
    for number in range(int(WRITES.burst) + 1):
        assert (await both.pages.post(f"/notify/confirm/wrong-{number}")).status_code == 410
    assert (await both.pages.post(link)).status_code == 200
    assert await statuses(both) == ["confirmed"]
