"""A member's own words wait for staff where the network says so, with its changes of identity."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.service import KEY, PARTNER, RegistryUnderTest, member, open_under_test, patching, staff

ABOUT = "We read, with small cities."
STADIUMS = "We build stadiums."


@pytest.fixture
async def reviewing(url: str, tmp_path: Path) -> AsyncIterator[RegistryUnderTest]:
    settings = RegistrySettings(**keys_of(KEY), review_words=True)
    async with open_under_test(url, tmp_path, settings=settings) as opened:
        yield opened


async def fund(registry: RegistryUnderTest) -> tuple[str, str]:
    made = await registry.client.post(
        "/registry/v1/partners?endorse=true", json=PARTNER | {"about": ABOUT}, headers=staff()
    )
    partner_id = str(made.json()["partner_id"])
    return f"/registry/v1/partners/{partner_id}", partner_id


async def change(registry: RegistryUnderTest, path: str, partner_id: str, **values: Any) -> tuple[int, Any]:
    mine = member(partner_id)
    version = (await registry.client.get(path, headers=mine)).json()["version"]
    answer = await registry.client.patch(path, json=values, headers=mine | patching(version))
    return answer.status_code, (await registry.client.get(path)).json()["about"]


async def test_other_words_wait_and_staff_approves_them(reviewing: RegistryUnderTest) -> None:
    path, partner_id = await fund(reviewing)
    assert await change(reviewing, path, partner_id, about=STADIUMS, web="https://www.fund.example") == (202, ABOUT)
    assert (await reviewing.client.get(path)).json()["web"] == "https://www.fund.example"
    waiting = (await reviewing.client.get("/registry/v1/changes", headers=staff())).json()["items"]
    assert [(each["before"]["about"], each["wanted"]) for each in waiting] == [(ABOUT, {"about": STADIUMS})]
    decided = await reviewing.client.post(
        f"/registry/v1/changes/{partner_id}/approve", headers=staff(**{"If-Match": f'"{waiting[0]["version"]}"'})
    )
    assert decided.status_code == 200, decided.text
    assert (await reviewing.client.get(path)).json()["about"] == STADIUMS


async def test_marks_hold_at_once_letters_wait_and_former_words_take_a_wish_back(reviewing: RegistryUnderTest) -> None:
    path, partner_id = await fund(reviewing)
    marked = "WE READ with small cities!"
    assert await change(reviewing, path, partner_id, about=marked) == (200, marked)
    assert await change(reviewing, path, partner_id, about="We reads with small cities!") == (202, marked)
    assert await change(reviewing, path, partner_id, about=None) == (202, marked)
    assert await change(reviewing, path, partner_id, about=ABOUT) == (200, ABOUT)
    assert (await reviewing.client.get("/registry/v1/changes", headers=staff())).json()["items"] == []


async def test_words_hold_at_once_where_the_network_says_nothing(registry: RegistryUnderTest) -> None:
    path, partner_id = await fund(registry)
    assert await change(registry, path, partner_id, about=STADIUMS) == (200, STADIUMS)
