"""Work on many rows in threads, for functions that release the lock of the interpreter."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


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
    with ThreadPoolExecutor(threads or processors()) as pool:
        for done in pool.map(piece, starts):
            report(done)
