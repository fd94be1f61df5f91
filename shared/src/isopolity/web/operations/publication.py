"""Publishing for an operator: what the broker refuses becomes a problem that tells its reason."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from isopolity.messaging.broker import Producer
from isopolity.messaging.errors import BrokerRefused
from isopolity.web.operations.vitals import Vitals
from isopolity.web.problems import Problem


@asynccontextmanager
async def publishing(vitals: Vitals) -> AsyncIterator[Producer]:
    """A producer. Raises Problem for what the broker does not take."""
    try:
        async with vitals.broker.producer() as producer:
            yield producer
    except BrokerRefused as error:
        raise Problem(409, f"The broker does not take them: {error}.", code="refused") from error
