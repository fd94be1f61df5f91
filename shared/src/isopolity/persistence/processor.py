"""Handling events in a transaction: a batch, the events that it parks and those that it releases commit together.

Invariant: a parked event that cannot be handled when it is released becomes a dead letter alone; the event that
released it does not.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import structlog

from isopolity.contracts.event import Event
from isopolity.identity.lineage import NoTracing, Tracing, handling
from isopolity.machine.turns import Turns
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import to_event
from isopolity.messaging.consuming.fates import Fates, ids_of, is_transient
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import Awaiting, HeldUp, PoisonMessage, RetryableError
from isopolity.persistence.health import QueryTooSlow, is_unavailable, surroundings_of
from isopolity.persistence.unit_of_work import SqlUnitOfWork

_log = structlog.get_logger(__name__)

UnitOfWorkT = TypeVar("UnitOfWorkT", bound=SqlUnitOfWork)
Handler = Callable[[Event[Any], UnitOfWorkT], Awaitable[None]]
"""Does one event's effect within the unit of work; raises Awaiting if a part must wait for another event."""

_EventId = bytes


class _ReleasedFailed(Exception):
    """A record that had been parked could not be handled."""

    def __init__(self, record: Record, cause: Exception) -> None:
        super().__init__()
        self.record = record
        self.cause = cause


class TransactionalProcessor(Generic[UnitOfWorkT]):
    """An EventProcessor that runs handlers, by event type, in one unit of work a batch."""

    def __init__(
        self,
        unit_of_work: Callable[[], UnitOfWorkT],
        handlers: Mapping[str, Handler[UnitOfWorkT]],
        tracing: Tracing | None = None,
        *,
        fates: Fates | None = None,
    ) -> None:
        """`fates` decides about a released event that fails; without it the batch fails."""
        self._unit_of_work = unit_of_work
        self._handlers = handlers
        self._tracing = tracing or NoTracing()
        self._fates = fates

    @property
    def event_types(self) -> frozenset[str]:
        """The types with a handler; events of other types may be skipped."""
        return frozenset(self._handlers)

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        try:
            await self._process(deliveries)
        except Exception as error:
            if (why := surroundings_of(error)) is not None:
                raise HeldUp(why.of(_place(error))) from error
            if isinstance(error, QueryTooSlow):
                raise HeldUp(str(error)) from error
            if is_unavailable(error):
                raise RetryableError("the database is away or busy") from error
            raise
        for _record, event in deliveries:
            _log_event("event_handled", event)

    async def _process(self, deliveries: Sequence[Delivery]) -> None:
        failures: Counter[_EventId] = Counter()
        given_up: dict[_EventId, DeadLetter] = {}
        while True:
            try:
                await self._transact(deliveries, given_up)
                break
            except _ReleasedFailed as failure:
                cause, event_id = failure.cause, _event_id(failure.record)
                failures[event_id] += 1
                if self._fates is None or is_transient(cause) or is_unavailable(cause) or surroundings_of(cause):
                    raise cause from None
                if self._fates.gives_up(cause, failures[event_id]):
                    given_up[event_id] = await self._given_up(self._fates, failure.record, cause)
        if self._fates is not None:
            for letter in given_up.values():
                self._fates.report(letter)

    async def _given_up(self, fates: Fates, record: Record, cause: Exception) -> DeadLetter:
        letter = fates.letter(record, cause)
        await fates.count(letter)
        if not isinstance(cause, PoisonMessage):
            _log.error("handler_failed", group=fates.group, origin=letter.identity, **ids_of(letter), exc_info=cause)
        return letter

    async def _transact(self, deliveries: Sequence[Delivery], given_up: Mapping[_EventId, DeadLetter]) -> None:
        async with self._unit_of_work() as uow:
            turns = Turns()
            for record, event in deliveries:
                await self._handle(record, event, uow)
                await turns.over()
            while released := await uow.parking.take_arrived():
                for record in released:
                    await self._handle_released(record, uow, given_up)
                    await turns.over()
            await uow.commit()

    async def _handle_released(self, record: Record, uow: UnitOfWorkT, given_up: Mapping[_EventId, DeadLetter]) -> None:
        letter = given_up.get(_event_id(record))
        if letter is not None and self._fates is not None:
            # through the outbox, so that it is published if and only if this transaction commits
            uow.outbox.forward(letter.to_message(self._fates.dead_letter_topic))
            return
        try:
            event = to_event(record)
            await self._handle(record, event, uow)
        except Exception as error:
            raise _ReleasedFailed(record, error) from error
        _log_event("event_released", event)

    async def _handle(self, record: Record, event: Event[Any], uow: UnitOfWorkT) -> None:
        handler = self._handlers.get(event.envelope.type)
        if handler is None:
            return
        with handling(event.envelope, self._tracing):
            try:
                await handler(event, uow)
            except Awaiting as waiting:
                await uow.parking.park(record, event.envelope.id, waiting.awaited)
                _log_event("event_parked", event, awaited=waiting.awaited)


def _place(error: Exception) -> str:
    """The store that refused: the name of a handler's file, or else the database."""
    return str(error.filename or "a file") if isinstance(error, OSError) else "the database"


def _event_id(record: Record) -> _EventId:
    """The id of the event; the record's place would not do, since a topic that is made anew uses places again."""
    return next((value for name, value in record.headers if name == "ce_id"), b"")


def _log_event(what: str, event: Event[Any], **more: str) -> None:
    envelope = event.envelope
    _log.info(
        what,
        event_type=envelope.type,
        subject=envelope.subject,
        event_id=envelope.id,
        correlation_id=envelope.lineage.correlation_id,
        causation_id=envelope.lineage.causation_id,
        **more,
    )
