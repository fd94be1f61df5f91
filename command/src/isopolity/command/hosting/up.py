"""`isopolity up`: claims the data folder and the port, runs the services until a signal, loads the demo network.

Invariant: nothing is opened before the folder is claimed, so that two processes never work on the same data. At any
end, the server stops first, then the tasks, and all have ended before the databases close.
"""

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

import uvicorn
from pydantic import ValidationError
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from isopolity.command.client import demo_network
from isopolity.command.client.credentials import longest_life, token_for
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result, View, cell, print_view, progress, table
from isopolity.command.data_folder import (
    DemoState,
    NetworkKeys,
    claimed,
    ensure_mail_box_key,
    ensure_network_keys,
    write_holder,
)
from isopolity.command.failure import ExitCode, Failure, Misuse
from isopolity.command.hosting.counts import Counts
from isopolity.command.hosting.history.chronicle import write_history
from isopolity.command.hosting.history.script import NAME as HISTORY
from isopolity.command.hosting.history.script import read_script
from isopolity.command.hosting.network import Network, open_network
from isopolity.configuration.setting_names import release_of, unknown_settings
from isopolity.configuration.settings import Settings
from isopolity.machine.clock import system_clock
from isopolity.machine.stores import OwnedByAnother, why_unwritable
from isopolity.messaging.errors import BrokerUnwritable, TopicMismatch
from isopolity.observability.logs import configure_logging
from isopolity.persistence.migrations import UnknownRevision
from isopolity.runtime import process
from isopolity.runtime.process import TaskDied, running, spare_collector
from isopolity.web.server import configuration

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The options of `isopolity up`."""

    data: Path
    port: int
    demo: bool
    once: bool
    deadline: float
    as_json: bool

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def run(plan: Plan) -> None:
    """Carry out `plan`. Raises Failure where it cannot be done, or where with `--once` the counts do not add up."""
    if problems := [problem for _, problem in unknown_settings(os.environ)]:
        raise Misuse(" ".join(problems))
    os.umask(0o077)  # the data folder has addresses: new files in it are for their owner only
    with claimed(plan.data, plan.url), _listening(plan) as listener:
        write_holder(plan.data, f"http://{HOST}:{listener.getsockname()[1]}")
        try:
            settings = Settings()
            log = LogFile(plan.data / "isopolity.log")
            configure_logging(settings.log_level, settings.log_format, log, release=str(release_of(settings.build)))
            process.run(_run(plan, listener))
        except KeyboardInterrupt:  # before anything was served
            _require_finished(plan, finished=False)
        except ValidationError as error:
            raise Misuse(process.settings_problem(error)) from None
        except (OwnedByAnother, TopicMismatch, UnknownRevision) as error:  # data or settings of others
            raise Failure(str(error)) from None
        except (BrokerUnwritable, DBAPIError) as error:
            why = why_unwritable(getattr(error, "orig", None) or error.__cause__)
            if why is None:
                raise
            raise Failure(f"{why.of(f'The data folder {plan.data}')}.") from None


async def _run(plan: Plan, listener: socket.socket) -> None:
    keys = ensure_network_keys(plan.data, longest_life())
    demo = DemoState(plan.data)
    if plan.demo:
        demo.claim_fresh_folder()
    mail_box_key = ensure_mail_box_key(plan.data)
    if demo.unwritten:
        await _write_history(plan, keys, demo)
    opening = open_network(plan.data, plan.url, keys, mail_box_key=mail_box_key, demo=demo.present, start=demo.start)
    async with opening as network:
        spare_collector()
        work = _work(plan, network, demo, listener.getsockname()[1], mail_box_key)
        finished = await serve(network, listener, work)
    _require_finished(plan, finished=finished)


async def _write_history(plan: Plan, keys: NetworkKeys, demo: DemoState) -> None:
    """Write the demo's history, if its files have one."""
    files = demo_network.demo_file
    file, start = files("cities").with_name(HISTORY), None
    if file.is_file():
        start = system_clock()
        with progress() as steps:
            script = read_script(file)
            await write_history(script, files, plan.data, plan.url, keys, start=start, progress=steps)
    demo.written(start)


