"""Gauges tell moments, and a running network shows everything that the alert rules and dashboards ask for."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import JsonValue

from deploy.generation.alerts import ALERTS
from isopolity.command.data_folder import NetworkKeys
from isopolity.command.hosting.network import Network, open_network
from isopolity.contracts.event_types import CANARY_SOUNDED, SERVICES
from isopolity.messaging.consuming.health import RunnerHealth, RunnerState
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.observability.metrics import ServiceMetrics
from isopolity.persistence.database import DatabaseUnavailable
from isopolity.persistence.unit_of_work import Storage
from isopolity.runtime.process import running
from isopolity.runtime.sampling import StreamSampler
from isopolity.runtime.upkeep import measure
from isopolity.web.operations.stream_samples import (
    STREAMS,
    GroupSample,
    GroupTopicSample,
    Sample,
    StreamsSample,
    keep_sample,
)
from isopolity.web.operations.vitals import ConsumerGroup, Vitals
from tests.support.polling import until
from tests.support.shared.migrated import filled_with_tables
from tests.support.shared.storage import NOW, TABLES, NoteUnitOfWork, Ticking, canary, open_storage

SOUNDED = NOW - timedelta(seconds=42)
WHEN_SOMETHING_WAITS = {
    "isopolity_outbox_oldest_timestamp_seconds",
    "isopolity_events_parked_oldest_timestamp_seconds",
    "isopolity_group_oldest_timestamp_seconds",
    "isopolity_dead_letters_waiting",
    "isopolity_dead_letter_members",
    "isopolity_mail_server_away_timestamp_seconds",
    "isopolity_mails_late_timestamp_seconds",
}
"""Metrics that a network without troubles does not export."""


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as opened:
        yield opened


@pytest.fixture
async def vitals(storage: Storage, tmp_path: Path) -> AsyncIterator[Vitals]:
    async def seen() -> datetime:
        return SOUNDED

    async with EmbeddedBroker.opened(tmp_path / "log.db") as broker:
        clock = Ticking(NOW + timedelta(seconds=7))
        database = storage.database
        yield Vitals(service="test", database=database, tables=TABLES, broker=broker, clock=clock, canary=seen)


def told(metrics: ServiceMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"isopolity_{name}", {"service": "test", **labels})


async def test_what_waits_is_told_by_moments(storage: Storage, vitals: Vitals) -> None:
    metrics = ServiceMetrics("test")
    await measure(vitals, metrics)
    assert told(metrics, "outbox_oldest_timestamp_seconds") is None
    async with NoteUnitOfWork(storage) as unit_of_work:
        unit_of_work.outbox.publish(CANARY_SOUNDED, canary(1))
        unit_of_work.outbox.publish(CANARY_SOUNDED, canary(2))
        await unit_of_work.commit()
    await measure(vitals, metrics)
    assert told(metrics, "outbox_depth") == 2
    assert told(metrics, "outbox_oldest_timestamp_seconds") == NOW.timestamp()
    assert told(metrics, "canary_timestamp_seconds") == SOUNDED.timestamp()
    assert told(metrics, "canary_returned_timestamp_seconds") is None
    assert told(metrics, "measured_timestamp_seconds") == NOW.timestamp() + 7
    assert told(metrics, "events_parked") == 0


async def test_what_was_sampled_is_told_until_it_is_over(vitals: Vitals) -> None:
    topic = GroupTopicSample(topic="t", records=3, more=False, oldest_at=SOUNDED, members=2, partitions=[])
    group = GroupSample(group="g", service="test", members_waiting=2, topics=[topic])
    counts: dict[str, JsonValue] = {"mails_unknown": 1, "mail_server_away_seconds": 30.5, "mails_late_seconds": 9}
    counts["strangers_share_sign-ins"] = 0.5
    dead, members = {"poison": 2}, {"poison": 1}
    full = StreamsSample(groups=[group], dead_letters=dead, dead_letter_members=members, problem="away").model_copy(
        update={"counts": counts, "counted_at": SOUNDED}
    )
    metrics = ServiceMetrics("test")
    for number, sample in enumerate((full, StreamsSample())):
        async with vitals.database.writing() as connection:
            at = NOW + timedelta(seconds=number)
            await keep_sample(connection, TABLES.samples, Sample(STREAMS, at, sample.model_dump(mode="json")))
            await connection.commit()
        await measure(vitals, metrics)
        assert told(metrics, "sampled_timestamp_seconds") == at.timestamp()
        assert told(metrics, "broker_answers") == number
        assert told(metrics, "group_waiting", group="g", topic="t") == (None if number else 3)
        assert told(metrics, "group_members_waiting", group="g") == (None if number else 2)
        assert told(metrics, "group_oldest_timestamp_seconds", group="g") == (None if number else SOUNDED.timestamp())
        assert told(metrics, "dead_letters_waiting", reason="poison") == (None if number else 2)
        assert told(metrics, "dead_letter_members", reason="poison") == (None if number else 1)
        assert told(metrics, "strangers_share", what="sign-ins") == (None if number else 0.5)
        counted = SOUNDED.timestamp()
        assert told(metrics, "mail_server_away_timestamp_seconds") == (None if number else counted - 30.5)
        assert told(metrics, "mails_late_timestamp_seconds") == (None if number else counted - 9)


async def test_a_process_tells_how_it_is_while_its_database_is_away(
    vitals: Vitals, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_arguments: object) -> None:
        raise DatabaseUnavailable

    paused = RunnerHealth(
        state=RunnerState.PAUSED,
        turning=True,
        reachable=True,
        assigned=frozenset(),
        joined=False,
        retrying={},
        hanging=frozenset(),
        dead_letters=0,
    )
    vitals = replace(vitals, groups=[ConsumerGroup(name="g", topics=["t"], health=lambda: paused)])
    metrics = ServiceMetrics("test")
    monkeypatch.setattr("isopolity.runtime.upkeep.outbox_backlog", away)
    with pytest.raises(DatabaseUnavailable):
        await measure(vitals, metrics)
    assert (told(metrics, "live"), told(metrics, "store_writable")) == (1, 1)
    assert told(metrics, "group_ready", group="g") == told(metrics, "group_paused", group="g") == 1
    assert told(metrics, "measured_timestamp_seconds") is None


async def test_a_running_network_shows_what_the_rules_ask_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISOPOLITY_SETTLE_SECONDS", "0.05")
    for name in (*SERVICES, "portal"):
        await filled_with_tables(f"sqlite+aiosqlite:///{tmp_path / name}.db", f"isopolity.{name}")
    opening = open_network(
        tmp_path,
        "http://network.example",
        NetworkKeys(registry=("k" * 32,), command="k" * 32),
        mail_box_key="m" * 32,
        demo=False,
    )
    async with opening as network, running(network.tasks):
        matching = network.services["matching"]

        async def has_canary_returned() -> bool:
            returned = matching.vitals.canary_returned
            return returned is not None and await returned() is not None

        await until(has_canary_returned, what="the canary came back")
        complete = b"isopolity_answers_complete_timestamp_seconds{"
        await until(lambda: complete in matching.metrics.text(), what="answers are complete")
        for service in network.services.values():
            await StreamSampler(vitals=service.vitals).sample()
            await measure(service.vitals, service.metrics)
        shown = await scraped(network)
    for alert in ALERTS:
        for name, matchers in re.findall(r"\b(isopolity_\w+)(?:\{(.*?)\})?", alert.expression):
            wanted = set(re.findall(r'(\w+="[^"]*")', matchers))
            found = [labels for labels in shown.get(name, []) if wanted <= labels]
            assert found or name in WHEN_SOMETHING_WAITS, (alert.name, name, matchers)


async def scraped(network: Network) -> dict[str, list[set[str]]]:
    """The labels of each series that the services show, by the metric."""
    shown: dict[str, list[set[str]]] = {}
    transport = httpx.ASGITransport(network.app, client=("127.0.0.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://isopolity:8000") as prometheus:
        for service in network.services:
            answer = await prometheus.get(f"/{service}/metrics")
            assert answer.status_code == 200
            for name, labels in re.findall(r"^(isopolity_\w+)\{(.*?)\} ", answer.text, re.MULTILINE):
                shown.setdefault(name, []).append(set(re.findall(r'(\w+="[^"]*")', labels)))
    return shown
