"""`isopolity up` on the demo network loaded before: from the command to the line that says where to look."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil

from benchmarks.measuring import Cost
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings

_SAID = "Ctrl-C"
"""Stands in the last line that it says when it is ready."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """A first start loads; those after it are measured."""
    with TemporaryDirectory() as folder:
        await asyncio.to_thread(_start, Path(folder))
        costs = [await asyncio.to_thread(_start, Path(folder)) for _ in range(here.rounds())]
    return [
        Row(
            what="start of all services on kept data",
            size="demo network, 465 cities",
            unit="s",
            ours=median(cost.clock for cost in costs),
            target=Target(of="figure", sense="≤", value=3),
            note=f"{median(cost.work for cost in costs):.1f} s of processor time",
            samples={"seconds": [cost.clock for cost in costs]},
        )
    ]


def _start(folder: Path) -> Cost:
    """The cost of a start; the process is stopped again."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISOPOLITY_")}
    command = [sys.executable, "-m", "isopolity.command", "up", "--data", str(folder / "data"), "--port", "8123"]
    started = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - ours
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            if not any(_SAID in line for line in process.stdout):
                raise SystemExit(f"isopolity up ended with {process.wait()} before it was ready.")
            clock, used = perf_counter() - started, psutil.Process(process.pid).cpu_times()
            return Cost(clock, used.user + used.system)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
