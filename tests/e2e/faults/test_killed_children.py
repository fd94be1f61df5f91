"""A child process dies at each boundary between a write and its commit or acknowledgement."""

from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic


async def test_without_faults_the_sums_add_up(system: System, traffic: Traffic) -> None:
    await system.ready()
    await traffic.turn()
    await check_sums(system, traffic)
