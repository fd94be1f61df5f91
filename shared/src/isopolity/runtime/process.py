"""A service as a process: `python -m isopolity.<service> serve` and `… migrate`.

Invariant: a task that dies ends the process with an exit code and one line that says which; a signal ends it in order:
no new requests, work in flight finished, connections closed.

A process that streams sets Python's garbage collector so that long-lived objects are walked once at most. A batch of
decoded events is some thirty thousand young objects. With the collector's defaults each batch sets off full collections
that walk every module loaded, which doubles the cost of a message (`benchmarks/`, consumer_runner). A network of 50,000
members is millions of objects: walking them holds up the event loop for half a second.
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import FrameType
from typing import Any, Final, TypeVar

import structlog
import uvicorn
from pydantic import ValidationError
from starlette.types import ASGIApp

from isopolity.configuration.setting_names import release_line, release_of, unknown_settings
from isopolity.configuration.settings import Settings
from isopolity.contracts.validation_sentences import sentence
from isopolity.machine.stores import OwnedByAnother
from isopolity.messaging.errors import BrokerRefused
from isopolity.messaging.kafka.settings import KafkaSecurity
from isopolity.observability.logs import configure_logging
from isopolity.persistence.database import is_unavailable
from isopolity.persistence.migrations import UnknownRevision, upgrade
from isopolity.runtime.connections import open_database
from isopolity.runtime.service import Service, Task
from isopolity.web.server import configuration

_log = structlog.get_logger(__name__)
SettingsT = TypeVar("SettingsT", bound=Settings)
OpenService = Callable[[SettingsT], AbstractAsyncContextManager[Service]]


class WrongSettings(Exception):
    """Settings cannot be used; the message has a sentence for each."""


class TaskDied(Exception):
    """A long-running task ended with an error, so the process must end too."""


def main(package: str, settings_type: type[SettingsT], open_service: OpenService[SettingsT]) -> int:
    """Run the command of a service's `__main__`, `serve` or `migrate`; returns the exit code."""
    description = (sys.modules[package].__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=description)
    parser.add_argument("--version", action="version", version=release_line(package.replace(".", "-")))
    parser.add_argument("command", choices=["serve", "migrate"], help="serve HTTP and events; or bring the database up")
    command = parser.parse_args().command
    try:
        settings = read_settings(settings_type)
    except WrongSettings as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if command == "serve" and settings.missing_keys is not None:
        sys.stderr.write(f"{settings.missing_keys}\n")
        return 2
    configure_logging(settings.log_level, settings.log_format, release=str(release_of(settings.build)))
    for name, problem in unknown_settings(os.environ):  # a platform may set variables with this prefix for itself
        _log.warning("setting_unknown", name=name, problem=problem)
    work = serve_service(open_service, settings) if command == "serve" else _migrate(settings, package)
    try:
        run(work)
    except TaskDied:  # logged where it died
        return 1
    except Exception as error:  # noqa: BLE001 - the process's entry point
        known = is_unavailable(error) or isinstance(error, OwnedByAnother | BrokerRefused | UnknownRevision)
        bug = None if known else error
        words = str(error) or type(error).__name__
        _log.critical("process_failed", package=package, command=command, error=words, exc_info=bug)
        return 1
    return 0


def read_settings(settings_type: type[SettingsT]) -> SettingsT:
    """The settings in the environment; Kafka's are checked too. Raises WrongSettings."""
    prefix = "ISOPOLITY_"
    try:
        settings = settings_type()
        if not settings.embedded:
            prefix = "ISOPOLITY_KAFKA_"
            KafkaSecurity()
    except ValidationError as error:
        raise WrongSettings(settings_problem(error, prefix)) from None
    return settings


def settings_problem(error: ValidationError, prefix: str = "ISOPOLITY_") -> str:
    """A sentence for each wrong setting, without its value."""
    problems = error.errors(include_input=False, include_url=False)
    return "\n".join(_sentence(prefix, problem["loc"], sentence(problem)) for problem in problems)


def _sentence(prefix: str, location: tuple[int | str, ...], words: str) -> str:
    name = "_".join(map(str, location)).upper().removeprefix(prefix)
    words = words.rstrip(".")
    return f"Correct {prefix}{name}: {words}." if name else f"Correct the settings: {words}."


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(work)


async def serve_service(open_service: OpenService[SettingsT], settings: SettingsT) -> None:
    """Open the service, run its tasks and serve it until a signal. Raises TaskDied."""
    async with open_service(settings) as service, running(service.tasks) as died:
        spare_collector()
        _log.info("service_started", service=service.name, host=settings.host, port=settings.port)
        await serve(service.app, host=settings.host, port=settings.port, stop=died, trusted_proxies=settings.proxies)
    _log.info("service_stopped", service=service.name)


@asynccontextmanager
async def running(tasks: Mapping[str, Task]) -> AsyncIterator[asyncio.Event]:
    """Run `tasks` inside the block, and cancel and await them at its end.

    Yields an event that is set when a task died; leaving the block then raises TaskDied.
    """
    died = asyncio.Event()
    deaths: list[tuple[str, BaseException]] = []

    async def watched(name: str, task: Task) -> None:
        try:
            await task()
        except Exception as error:  # noqa: BLE001 - the task's entry point
            _log.critical("task_died", task=name, exc_info=error)
            deaths.append((name, error))
            died.set()

    started = [asyncio.create_task(watched(name, task), name=name) for name, task in tasks.items()]
    try:
        yield died
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)
    if deaths:
        raise TaskDied(f"the task {deaths[0][0]} died") from deaths[0][1]


async def serve(
    app: ASGIApp, *, host: str, port: int, stop: asyncio.Event, trusted_proxies: Sequence[str] = ()
) -> None:
    """Serve HTTP until SIGTERM, SIGINT or `stop`; requests in flight are finished."""
    server = _Server(configuration(app, host=host, port=port, trusted_proxies=trusted_proxies))
    stopping = asyncio.create_task(_stop_when(server, stop))
    try:
        await server.serve()
    finally:
        stopping.cancel()


class _Server(uvicorn.Server):
    """A server that does not raise the signal again after it has stopped, so that the process can close the rest."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


async def _stop_when(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True


async def _migrate(settings: Settings, package: str) -> None:
    async with open_database(settings, settings.database_url, owner=True) as database:
        await upgrade(database, package)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not on Windows
        return None
    return uvloop.new_event_loop


_YOUNG_OBJECTS: Final = 4_000
"""New objects before a collection of young objects, so that none takes more than some milliseconds."""
_YOUNG_COLLECTIONS: Final = 2
"""Collections of young objects before a collection of the survivors."""
_MIDDLE_COLLECTIONS: Final = 6_250
"""Collections of survivors before a full one: fifty million new objects."""


def spare_collector() -> None:
    """Make all present objects permanent, and collections rarer; call it when everything is loaded.

    Objects that survive a later full collection become permanent too. Only garbage in cycles among such objects is
    never freed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, _YOUNG_COLLECTIONS, _MIDDLE_COLLECTIONS)
    if _freeze_survivors not in gc.callbacks:
        gc.callbacks.append(_freeze_survivors)


def _freeze_survivors(phase: str, info: dict[str, int]) -> None:
    """Make the survivors of a full collection permanent."""
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
