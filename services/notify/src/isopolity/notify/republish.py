"""Puts notify together for `isopolity republish`; no service runs for it."""

from typing import Final

from isopolity.contracts.catalogue import CONTACT, DELIVERY, PROPOSAL, RESPONSE
from isopolity.contracts.notify import ResponseReceived
from isopolity.messaging.topic_reading import events_of, newest_events
from isopolity.notify.adapters.sql.republication import SOURCES
from isopolity.notify.adapters.sql.tables import MESSAGING
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.application.restoration import Known, take_in
from isopolity.persistence.republication import TakeIn
from isopolity.runtime.republish_order import Republisher
from isopolity.runtime.service import Foundation


async def _learn(foundation: Foundation) -> TakeIn[SqlNotifyUnitOfWork]:
    broker = foundation.broker
    responses = [event.data async for event in events_of(broker, RESPONSE.name)]
    known = Known(
        contacts=await newest_events(broker, CONTACT.name),
        proposals=await newest_events(broker, PROPOSAL.name),
        deliveries=await newest_events(broker, DELIVERY.name),
        answers=[data for data in responses if isinstance(data, ResponseReceived)],
    )
    return lambda uow, _step: take_in(known, uow, foundation.clock, foundation.ids)


republish_notify: Final = Republisher(
    service="notify",
    tables=MESSAGING,
    sources=SOURCES,
    unit_of_work=lambda foundation: SqlNotifyUnitOfWork(foundation.storage),
    learn=_learn,
)
"""Publishes all that notify keeps again."""
