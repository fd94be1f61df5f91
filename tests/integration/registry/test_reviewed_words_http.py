"""A member's own words wait for staff where the network says so, with its changes of identity."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.service import (
    CITY,
    KEY,
    PARTNER,
    RegistryUnderTest,
    member,
    open_under_test,
    patching,
    staff,
)

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


SEA = {"subject": "sdg.14", "intensity": 3, "mode": "webinar"}
LITERACY = {
    "subject": "cluster.literacy",
    "intensity": 4,
    "mode": "study-visit",
    "title": "Reading aloud",
    "language": "en",
}


async def needs_of(registry: RegistryUnderTest, path: str) -> list[tuple[str, str | None]]:
    return [(each["mode"], each["title"]) for each in (await registry.client.get(path)).json()["needs"]]


async def city_that_reads(registry: RegistryUnderTest) -> tuple[str, str]:
    body = CITY | {"needs": [LITERACY, SEA], "offers": []}
    made = await registry.client.post("/registry/v1/cities?endorse=true", json=body, headers=staff())
    city_id = str(made.json()["city_id"])
    return f"/registry/v1/cities/{city_id}", city_id


async def decide(registry: RegistryUnderTest, member_id: str, decision: str) -> None:
    waiting = (await registry.client.get("/registry/v1/changes", headers=staff())).json()["items"]
    headers = staff(**{"If-Match": f'"{waiting[0]["version"]}"'})
    answer = await registry.client.post(f"/registry/v1/changes/{member_id}/{decision}", headers=headers)
    assert answer.status_code == 200, answer.text


async def revise(registry: RegistryUnderTest, path: str, city_id: str, *needs: dict[str, Any]) -> int:
    status, _ = await change(registry, path, city_id, needs=list(needs))
    return status


async def test_words_of_a_need_wait_and_its_codes_do_not(reviewing: RegistryUnderTest) -> None:
    path, city_id = await city_that_reads(reviewing)
    other = LITERACY | {"title": "Reading at sea", "mode": "webinar"}
    fresh = SEA | {"title": "Clean beaches", "mode": "training"}
    assert await revise(reviewing, path, city_id, other, fresh) == 202
    assert await needs_of(reviewing, path) == [("webinar", None), ("training", None)]
    await decide(reviewing, city_id, "approve")
    assert await needs_of(reviewing, path) == [("webinar", "Reading at sea"), ("training", "Clean beaches")]


async def test_the_former_words_of_a_need_stand_until_staff_has_read_the_new_ones(reviewing: RegistryUnderTest) -> None:
    path, city_id = await city_that_reads(reviewing)
    assert await revise(reviewing, path, city_id, LITERACY | {"title": "Loud", "intensity": 5}, SEA) == 202
    assert await needs_of(reviewing, path) == [("study-visit", "Reading aloud"), ("webinar", None)]
    await decide(reviewing, city_id, "refuse")
    assert await needs_of(reviewing, path) == [("study-visit", "Reading aloud"), ("webinar", None)]
    refused = (await reviewing.client.get(f"/registry/v1/changes/{city_id}", headers=member(city_id))).json()
    assert (refused["status"], refused["wanted"]["needs"][0]["title"]) == ("refused", "Loud")


async def test_words_that_staff_knows_go_along_and_taking_words_away_waits_for_nobody(
    reviewing: RegistryUnderTest,
) -> None:
    path, city_id = await city_that_reads(reviewing)
    assert await revise(reviewing, path, city_id, LITERACY | {"mode": "training"}, SEA) == 200
    assert await needs_of(reviewing, path) == [("training", "Reading aloud"), ("webinar", None)]
    assert await revise(reviewing, path, city_id, LITERACY | {"mode": "training", "title": "READING: aloud!"}) == 200
    assert await needs_of(reviewing, path) == [("training", "READING: aloud!")]
    assert await revise(reviewing, path, city_id, LITERACY | {"mode": "training", "title": None}) == 200
    assert await needs_of(reviewing, path) == [("training", None)]


async def test_what_staff_changed_meanwhile_stays_when_it_approves_words(reviewing: RegistryUnderTest) -> None:
    path, city_id = await city_that_reads(reviewing)
    assert await revise(reviewing, path, city_id, LITERACY | {"title": "Loud"}, SEA | {"title": "Beaches"}) == 202
    version = (await reviewing.client.get(path)).json()["version"]
    changed = {"needs": [SEA | {"intensity": 5}, LITERACY | {"intensity": 1}]}
    answer = await reviewing.client.patch(path, json=changed, headers=staff() | patching(version))
    assert answer.status_code == 200, answer.text
    await decide(reviewing, city_id, "approve")
    found = (await reviewing.client.get(path, headers=staff())).json()["needs"]
    assert [(each["intensity"], each["title"]) for each in found] == [(5, "Beaches"), (1, "Loud")]
