"""More days to answer: how many introductions that members asked for could not go out any more, and who confirms it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.matching.application.workflows.settings import take_over
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.introductions import Introductions, headers_of, introductions

PATH = "/network-settings"


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Introductions]:
    async with introductions(tmp_path, SendingPolicy.HOLD) as running:
        yield running


async def given_up(network: Introductions, days: int) -> int:
    return int((await network.get(f"{PATH}/effects?answer_days={days}")).json()["introductions"])


async def choose(network: Introductions, **order: Any) -> Any:
    return await network.client.put(PATH, json={"seen": 0} | order, headers=headers_of())


async def test_introductions_that_could_not_be_answered_in_time_are_counted(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.asked("city-2", "city-4")  # which has no contact, so that this one waits
    await network.place()
    assert [await given_up(network, days) for days in (14, 21, 35, 36, 60)] == [0, 0, 0, 2, 2]


async def test_what_could_not_go_out_before_is_not_counted(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.place()
    await network.pass_time(15)
    assert await given_up(network, 60) == 0


async def test_two_that_ask_for_each_other_wait_for_no_answer(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.asked("city-1", "city-0")
    await network.place()
    assert await given_up(network, 60) == 0


async def test_what_is_out_keeps_its_days(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.place()
    await network.approve()
    assert await given_up(network, 60) == 0


async def test_days_by_which_introductions_fall_out_are_chosen_by_who_confirms_their_number(
    network: Introductions,
) -> None:
    await network.asked("city-0", "city-1")
    await network.place()
    refused = await choose(network, answer_days=60)
    assert (refused.status_code, refused.json()["code"]) == (409, "gives-up-introductions")
    assert "any more: 1." in refused.json()["detail"]
    assert (await network.get(PATH)).json()["answer_days"] == 21
    assert (await choose(network, answer_days=60, gives_up=1)).status_code == 200
    await take_over(network.unit_of_work, network.surroundings)
    assert (await network.approve()).issued == []
    assert [each["state"] for each in await network.interests("city-0")] == ["waiting"]


async def test_other_settings_are_chosen_without_a_word_about_introductions(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    assert (await choose(network, answer_days=14)).status_code == 200


async def test_what_is_left_out_stays_as_it_was_chosen(network: Introductions) -> None:
    assert (await choose(network, sending_policy="hold", answer_days=14)).status_code == 200
    told = (await choose(network, seen=1, answer_days=28)).json()
    assert (told["choices"][0]["sending_policy"], told["answer_days"]) == ("hold", 28)
    told = (await choose(network, seen=2, sending_policy=None)).json()
    assert (told["choices"][0]["sending_policy"], told["answer_days"]) == (None, 28)