def _require_finished(plan: Plan, *, finished: bool) -> None:
    if plan.once and not finished:
        raise Failure("Stopped before the work was done; start it again to go on.", ExitCode.INTERRUPTED)


async def _work(plan: Plan, network: Network, demo: DemoState, port: int, mail_box_key: str) -> None:
    if demo.unfinished:
        client = Client(f"http://{HOST}:{port}", token_for(("staff", "operator"), token=None, data=plan.data))
        with progress() as steps:
            await asyncio.to_thread(demo_network.load_demo, client, steps, demo.start)
        demo.finished()
    if not plan.once:
        print_view(render_welcome(await network.stores.counts(), plan, mail_box_key, demo=demo.present))
        await asyncio.Event().wait()
    counts = await network.stores.until_quiescent(plan.deadline)
    Result(counts.document(), render_counts(counts.document())).print(as_json=plan.as_json)
    contradictions = " ".join(counts.contradictions())
    if contradictions:
        raise Failure(f"The counts do not add up. {contradictions}")


@contextmanager
def _listening(plan: Plan) -> Iterator[socket.socket]:
    """A socket that listens on the plan's port; with `--once`, when no one visits, on any free port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, 0 if plan.once else plan.port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Failure(f"Port {plan.port} may not be opened; choose one above 1023 with --port.") from None
            raise Failure(f"Port {plan.port} is in use; stop what holds it, or choose another with --port.") from None
        listener.listen()
        yield listener


def render_welcome(counts: Counts, plan: Plan, key: str, *, demo: bool) -> View:
    """How many members, proposals and mails there are, and where to look; private pages open by the key."""
    for figure in counts.figures():
        yield Text(f"{figure.count:>7,}  {figure.name.lower():<13} {figure.detail}")
    yield from ("", f"Open {plan.url}/ in a browser: the network, as everybody sees it.")
    yield from ("", "For you alone, by links that hold a key:")
    if demo:
        yield "  look around as a coordinator, a foundation, staff or an operator:"
        yield Text(f"    {plan.url}/look-around?key={key}")
    yield "  the mails that went out, to read and to answer:"
    yield Text(f"    {plan.url}/mailbox?key={key}")
    yield from ("", Text(f"Ctrl-C stops it; what you did stays in {plan.data}."))


def render_counts(counts: Mapping[str, object]) -> View:
    """All counts in words."""
    yield table("what, count", ((name.replace("_", " "), _in_words(value)) for name, value in counts.items()))


def _in_words(value: object) -> str:
    if isinstance(value, Mapping):
        nested = any(isinstance(entry, Mapping) for entry in value.values())
        entries = [
            f"{name}: {_in_words(entry)}" if isinstance(entry, Mapping) else f"{entry:,} {name}"
            for name, entry in value.items()
            if entry
        ]
        return ("; " if nested else ", ").join(entries) or "none"
    if isinstance(value, list):
        return "\n".join(value) or "none"
    return f"{value:,}" if type(value) is int else cell(value)


class _Server(uvicorn.Server):
    """A server that leaves signals to `serve`, which stops the services too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(network: Network, listener: socket.socket, work: Coroutine[None, None, None]) -> bool:
    """Serve until `work` ends or a signal cancels it; returns whether it ended. Raises Failure if a task dies."""
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


async def _first_of(working: asyncio.Task[None], *others: asyncio.Task[object]) -> None:
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


class LogFile(RotatingFileHandler):
    """A stream of whole lines. Lines that cannot be written, for a full disk, go to standard error."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, maxBytes=10_000_000, backupCount=2, encoding="utf-8")

    def write(self, text: str) -> None:
        """Append one line, or several that stay in one file."""
        if line := text.rstrip("\n"):
            self.handle(logging.makeLogRecord({"msg": line}))

    def flush(self) -> None:
        """Write buffered lines; if that fails, up to 8 kB stay in the buffer."""
        with suppress(OSError):
            super().flush()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - named by the standard library
        with suppress(OSError):  # there is nowhere to report it: the work goes on
            sys.stderr.write(f"{record.getMessage()}\n")
