"""matching dies around a draft and its publication, at deadlines, and, as notify does, at the end of a partnership."""

from collections.abc import Sequence
from datetime import timedelta

from isopolity.machine.clock import system_clock
from tests.support.faults.boundaries import DEADLINES, ENDS, PUBLICATIONS
from tests.support.faults.stock import quiescent
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import City, Traffic


async def test_killed_around_a_publication_loses_and_doubles_nothing(system: System, traffic: Traffic) -> None:
    """Staff publishes a draft twice at the same time, at two instances, until it is answered."""
    await system.ready()
    boundaries = {*PUBLICATIONS, "matching: before a round's commit", "matching: after a round's commit"}
    async with system.setting("matching", ISOPOLITY_SENDING_POLICY="hold", ISOPOLITY_UNDO_HOURS="0.001"):
        for boundary in boundaries:
            system.arm(boundary)
        async with system.kept_alive():
            pair = await traffic.join()
            await traffic.propose_to(pair, held=True)
            await traffic.answer(pair)
            await traffic.introduced(pair)
            await quiescent(system)
            assert not boundaries - system.reached()
            await check_sums(system, traffic)


async def test_killed_at_a_deadline_loses_and_doubles_nothing(system: System, traffic: Traffic) -> None:
    """One pair has refused, of the other one side has agreed and the other is silent."""
    await system.ready()
    refusing, silent = await traffic.join(), await traffic.join()
    for pair in (refusing, silent):
        await traffic.propose_to(pair)
    await traffic.answer(refusing, "no")
    await traffic.answer(silent[:1])
    await quiescent(system)
    for boundary in DEADLINES:
        system.arm(boundary)
    async with system.kept_alive():
        await _deadline_passes(system, [*refusing, *silent])
        await traffic.introduced([*refusing, *silent])
        await quiescent(system)
        assert not set(DEADLINES) - system.reached()
        stock = await check_sums(system, traffic)
    stages = {
        row["stage"] for row in stock.proposals if row["document"]["a"]["member_id"] in _ids([*refusing, *silent])
    }
    assert stages == {"declined", "expired"}


async def test_killed_at_the_end_of_a_partnership_tells_each_side_once(system: System, traffic: Traffic) -> None:
    """Staff orders the end until it is answered; the event comes again after each death."""
    await system.ready()
    pair = await traffic.turn()
    await quiescent(system)
    for boundary in ENDS:
        system.arm(boundary)
    async with system.kept_alive():
        await traffic.end(pair)
        await quiescent(system)
        assert not set(ENDS) - system.reached()
        await check_sums(system, traffic)


async def _deadline_passes(system: System, cities: Sequence[City]) -> None:
    """For the open proposals of these cities; notify, which tells when answers are complete, keeps the old one."""
    passed = (system_clock() - timedelta(hours=1)).isoformat()
    ids = ", ".join(f"'{city_id}'" for city_id in _ids(cities))
    await system.execute(
        "matching",
        f"UPDATE proposals SET answer_by = '{passed}',"  # noqa: S608 - ours
        f" document = jsonb_set(document::jsonb, '{{answer_by}}', '\"{passed}\"')"
        f" WHERE stage IN ('issued', 'answered') AND (a_member_id IN ({ids}) OR b_member_id IN ({ids}))",
    )


def _ids(cities: Sequence[City]) -> set[str]:
    return {city.city_id for city in cities}
