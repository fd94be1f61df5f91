"""Each broker in turn, for checks that hold for both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.embedded.broker import EmbeddedBroker
from tests.support.messaging.faulty_kafka import patient_kafka


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MessageBroker]:
    if request.param == "kafka":
        yield patient_kafka(request.getfixturevalue("kafka"))
    else:
        async with EmbeddedBroker.opened(tmp_path / "log.db") as embedded:
            yield embedded
