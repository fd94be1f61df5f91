"""Handling events in a transaction: the batch, what it parks and what it releases commit together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from isopolity.contracts.event import Event
from isopolity.lineage import NoTracing, Tracing, handling
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import to_event
from isopolity.messaging.delivery import Delivery
from isopolity.messaging.errors import Awaiting, RetryableError
from isopolity.persistence.database import is_unavailable
from isopolity.persistence.unit_of_work import SqlUnitOfWork

UnitOfWorkT = TypeVar("UnitOfWorkT", bound=SqlUnitOfWork)
Handler = Callable[[Event[Any], UnitOfWorkT], Awaitable[None]]
"""Does one event's effect within the unit of work; raises Awaiting before it writes anything."""


class TransactionalProcessor(Generic[UnitOfWorkT]):
    """An EventProcessor that runs handlers, by event type, in one unit of work a batch."""

    def __init__(
        self,
        unit_of_work: Callable[[], UnitOfWorkT],
        handlers: Mapping[str, Handler[UnitOfWorkT]],
        tracing: Tracing | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._handlers = handlers
        self._tracing = tracing or NoTracing()

    @property
    def event_types(self) -> frozenset[str]:
        """The types that have a handler; others may be skipped."""
        return frozenset(self._handlers)

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        try:
            await self._process(deliveries)
        except Exception as error:
            if is_unavailable(error):
                raise RetryableError("the database is away or busy") from error
            raise

    async def _process(self, deliveries: Sequence[Delivery]) -> None:
        async with self._unit_of_work() as unit_of_work:
            for record, event in deliveries:
                await self._handle(record, event, unit_of_work)
            while released := await unit_of_work.parking.take_arrived():
                for record in released:
                    await self._handle(record, to_event(record), unit_of_work)
            await unit_of_work.commit()

    async def _handle(self, record: Record, event: Event[Any], unit_of_work: UnitOfWorkT) -> None:
        handler = self._handlers.get(event.envelope.type)
        if handler is None:
            return
        with handling(event.envelope, self._tracing):
            try:
                await handler(event, unit_of_work)
            except Awaiting as waiting:
                await unit_of_work.parking.park(record, waiting.awaited)
