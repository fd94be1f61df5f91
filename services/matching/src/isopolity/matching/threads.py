"""Work on many rows in threads, for what lets go of the interpreter's lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def in_threads(
    work: Callable[[int, int], None],
    rows: int,
    rows_a_task: int,
    *,
    threads: int | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> None:
    """Call `work(first, beyond)` for pieces that make up `rows`, and tell how many rows are done.

    On all processors where the number of threads is not said; a single piece needs none.
    """
    starts = range(0, rows, rows_a_task)

    def piece(first: int) -> int:
        beyond = min(first + rows_a_task, rows)
        work(first, beyond)
        return beyond

    if len(starts) < 2:
        for first in starts:
            told(piece(first))
        return
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for done in pool.map(piece, starts):
            told(done)
