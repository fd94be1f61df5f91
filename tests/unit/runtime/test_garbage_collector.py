import gc
from collections.abc import Iterator

import pytest

from isopolity.runtime.process import spare_collector


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
