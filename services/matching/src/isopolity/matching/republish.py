"""Puts matching together for `isopolity republish`; no service runs for it."""

from typing import Final

from isopolity.contracts.catalogue import DELIVERY, PARTNERSHIP, PROPOSAL, RESPONSE
from isopolity.contracts.notify import ResponseReceived
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.republication import SOURCES
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.workflows.restoration import Known, take_in
from isopolity.messaging.topic_reading import events_of, newest_events
from isopolity.persistence.republication import TakeIn
from isopolity.runtime.republish_order import Republisher
from isopolity.runtime.service import Foundation


async def _learn(foundation: Foundation) -> TakeIn[SqlMatchingUnitOfWork]:
    broker = foundation.broker
    responses = [event.data async for event in events_of(broker, RESPONSE.name)]
    known = Known(
        proposals=await newest_events(broker, PROPOSAL.name),
        partnerships=await newest_events(broker, PARTNERSHIP.name),
        deliveries=await newest_events(broker, DELIVERY.name),
        answers=[data for data in responses if isinstance(data, ResponseReceived)],
    )
    return lambda uow, _step: take_in(known, uow, foundation.clock, foundation.ids)


republish_matching: Final = Republisher(
    service="matching",
    tables=tables.messaging,
    sources=SOURCES,
    unit_of_work=lambda foundation: SqlMatchingUnitOfWork(foundation.storage),
    learn=_learn,
)
"""Publishes all that matching keeps again."""
