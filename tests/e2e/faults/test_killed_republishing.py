"""The process that publishes a service's state again dies at a page, and is started again until it is done."""

import asyncio

import pytest

from tests.support.faults.boundaries import LATEST_PASS, REPUBLISHING
from tests.support.faults.chance import chance
from tests.support.faults.stock import quiescent
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.tested import SERVICES
from tests.support.faults.traffic import Traffic


def _arm(system: System, service: str) -> int:
    """Arm the boundaries of a service's pages; returns how many."""
    boundaries = [boundary for boundary in REPUBLISHING if boundary.startswith(service)]
    for boundary in boundaries:
        system.arm(boundary, at_pass=chance(boundary).randint(1, LATEST_PASS))
    return len(boundaries)


async def test_killed_while_it_publishes_again_loses_and_doubles_nothing(system: System, traffic: Traffic) -> None:
    """The services run, and people go on."""
    await system.ready()
    await traffic.end(await traffic.turn())
    traffic.republished = True
    armed = [_arm(system, service) for service in SERVICES]

    def publish() -> list[int]:  # one after the other: multiprocessing bears no two threads
        return [system.of(service)[0].publish_again(restored=False) for service in SERVICES]

    deaths, _ = await asyncio.gather(asyncio.to_thread(publish), traffic.turn())
    assert deaths == armed
    await check_sums(system, traffic)


@pytest.mark.parametrize("service", [SERVICES[0], *(pytest.param(s, marks=pytest.mark.drill) for s in SERVICES[1:])])
async def test_killed_in_a_restoration_loses_and_doubles_nothing(
    system: System, traffic: Traffic, service: str
) -> None:
    """The service stands still; each version is lifted once."""
    await system.ready()
    await traffic.end(await traffic.turn())
    await quiescent(system)
    for child in system.of(service):
        assert child.stop() == 0, f"{child.name} did not end in order; see {child.log}"
    traffic.republished = True
    armed = _arm(system, service)
    assert await asyncio.to_thread(system.of(service)[0].publish_again, restored=True) == armed
    for child in system.of(service):
        child.start()
    await traffic.turn()
    await check_sums(system, traffic)
