"""Both brokers keep every promise of MessageBroker."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings
from tests.support.messaging.broker_contract import CHECKS

Check = Callable[[MessageBroker], Awaitable[None]]


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MessageBroker]:
    if request.param == "kafka":
        yield KafkaBroker(KafkaSettings(bootstrap_servers=request.getfixturevalue("kafka")))
    else:
        async with EmbeddedBroker.opened(tmp_path / "log.db") as embedded:
            yield embedded


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_broker_keeps_its_promise(broker: MessageBroker, check: Check) -> None:
    await check(broker)
