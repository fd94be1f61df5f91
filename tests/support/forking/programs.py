"""A forked program with a pipe for each output, and the parts of `subprocess.Popen` that tests use."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self, TextIO

from tests.support.forking.server import FORKING

_STARTING: Final = Lock()
"""Held while forking, since multiprocessing is not safe with two threads."""


class ForkedProgram:
    """A program that runs `main` with these arguments in `folder`; kill it, or wait for its end."""

    def __init__(
        self, main: Callable[[], None], arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        (output, its_output), (errors, its_errors) = (FORKING.Pipe(duplex=False) for _ in range(2))
        self.args = ["isopolity", *arguments]
        self.stdout, self.stderr = _text(output), _text(errors)
        self._process = FORKING.Process(
            target=_run, args=(main, self.args, dict(environment), str(folder), its_output, its_errors), daemon=True
        )
        with _STARTING:
            self._process.start()
        its_output.close()
        its_errors.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Its remaining output and errors. Raises subprocess.TimeoutExpired; kill it then."""
        with ThreadPoolExecutor(2) as pool:
            read = [pool.submit(stream.read) for stream in (self.stdout, self.stderr) if not stream.closed]
            try:
                texts = [each.result(timeout) for each in read]
            except Late:
                self.kill()  # otherwise the reading never ends
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
        self.wait(timeout)
        self.stdout.close()
        self.stderr.close()
        output, errors = texts or ("", "")
        return output, errors

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stdout.close()
        self.stderr.close()
        self.wait()


def _text(pipe: Connection) -> TextIO:
    stream = os.fdopen(os.dup(pipe.fileno()), encoding="utf-8")
    pipe.close()
    return stream


def _run(
    main: Callable[[], None],
    arguments: list[str],
    environment: dict[str, str],
    folder: str,
    output: Connection,
    errors: Connection,
) -> None:
    """Become the program."""
    for pipe, number in ((output, 1), (errors, 2)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - it lives as long as the process
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, errors="backslashreplace")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = arguments
    main()
