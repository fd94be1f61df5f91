"""registry dies in the middle of a large import, before its commit, and between its commit and the answer."""

from tests.support.faults.boundaries import IMPORTS
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic

_MANY = 2_100
"""More than registry takes in at once."""


async def test_killed_at_an_import_loses_and_doubles_nothing(system: System, traffic: Traffic) -> None:
    """Sent again with its key it is done once, and those who came by it are proposed to each other and introduced."""
    await system.ready()
    for boundary in IMPORTS:
        system.arm(boundary)
    async with system.kept_alive():
        pair = await traffic.import_cities(_MANY)
        assert not set(IMPORTS) - system.reached()
        await traffic.propose_to(pair)
        await traffic.answer(pair)
        await traffic.introduced(pair)
        await check_sums(system, traffic)
