"""How many threads work at a time."""

import os

import pytest

from isopolity.matching.threads import processors


def test_a_process_that_is_held_to_some_processors_counts_only_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 8})
    assert processors() == 3


def test_where_no_process_is_held_to_some_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processors() == 7
