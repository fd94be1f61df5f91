"""How many threads work at a time, and what they know of the thread that started them."""

import os

import pytest

from isopolity.matching.compiled import compiling, is_interpreting
from isopolity.matching.threads import ThreadPool, in_threads, processors


def test_a_process_that_is_held_to_some_processors_counts_only_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 8})
    assert processors() == 3


def test_where_no_process_is_held_to_some_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processors() == 7


@pytest.mark.parametrize("wanted", [False, True])
def test_work_in_threads_is_compiled_or_interpreted_as_in_the_thread_that_started_it(wanted: bool) -> None:
    seen = []
    with compiling(wanted):
        in_threads(lambda first, beyond: seen.append(is_interpreting()), 4, 1, threads=2)
        with ThreadPool(1) as pool:
            seen.append(pool.submit(is_interpreting).result())
    assert seen == [not wanted] * 5
