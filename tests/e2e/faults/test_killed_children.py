"""A child process dies at each boundary between a write and its commit or acknowledgement.

While two cities join, are proposed to each other, answer and are introduced, every boundary is passed. Children are
killed at some of them, each is started again, and then the sums must add up.
"""

import asyncio
from itertools import zip_longest

import pytest

from tests.support.faults.boundaries import MATCHING, NOTIFY, REGISTRY
from tests.support.faults.stock import quiescent
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic

_TOGETHER = [
    tuple(filter(None, names))
    for names in zip_longest(REGISTRY, MATCHING[:8], MATCHING[8:], NOTIFY[:10], NOTIFY[10:], fillvalue=None)
]
"""At most one of registry and two each of matching and notify, so that there are few turns and many deaths."""


async def test_without_faults_the_sums_add_up(system: System, traffic: Traffic) -> None:
    await system.ready()
    await asyncio.gather(traffic.turn(), traffic.sponsor())
    await check_sums(system, traffic)


@pytest.mark.parametrize("boundaries", _TOGETHER, ids=", ".join)
async def test_killed_at_a_boundary_loses_and_doubles_nothing(
    system: System, traffic: Traffic, boundaries: tuple[str, ...]
) -> None:
    for boundary in boundaries:
        system.arm(boundary)
    async with system.kept_alive():
        await asyncio.gather(traffic.turn(), traffic.sponsor())
        await quiescent(system)
        unreached = set(boundaries) - system.reached()
        assert not unreached, f"nothing passed {unreached}"
        await check_sums(system, traffic)
