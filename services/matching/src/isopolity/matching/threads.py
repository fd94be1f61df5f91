"""Work in threads, for functions that release the lock of the interpreter.

Invariant: work in a thread runs in the context of its caller, so that its kernels are compiled or interpreted as there.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class ThreadPool(ThreadPoolExecutor):
    """A pool of threads in which each task has a copy of the context in which it was submitted."""

    def submit(
        self, fn: Callable[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Future[_Result]:
        context = copy_context()
        return super().submit(lambda: context.run(fn, *args, **kwargs))


def processors() -> int:
    """The number of processors that this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):  # not every operating system can restrict a process to some
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(
    work: Callable[[int, int], None],
    rows: int,
    rows_a_task: int,
    *,
    threads: int | None = None,
    report: Callable[[int], None] = lambda done: None,
) -> None:
    """Call `work(first, beyond)` for pieces of `rows_a_task` rows; `report` is called with the number of rows done.

    None `threads` means one for each processor; a single piece runs in the calling thread.
    """
    starts = range(0, rows, rows_a_task)

    def piece(first: int) -> int:
        beyond = min(first + rows_a_task, rows)
        work(first, beyond)
        return beyond

    if len(starts) < 2:
        for first in starts:
            report(piece(first))
        return
    with ThreadPool(threads or processors()) as pool:
        for done in pool.map(piece, starts):
            report(done)
