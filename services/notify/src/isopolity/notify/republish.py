"""Puts notify together for `isopolity republish`; no service runs for it."""

from isopolity.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.contracts.catalogue import CONTACT, DELIVERY, PROPOSAL, RESPONSE
from isopolity.contracts.notify import ResponseReceived
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.topic_reading import events_of, newest_events
from isopolity.notify.adapters.sql.republication import SOURCES
from isopolity.notify.adapters.sql.tables import MESSAGING
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.application.restoration import Known, take_in
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.republication import TakeIn
from isopolity.runtime.republish_order import Order, Report, republish
from isopolity.runtime.service import open_foundation


async def republish_notify(
    settings: NotifySettings,
    order: Order,
    *,
    broker: MessageBroker | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    ids: IdFactory = uuid7,
) -> Report:
    """Publish all that notify keeps again. Raises what `republish` does, and OwnedByAnother."""
    opening = open_foundation(
        settings, "notify", MESSAGING, settings.database_url, broker=broker, database=database, clock=clock, ids=ids
    )
    async with opening as foundation:

        async def learn() -> TakeIn[SqlNotifyUnitOfWork]:
            broker = foundation.broker
            responses = [event.data async for event in events_of(broker, RESPONSE.name)]
            known = Known(
                contacts=await newest_events(broker, CONTACT.name),
                proposals=await newest_events(broker, PROPOSAL.name),
                deliveries=await newest_events(broker, DELIVERY.name),
                answers=[data for data in responses if isinstance(data, ResponseReceived)],
            )
            return lambda uow, _step: take_in(known, uow, clock, ids)

        return await republish(foundation, lambda: SqlNotifyUnitOfWork(foundation.storage), SOURCES, learn, order)
