"""`isopolity up` and other commands as child processes, for tests.

They are forked from a server that has imported everything; those with `AS_USERS_DO` start as users start them.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests.support.forking.programs import ForkedProgram
from tests.support.servers.ports import free_port

ROOT = Path(__file__).parents[3]
Program = subprocess.Popen[str] | ForkedProgram
AS_USERS_DO: Final[dict[str, Any]] = {"ISOPOLITY_TEST_START": "as users do"}
"""Add it to the environment of tests of the start itself."""


def _main() -> None:
    from isopolity.command.main import app

    app(prog_name="isopolity")


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment with these settings and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ISOPOLITY_")}
    return {**clean, **extra}


def isopolity(*arguments: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    with started(*arguments, **environment) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        finally:
            process.kill()
    assert process.returncode is not None
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def started(*arguments: str, **environment: str) -> Program:
    """Start one command. ISOPOLITY_TEST_DEMO names a folder with the files of another demo network."""
    from tests.support.hosting import small_demo  # the small demo starts commands by this module

    is_small = small_demo.VARIABLE in environment
    if not AS_USERS_DO.items() <= environment.items():
        main = small_demo.main if is_small else _main
        return ForkedProgram(main, arguments, _environment(environment), ROOT)
    return subprocess.Popen(
        [sys.executable, "-m", small_demo.__name__ if is_small else "isopolity.command", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=_environment(environment),
    )


@dataclass(frozen=True, slots=True)
class Running:
    """An `isopolity up` that answers."""

    process: Program
    url: str
    data: Path
    welcome: str
    """Its output up to the end of the welcome."""

    def link(self, place: str) -> str:
        """The link to `place` that it printed."""
        found = re.search(rf"http://\S+/{place}\?key=\S+", self.welcome)
        assert found is not None, self.welcome
        return found[0]

    def mail_box(self, query: str = "") -> str:
        """The address of the mail box with the key that opens it."""
        key = (self.data / "mailbox.key").read_text(encoding="ascii").strip()
        return f"{self.url}/mailbox?key={key}{query and '&'}{query}"

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send the signal; returns its exit code and its stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=120)
        return self.process.wait(), errors


@contextmanager
def up(data: Path, *arguments: str, port: int | None = None, **environment: str) -> Iterator[Running]:
    """Start it and wait for its welcome; it is killed at the end if it still runs."""
    port = port or free_port()
    process = started("up", "--data", str(data), "--port", str(port), *arguments, **environment)
    try:
        welcome = _welcome(process)
        yield Running(process, f"http://127.0.0.1:{port}", data, welcome)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _welcome(process: Program) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if re.search("Ctrl-C", line):
            return "".join(lines)
    _, errors = process.communicate()
    raise AssertionError(f"isopolity ended with {process.returncode}: {errors}")


def wait_until_listening(url: str, process: Program, deadline: float = 60) -> None:
    """Return once `url` answers at all."""
    end = time.monotonic() + deadline
    with httpx.Client(timeout=1) as client:
        while time.monotonic() < end and process.poll() is None:
            try:
                client.get(url)
            except httpx.TransportError:
                time.sleep(0.01)
                continue
            return
    raise AssertionError(f"nothing answers at {url}")
