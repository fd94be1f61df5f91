"""`python -m benchmarks.services.watched SERVICE FILE`: a service as it is, and a task that notes how its loop turns.

The task sleeps `TICK` seconds again and again. After each sleep it notes the time (of the clock that all processes
share), how late it woke, and what the loop's thread and the whole process worked since it had gone to sleep; on a
signal all goes to the file, four doubles a tick. With BENCHMARKS_STACKS set to a folder, a thread also notes there
where the loop stood while it did not turn for long, and how long collections of garbage took; that disturbs what is
measured.
"""

import asyncio
import gc
import os
import sys
import traceback
from array import array
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from threading import Thread, current_thread, get_ident, main_thread
from time import clock_gettime, monotonic, process_time, pthread_getcpuclockid, sleep, thread_time
from typing import Any, Final

from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.observability.logs import configure_logging
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import run, serve_service
from isopolity.runtime.service import Service

TICK: Final = 0.002
STACKS: Final = "BENCHMARKS_STACKS"
_LONG: Final = 0.015
_DEPTH: Final = 14
_SERVICES: Final[Mapping[str, tuple[Callable[[], Any], Callable[[Any], AbstractAsyncContextManager[Service]]]]] = {
    "registry": (RegistrySettings, open_registry),
    "matching": (MatchingSettings, open_matching),
    "notify": (NotifySettings, open_notify),
}


@dataclass(frozen=True, slots=True)
class Tick:
    """One sleep of the task; seconds."""

    at: float
    late: float
    worked: float
    """Processor time of the loop's thread: no other process and no other thread counts."""
    process: float
    """Processor time of all threads of the service."""


def read_ticks(file: Path) -> list[Tick]:
    """The notes of a watched service."""
    numbers = array("d", file.read_bytes())
    return [Tick(*numbers[at : at + 4]) for at in range(0, len(numbers), 4)]


class Watcher:
    """Notes the ticks of the event loop that `run` runs in."""

    def __init__(self) -> None:
        self.numbers = array("d")
        self.thread = get_ident()
        self.worked = inf
        """Processor time of the loop's thread when it turned last; infinite before and after all ticks."""

    async def run(self) -> None:
        """Tick until cancelled."""
        try:
            await self._tick()
        finally:
            self.worked = inf

    async def _tick(self) -> None:
        while True:
            asleep, thread, process = monotonic(), thread_time(), process_time()
            self.worked = min(self.worked, thread)
            await asyncio.sleep(TICK)
            woke, self.worked = monotonic(), thread_time()
            late = max(0.0, woke - asleep - TICK)
            self.numbers.extend((woke, late, self.worked - thread, process_time() - process))


def main() -> None:
    """Serve until a signal, then write the ticks."""
    name, file = sys.argv[1], Path(sys.argv[2])
    read_settings, open_service = _SERVICES[name]
    settings, watcher = read_settings(), Watcher()
    configure_logging(settings.log_level, settings.log_format)
    stacks = defaultdict[float, list[str]](list)
    collections = dict[str, list[float]]()
    if os.environ.get(STACKS):
        Thread(target=_note_stacks, args=(watcher, stacks), daemon=True).start()
        gc.callbacks.append(_noted_collections(collections))
    try:
        run(serve_service(lambda given: _watched(open_service(given), watcher), settings))
    finally:
        file.write_bytes(watcher.numbers.tobytes())
        if stacks:
            garbage = (f"{len(spans)} {of}, ms: {_longest(spans)}" for of, spans in sorted(collections.items()))
            longest = [stack for _, at in sorted(stacks.items(), key=lambda entry: -len(entry[1]))[:5] for stack in at]
            together = Counter(stack for at in stacks.values() for stack in at).most_common(40)
            lines = (
                *garbage,
                *(f"{count} times\n{stack}" for stack, count in together),
                *(f"in the five longest: {count} times\n{stack}" for stack, count in Counter(longest).most_common(20)),
            )
            Path(os.environ[STACKS], f"{name}.txt").write_text("\n".join(lines))


@asynccontextmanager
async def _watched(opened: AbstractAsyncContextManager[Service], watcher: Watcher) -> AsyncIterator[Service]:
    async with opened as service:
        yield replace(service, tasks={**service.tasks, "watcher": watcher.run})


def _note_stacks(watcher: Watcher, stacks: defaultdict[float, list[str]]) -> None:
    """Where the loop's thread stands, once it has worked for long without a turn; by the time when it turned last."""
    while True:
        sleep(_LONG / 3)
        if clock_gettime(pthread_getcpuclockid(watcher.thread)) - watcher.worked > _LONG:
            frame = sys._current_frames()[watcher.thread]
            stacks[watcher.worked].append("".join(traceback.format_list(traceback.extract_stack(frame)[-_DEPTH:])))


def _noted_collections(spans: dict[str, list[float]]) -> Callable[[str, dict[str, int]], None]:
    """A callback of the garbage collector that notes processor time, by generation and thread."""
    started = 0.0

    def note(phase: str, info: dict[str, int]) -> None:
        nonlocal started
        if phase == "start":
            started = thread_time()
        else:
            where = "in the loop" if current_thread() is main_thread() else "in another thread"
            spans.setdefault(f"collections of generation {info['generation']} {where}", []).append(
                thread_time() - started
            )

    return note


def _longest(spans: list[float]) -> str:
    return ", ".join(f"{1e3 * span:.0f}" for span in sorted(spans, reverse=True)[:10])


if __name__ == "__main__":
    main()
