"""kill -9 of the one process at random moments while people go on; the sums are the same as with many processes."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.support.faults.chance import chance
from tests.support.faults.embedded import EmbeddedSystem
from tests.support.faults.sums import check_sums
from tests.support.faults.tested import token
from tests.support.faults.traffic import Traffic
from tests.support.faults.waiting import eventually
from tests.support.servers.ports import free_port

_KILLS = 5
_PEOPLE = 3
_TURNS = 6
"""Of each of the people, at most; each turn takes two pairs of cities that suit nobody else, of which there are 36."""
_IMPORTED = 200


@pytest.mark.long
async def test_kill_of_the_one_process_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    random, system = chance("the one process"), EmbeddedSystem(data=tmp_path / "data", port=free_port())
    traffic = Traffic(system)
    killed = asyncio.Event()
    system.start()
    people = [asyncio.create_task(_go_on(traffic, killed)) for _ in range(_PEOPLE)]
    try:
        for _ in range(_KILLS):
            await system.ready()
            await asyncio.sleep(random.uniform(0, 2))  # a moment is what is tested
            system.kill()
            system.start()
        killed.set()
        await asyncio.gather(*people)
        stock = await check_sums(system, traffic)
        await _graph_has_the_size_of_a_rebuild(system, len(stock.rebuilt))
    finally:
        for task in people:
            task.cancel()
        await asyncio.gather(*people, return_exceptions=True)
        system.kill()


async def _go_on(traffic: Traffic, killed: asyncio.Event) -> None:
    for _ in range(_TURNS):
        if killed.is_set():
            return
        await traffic.end(await traffic.turn())
        await traffic.import_cities(_IMPORTED)


async def _graph_has_the_size_of_a_rebuild(system: EmbeddedSystem, size: int) -> None:
    url, headers = system.urls("matching")[0], {"Authorization": f"Bearer {token()}"}

    async def has_it() -> bool:
        status = (await client.get(f"{url}/matching/v1/status", headers=headers)).raise_for_status().json()
        return bool(status["counts"]["graph_nodes"] + status["counts"]["graph_edges"] == size)

    async with httpx.AsyncClient(timeout=60) as client:
        await eventually(has_it, "the graph has not the size of one rebuilt from the log", within=60)
