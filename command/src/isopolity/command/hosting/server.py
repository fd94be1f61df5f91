"""The services' tasks and the HTTP server, run side by side until a signal, a failure, or the end of the work.

Invariant: however they end, the server stops first, then the tasks, and all are awaited before the databases close.
"""

import asyncio
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from isopolity.command.failure import ExitCode, Failure
from isopolity.command.hosting.network import Network
from isopolity.runtime.process import TaskDied, running
from isopolity.web.server import configuration


class _Server(uvicorn.Server):
    """A server that leaves signals to `serve`, which stops the services too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(network: Network, listener: socket.socket, work: Coroutine[Any, Any, None]) -> bool:
    """Serve `network` until `work` ends, or until SIGINT or SIGTERM cancels it; returns whether `work` ended by itself.

    Raises what `work` raises, and Failure when a task of a service dies.
    """
    working = asyncio.create_task(work)
    try:
        async with running(network.tasks) as died:
            server = _Server(configuration(network.app, graceful=3))
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                await _first_of(working, asyncio.create_task(_signalled()), asyncio.create_task(died.wait()))
            finally:
                server.should_exit = True
                await asyncio.wait([serving])
    except TaskDied as death:
        sentence = f"Isopolity stopped, because {death} ({death.__cause__}); the log in the data folder says more."
        raise Failure(sentence, ExitCode.BUG) from death
    return not working.cancelled()


async def _first_of(working: asyncio.Task[None], *others: asyncio.Task[Any]) -> None:
    """Wait for the first to end; the others are cancelled. Raises what `working` raises."""
    await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
    for task in (working, *others):
        task.cancel()
    await asyncio.wait([working, *others])
    if not working.cancelled():
        working.result()


async def _signalled() -> None:
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, event.set)
    await event.wait()
