"""A holder that freezes, as a process does on a paused machine, is taken over from before it is thawed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from isopolity.observability.canary import sound_for_ever
from isopolity.persistence.database import Database
from isopolity.persistence.lease import BEAT, SILENCE, lease
from isopolity.persistence.relay import outbox_backlog
from isopolity.persistence.unit_of_work import Storage
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.polling import until
from tests.support.shared.relays import empty, publish, relay_of, running
from tests.support.shared.storage import TABLES

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
STATED = SILENCE + 5
"""Seconds within which the runbook promises a successor."""
RELAY, CANARY, ROUND = "isopolity.test.relay", "isopolity.canary", "isopolity.matching.round"

HOLDER = """
import asyncio, sys
from contextlib import AsyncExitStack
from isopolity.persistence.database import Database, is_unavailable
from isopolity.persistence.lease import BEAT, SILENCE, lease

async def main():
    database = Database.open(sys.argv[1])
    async with AsyncExitStack() as stack:
        held = [await stack.enter_async_context(lease(database, name)) for name in sys.argv[2:]]
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for name, one in zip(sys.argv[2:], held):
            try:
                await one.check()
            except Exception as error:
                print("lost" if is_unavailable(error) else repr(error), flush=True)
            else:
                print("held", flush=True)

asyncio.run(main())
"""


@asynccontextmanager
async def holder(url: str, *names: str) -> AsyncIterator[Process]:
    """A process of its own that holds the leases `names`, and says at a line on stdin whether it still does."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, url, *names, stdin=PIPE, stdout=PIPE)
    try:
        assert await said(process) == "held"
        yield process
    finally:
        process.kill()
        await process.wait()


async def said(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_successors_take_over_from_a_frozen_process_which_learns_it_when_it_is_thawed(
    postgres: str, postgres_storage: Storage, broker: HookedBroker
) -> None:
    async def has_sounded() -> bool:
        return (await outbox_backlog(postgres_storage.database, TABLES.outbox))[0] > 0

    async def round_is_ours() -> None:
        async with lease(postgres_storage.database, ROUND):
            return

    numbers = iter(range(10_000))
    async with holder(postgres, RELAY, CANARY, ROUND) as process:
        os.kill(process.pid, signal.SIGSTOP)
        async with asyncio.timeout(STATED):
            sounding = asyncio.create_task(
                sound_for_ever(postgres_storage, lambda: f"canary-{next(numbers)}", seconds=3600)
            )
            await asyncio.gather(until(has_sounded, within=STATED), round_is_ours())
            async with running(relay_of(postgres_storage, broker)):
                await publish(postgres_storage, [1])
                await until(empty(postgres_storage.database), within=STATED)
        sounding.cancel()
        os.kill(process.pid, signal.SIGCONT)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        assert [await said(process) for _ in range(3)] == ["lost", "lost", "lost"]


async def test_a_holder_whose_work_is_long_beats_beside_it_and_is_left_alone(postgres: str) -> None:
    ours, theirs = Database.open(postgres), Database.open(postgres)
    async with lease(ours, "job") as held:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SILENCE + BEAT), lease(theirs, "job", poll=0.1):
                pass
        await held.check()
    async with lease(theirs, "job"):
        pass
    await ours.close()
    await theirs.close()
