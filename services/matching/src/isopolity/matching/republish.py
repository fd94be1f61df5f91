"""Wires `isopolity republish` for matching: sources, restoration, and the transaction; no service runs for it."""

from isopolity.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.contracts.catalogue import DELIVERY, PARTNERSHIP, PROPOSAL, RESPONSE
from isopolity.contracts.notify import ResponseReceived
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.republishing import SOURCES
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.workflows.restoration import Known, take_in
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.topic_reading import events_of, newest_events
from isopolity.persistence.database import Database
from isopolity.persistence.republishing import TakeIn
from isopolity.runtime.republication import Order, Report, republish
from isopolity.runtime.service import open_foundation


async def republish_matching(
    settings: MatchingSettings,
    order: Order,
    *,
    broker: MessageBroker | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    ids: IdFactory = uuid7,
) -> Report:
    """Publish all that matching keeps again. Raises what `republish` does, and OwnedByAnother."""
    opening = open_foundation(
        settings,
        "matching",
        tables.messaging,
        settings.database_url,
        broker=broker,
        database=database,
        clock=clock,
        ids=ids,
    )
    async with opening as foundation:

        async def learn() -> TakeIn[SqlMatchingUnitOfWork]:
            broker = foundation.broker
            responses = [event.data async for event in events_of(broker, RESPONSE.name)]
            known = Known(
                proposals=await newest_events(broker, PROPOSAL.name),
                partnerships=await newest_events(broker, PARTNERSHIP.name),
                deliveries=await newest_events(broker, DELIVERY.name),
                answers=[data for data in responses if isinstance(data, ResponseReceived)],
            )
            return lambda uow, _step: take_in(known, uow, clock, ids)

        return await republish(foundation, lambda: SqlMatchingUnitOfWork(foundation.storage), SOURCES, learn, order)
