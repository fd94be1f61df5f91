"""A child process dies at each boundary between a write and its commit or acknowledgement.

While two cities join, are proposed to each other, answer and are introduced, every boundary is passed. One child of
each service is killed at one of them, started again, and the sums must add up.
"""

from itertools import zip_longest

import pytest

from tests.support.faults.boundaries import MATCHING, NOTIFY, REGISTRY
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic

_TOGETHER = [tuple(filter(None, names)) for names in zip_longest(REGISTRY, MATCHING, NOTIFY)]


async def test_without_faults_the_sums_add_up(system: System, traffic: Traffic) -> None:
    await system.ready()
    await traffic.turn()
    await check_sums(system, traffic)


@pytest.mark.parametrize("boundaries", _TOGETHER, ids=" + ".join)
async def test_killed_at_a_boundary_loses_and_doubles_nothing(
    system: System, traffic: Traffic, boundaries: tuple[str, ...]
) -> None:
    for boundary in boundaries:
        system.arm(boundary)
    async with system.kept_alive():
        await traffic.turn()
        for boundary in boundaries:
            assert boundary in system.reached(), f"nothing passed the boundary {boundary}"
        await check_sums(system, traffic)
