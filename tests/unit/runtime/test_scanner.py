"""Records that a scan wrote stay valid however its process ended; the queue of scans is bounded."""

import gc
import json
from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import pytest

from isopolity.machine.child_process import Ending
from isopolity.machine.limits import Exit
from isopolity.messaging.scanning.query import Query
from isopolity.runtime.process import spare_collector
from isopolity.runtime.scanner import ChildScanner, scanned
from isopolity.web.operations.vitals import ScansBusy

RECORD: dict[str, Any] = {
    "topic": "isopolity.registry.city", "partition": 0, "offset": 3, "at": "2026-11-27T08:00:00Z", "type": None,
    "fits": False, "key": None, "headers": {}, "hidden_headers": 0, "trace_id": None, "data": None, "text": None,
    "is_cut": False, "is_text": True, "is_tombstone": False, "unknown_fields": 0, "kilobytes": 1, "members": [],
}  # fmt: skip


def lines(*told: Any, cut: bytes = b"") -> BytesIO:
    return BytesIO(b"".join(json.dumps(each).encode() + b"\n" for each in told) + cut)


@pytest.mark.parametrize(
    ("ending", "stopped"),
    [
        (Ending(code=-9, words="", is_late=True), "seconds"),
        (Ending(code=Exit.TOO_LARGE, words="", is_late=False), "memory"),
        (Ending(code=Exit.REFUSED, words="there is no log", is_late=False), "broker"),
        (Ending(code=Exit.BROKEN, words="KeyError", is_late=False), "broken"),
        (Ending(code=-11, words="", is_late=False), "broken"),
    ],
    ids=["late", "memory", "broker", "broken", "killed"],
)
def test_what_was_told_before_a_process_ended_stands(ending: Ending, stopped: str) -> None:
    told = lines({"record": RECORD}, {"account": {"read": 7}}, {"record": RECORD}, cut=b'{"record": {"to')
    found = scanned(told, ending)
    assert (len(found.records), found.account.read, found.account.stopped) == (2, 7, stopped)


def test_the_last_account_is_that_of_the_whole() -> None:
    ending = Ending(code=Exit.DONE, words="", is_late=False)
    found = scanned(lines({"account": {"read": 7}}, {"account": {"read": 9, "stopped": "found"}}), ending)
    assert (found.account.read, found.account.stopped) == (9, "found")


async def test_a_scan_for_which_too_many_wait_is_refused() -> None:
    scanner = ChildScanner(broker=cast("Any", SimpleNamespace()), database=cast("Any", SimpleNamespace()), waiting=5)
    with pytest.raises(ScansBusy):
        await scanner.scan(Query(topics=("isopolity.registry.city",)))


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    threshold, callbacks = gc.get_threshold(), list(gc.callbacks)
    gc.freeze()  # what other tests have loaded takes the collector a second
    yield
    gc.set_threshold(*threshold)
    gc.callbacks[:] = callbacks


def test_what_is_loaded_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    loaded = [[number] for number in range(30_000)]
    spare_collector()
    assert gc.get_freeze_count() - before >= len(loaded)


def test_a_batch_of_events_sets_off_no_full_collection() -> None:
    spare_collector()
    before = gc.get_stats()[2]["collections"]
    batch = [[number] for number in range(30_000)]
    assert gc.get_stats()[2]["collections"] == before
    assert len(batch) == 30_000


def test_what_lives_through_a_full_collection_is_not_looked_at_again() -> None:
    spare_collector()
    network = [[number] for number in range(30_000)]
    gc.collect()
    assert len(gc.get_objects()) < len(network)


def test_cycles_are_still_collected() -> None:
    spare_collector()
    before = gc.get_stats()[0]["collected"]
    for _ in range(60_000):
        cycle: list[object] = []
        cycle.append(cycle)
    assert gc.get_stats()[0]["collected"] > before
