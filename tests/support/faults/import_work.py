"""Registry's work on imports in a child process, on a database that can kill it."""

import asyncio
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.support.faults.boundaries import KillSwitch
from tests.support.faults.children import settle_in
from tests.support.forking.server import FORKING


async def work_in_a_child(url: str, folder: Path) -> int | None:
    """Do all open work on imports in a process of its own; returns its exit code.

    `folder` is that of its kill switch, of its broker and of its log.
    """
    process: BaseProcess = FORKING.Process(target=_work, args=(url, str(folder)))
    process.start()
    await asyncio.to_thread(process.join)
    return process.exitcode


def _work(url: str, folder: str) -> None:
    settle_in({}, f"{folder}/child.log")
    asyncio.run(_work_once(url, Path(folder)))


async def _work_once(url: str, folder: Path) -> None:
    from isopolity.machine.clock import uuid7
    from isopolity.messaging.embedded.broker import EmbeddedBroker
    from isopolity.registry.bootstrap import open_registry
    from tests.support.faults.killing_ports import KillingDatabase
    from tests.support.registry.service import SETTINGS

    database = KillingDatabase.open(url)
    database.service, database.switch = "registry", KillSwitch(folder)
    try:
        async with (
            EmbeddedBroker.opened(folder / "child.db") as broker,
            open_registry(SETTINGS, broker=broker, database=database, ids=uuid7) as service,
        ):
            await service.app.state.registry.imports.work()
    finally:
        await database.close()
