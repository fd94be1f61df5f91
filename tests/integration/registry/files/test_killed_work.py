"""Work on an import whose process is killed at fixed points: after each death, nothing is half done or done twice."""

import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.faults.boundaries import WORK_ON_IMPORTS, KillSwitch
from tests.support.faults.import_work import work_in_a_child
from tests.support.registry.background_imports import cities, order_take, order_take_back, read, sent
from tests.support.registry.done_imports import PATH as DONE_PATH
from tests.support.registry.done_imports import preview
from tests.support.registry.prepared_files import rows
from tests.support.registry.service import RegistryUnderTest, staff

STARTED, ROWS, EVENTS, ENDING, ENDED = WORK_ON_IMPORTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (folder := tmp_path / "child").mkdir()
    return folder


async def done(registry: RegistryUnderTest) -> list[tuple[int, int]]:
    """How many entries each import has made, and how many of it were taken back."""
    found = (await registry.client.get(DONE_PATH, headers=staff())).json()["items"]
    return [(each["created"], each["taken_back"]) for each in found]


async def deaths(url: str, folder: Path, points: Sequence[str], state: Callable[[], Awaitable[Any]]) -> list[Any]:
    """The state after each death."""
    states = []
    for point in points:
        KillSwitch(folder).arm(point)
        assert await work_in_a_child(url, folder) == -signal.SIGKILL, point
        states.append(await state())
    return states


async def test_work_killed_at_any_point_is_done_again_and_once(
    registry: RegistryUnderTest, url: str, folder: Path
) -> None:
    async def state() -> tuple[Any, ...]:
        return await cities(registry), sorted(await registry.event_names()), await done(registry)

    prepared = await sent(registry)
    before = await state()
    assert await deaths(url, folder, (STARTED, ROWS, ENDING), state) == [before] * 3
    assert (await read(registry, prepared))["work"]["state"] == "running"
    assert await rows(registry, prepared) == []
    assert await deaths(url, folder, (ENDED,), state) == [before]
    looked = await read(registry, prepared)
    assert (looked["work"], [each["state"] for each in await rows(registry, looked)]) == (None, ["new", "new"])

    await order_take(registry, looked, endorse=True)
    assert await deaths(url, folder, (STARTED, EVENTS, ENDING), state) == [before] * 3
    assert (await read(registry, looked))["taken_at"] is None
    (imported,) = await deaths(url, folder, (ENDED,), state)
    assert imported[0] == [("Oulu", "endorsed"), ("Turku", "endorsed")]
    assert imported[1] == ["city.endorsed"] * 2 + ["city.registered"] * 2 + ["contact.changed"]
    assert imported[2] == [(2, 0)]

    await order_take_back(registry, looked, await preview(registry, looked["import_id"]))
    assert await deaths(url, folder, (STARTED, EVENTS, ENDING), state) == [imported] * 3
    (gone,) = await deaths(url, folder, (ENDED,), state)
    assert gone[0] == [("Oulu", "withdrawn"), ("Turku", "withdrawn")]
    assert [gone[1].count(name) for name in ("city.withdrawn", "contact.erased")] == [2, 1]
    assert gone[2] == [(2, 2)]
    assert await work_in_a_child(url, folder) == 0
    assert await state() == gone
