"""While the graph reader is not connected nobody knows how far behind the network is, and the service is not ready."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from isopolity.matching.adapters.graph_reader import GraphReader
from isopolity.messaging.broker import Reader, Record
from isopolity.messaging.errors import BrokerUnavailable
from tests.support.events.golden_examples import example
from tests.support.matching.service import Network, TestClock, complementary, embedded, matching
from tests.support.polling import until


class CutBroker:
    """Everything as `inner` does it; no reader is opened, and those that are open end, while the broker is cut."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.is_cut = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def reader(self, topics: Any) -> AsyncIterator[Reader]:
        self.must_be_there()
        async with self._inner.reader(topics) as reader:
            yield _CutReader(self, reader)

    def must_be_there(self) -> None:
        if self.is_cut:
            raise BrokerUnavailable("cut by the test")


class _CutReader:
    def __init__(self, broker: CutBroker, inner: Reader) -> None:
        self._broker = broker
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def fetch(self, *, limit: int, timeout: float) -> Any:
        self._broker.must_be_there()
        return await self._inner.fetch(limit=limit, timeout=min(timeout, 0.05))

    async def end_offsets(self) -> Any:
        self._broker.must_be_there()
        return await self._inner.end_offsets()


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    async with embedded(tmp_path, TestClock()) as opened:
        yield opened


async def test_a_graph_reader_that_is_cut_off_is_not_ready_and_its_lag_is_not_nought(
    network: Network, tmp_path: Path
) -> None:
    broker = CutBroker(network.broker)
    cut: Any = Network(broker, network.clock)
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    async with matching(cut, tmp_path, TestClock(), graph_patience_seconds=0.1) as service:
        await service.knows(members_city=2, graph_lag=0)
        broker.is_cut = True

        async def is_told() -> bool:
            ready = await service.client.get("/matching/health/ready")
            return ready.status_code == 503 and "the graph reader" in ready.text

        await until(is_told, what="it says that it is not ready")
        assert (await service.status())["graph_lag"] is None
        assert (await service.post("/rounds")).status_code == 503
        broker.is_cut = False

        async def is_back() -> bool:
            return (await service.client.get("/matching/health/ready")).status_code == 200

        await until(is_back, what="it is ready again")
        await service.knows(graph_lag=0)


@pytest.mark.parametrize("kind", ["city", "partner"])
async def test_a_change_that_others_do_not_see_leaves_a_profile_as_fresh_as_it_was(network: Network, kind: str) -> None:
    reader = GraphReader(network.broker)
    told = example(f"isopolity.registry.{kind}.endorsed.v1")
    member_id, day = told.data[f"{kind}_id"], date(2020, 1, 2)
    for version, changed_on in enumerate((None, day.isoformat()), told.data["version"]):
        state = json.dumps(told.data | {"version": version, "changed_on": changed_on}).encode()
        reader.apply(Record(told.topic, 0, version, 0, told.key, state, told.raw_headers))
    node = reader.network.graph.nodes[member_id]
    assert node["told_on"] == day


async def test_a_partnership_is_a_tie_until_it_ends_and_a_public_one_while_both_show_it(network: Network) -> None:
    reader = GraphReader(network.broker)
    told = example("isopolity.matching.partnership.established.v1")
    for side in told.data["sides"]:
        reader.network.put_member("city", side["member_id"], 1, "endorsed", b"")
    steps = [("exploratory", ["a"], 0, 1), ("dormant", ["a", "b"], 1, 0), ("dormant", [], 0, 1), ("ended", [], 0, 0)]
    for version, (stage, shown_by, public, apart) in enumerate(steps, 1):
        state = json.dumps(told.data | {"version": version, "stage": stage, "shown_by": shown_by}).encode()
        reader.apply(Record(told.topic, 0, version, 0, told.key, state, told.raw_headers))
        assert (reader.network.graph.number_of_edges(), reader.network.apart.number_of_edges()) == (public, apart)
