"""Outages: brokers, databases and mail servers freeze, go away and come back, and instances die, while people go on."""

import asyncio
import os
import signal

import pytest

from isopolity.persistence.lease import SILENCE
from isopolity.persistence.portable_sql import key_of
from tests.support.faults.chance import chance
from tests.support.faults.children import Child
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic
from tests.support.faults.waiting import eventually

_PAST_THE_LEASE = 9
"""Seconds: longer than a consumer's session, a publish and a mail's lease last in these tests."""
_TURN = 4
"""Seconds that a turn takes, more or less."""
_RANDOM = chance("outages")


async def _meanwhile(traffic: Traffic, *, turns: int = 2) -> "asyncio.Task[None]":
    """People who go on whatever happens; returns once they have begun, at a moment that is left to chance."""

    async def go_on() -> None:
        for _ in range(turns):
            await traffic.turn()

    begun = len(traffic.cities)
    task = asyncio.create_task(go_on())

    async def has_begun() -> bool:
        return len(traffic.cities) > begun or task.done()

    await eventually(has_begun, "no city has joined")
    await asyncio.sleep(_RANDOM.uniform(0, _TURN))
    return task


async def _outage(seconds: float) -> None:
    """An outage is a span of time: nothing can be polled for that would end it."""
    await asyncio.sleep(seconds)


async def test_kafka_frozen_past_the_lease_loses_and_doubles_nothing(system: System, traffic: Traffic) -> None:
    await system.ready()
    people = await _meanwhile(traffic)
    system.kafka.freeze()
    try:
        await _outage(_PAST_THE_LEASE)
    finally:
        system.kafka.thaw()
    await people
    await check_sums(system, traffic)


@pytest.mark.slow
async def test_kafka_gone_for_a_minute_and_back_loses_and_doubles_nothing(system: System, traffic: Traffic) -> None:
    await system.ready()
    people = await _meanwhile(traffic)
    await asyncio.to_thread(system.kafka.kill)
    await _outage(60)
    await asyncio.to_thread(system.kafka.resume)
    await people
    await check_sums(system, traffic)


async def test_postgresql_killed_and_back_loses_and_doubles_nothing(system: System, traffic: Traffic) -> None:
    await system.ready()
    people = await _meanwhile(traffic)
    await asyncio.to_thread(system.postgres.kill)
    await _outage(3)
    await asyncio.to_thread(system.postgres.resume)
    await people
    await check_sums(system, traffic)
    assert [child.name for child in system.children if not child.alive] == [], "an outage ended a service"


async def test_one_of_two_instances_dies_and_the_other_goes_on(system: System, traffic: Traffic) -> None:
    await system.ready()
    people = await _meanwhile(traffic)
    dying = [system.child("matching-1"), system.child("notify-2")]
    for child in dying:
        child.kill()
    await people  # without them
    for child in dying:
        child.start()
    await check_sums(system, traffic)


async def test_an_instance_that_hung_past_its_lease_does_no_harm(system: System, traffic: Traffic) -> None:
    await system.ready()
    people = await _meanwhile(traffic)
    hanging = [system.child("matching-2"), system.child("notify-1")]
    for child in hanging:
        await _give_the_relay_to(system, child)
    relays = {child.service: await _relay(system, child.service) for child in hanging}
    for child in hanging:
        os.kill(child.pid, signal.SIGSTOP)
    try:
        await _outage(_PAST_THE_LEASE)

        async def taken_over() -> bool:
            now = [await _relay(system, child.service) for child in hanging]
            return all(now) and not set(now) & set(relays.values())

        await eventually(taken_over, "no relay took over from one that is frozen", within=SILENCE + 5)
    finally:
        for child in hanging:
            os.kill(child.pid, signal.SIGCONT)
    await people
    await check_sums(system, traffic)


async def _give_the_relay_to(system: System, child: Child) -> None:
    """Stop the other instances until this one, which stood by, publishes."""
    others = [other for other in system.of(child.service) if other is not child]
    for other in others:
        other.kill()

    async def holds() -> bool:
        return bool(await _relay(system, child.service))

    await eventually(holds, f"{child.name} does not take the relay")
    for other in others:
        other.start()
        await other.ready()


async def _relay(system: System, service: str) -> int | None:
    """The session that holds the relay's lease of a service."""
    key = key_of(f"isopolity.{service}.relay")
    rows = await system.rows(
        service,
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"  # noqa: S608 - a number
        f" AND ((classid::bigint << 32) | objid::bigint) = {key}"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    return rows[0]["pid"] if rows else None
