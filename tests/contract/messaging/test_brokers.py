"""Both brokers keep every promise of MessageBroker."""

from collections.abc import Awaitable, Callable

import pytest

from isopolity.messaging.broker import MessageBroker
from tests.support.messaging.broker_contract import CHECKS

Check = Callable[[MessageBroker], Awaitable[None]]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_broker_keeps_its_promise(broker: MessageBroker, check: Check) -> None:
    await check(broker)
