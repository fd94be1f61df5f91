"""A child process dies at each boundary between a write and its commit or acknowledgement.

While two cities join, are proposed to each other, answer and are introduced, every boundary is passed. Children are
killed at some of them, each is started again, and then the sums must add up. Which deaths fall together, and at which
pass, is left to chance.
"""

import asyncio
from collections.abc import Sequence
from itertools import zip_longest

import pytest

from tests.support.faults.boundaries import LATEST_PASS, MATCHING, NOTIFY, REGISTRY
from tests.support.faults.chance import chance
from tests.support.faults.stock import quiescent
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic

_RANDOM = chance("killed children")


def _shuffled(boundaries: Sequence[str]) -> Sequence[str]:
    return _RANDOM.sample(boundaries, len(boundaries))


def _halves(boundaries: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    half = len(boundaries) // 2
    return boundaries[:half], boundaries[half:]


_LISTS = [_shuffled(REGISTRY), *(names for service in (MATCHING, NOTIFY) for names in _halves(_shuffled(service)))]
_TOGETHER = [tuple(filter(None, names)) for names in zip_longest(*_LISTS)]
"""At most one of registry and two each of matching and notify, so that there are few turns and many deaths."""
_PASSES = {boundary: _RANDOM.randint(1, LATEST_PASS) for names in _TOGETHER for boundary in names}


async def test_without_faults_the_sums_add_up(system: System, traffic: Traffic) -> None:
    await system.ready()
    await asyncio.gather(traffic.turn(), traffic.sponsor())
    await check_sums(system, traffic)


@pytest.mark.parametrize("boundaries", _TOGETHER, ids=", ".join)
async def test_killed_at_a_boundary_loses_and_doubles_nothing(
    system: System, traffic: Traffic, boundaries: tuple[str, ...]
) -> None:
    for boundary in boundaries:
        system.arm(boundary, at_pass=_PASSES[boundary])
    async with system.kept_alive():
        for _ in range(LATEST_PASS):
            await asyncio.gather(traffic.turn(), traffic.sponsor())
            await quiescent(system)
            if not (unreached := set(boundaries) - system.reached()):
                break
        assert not unreached, f"nothing passed {unreached}"
        await check_sums(system, traffic)
