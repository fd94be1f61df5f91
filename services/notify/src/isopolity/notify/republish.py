"""Composition of notify for `isopolity republish`, with the tables whose rows are published again; no service runs."""

from typing import Final

from isopolity.contracts.catalogue import CITY, CONTACT, DELIVERY, INTEREST, PARTNER, PARTNERSHIP, PROPOSAL, RESPONSE
from isopolity.contracts.notify import ResponseReceived
from isopolity.messaging.topic_reader import events_of, newest_events
from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.mails import to_mail
from isopolity.notify.adapters.sql.proposals import to_answer
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.application.answers import publish_answer
from isopolity.notify.application.mails import publish_outcomes
from isopolity.notify.application.restoration import Known, take_in
from isopolity.persistence.republication import Source, TakeIn
from isopolity.runtime.republish_order import Republisher
from isopolity.runtime.service import Foundation

SOURCES: Final = (
    Source(
        topic=DELIVERY.name,
        table=tables.mails,
        key=tables.mails.c.mail_id,
        read=to_mail,
        publish=lambda outbox, mail: publish_outcomes([mail], outbox) == 1,
        lifted=lambda mail: {"version": mail.version},
    ),
    Source(
        topic=RESPONSE.name,
        table=tables.answers,
        key=tables.answers.c.response_id,
        read=to_answer,
        publish=lambda outbox, answer: publish_answer(answer, outbox),
    ),
)


async def _learn(foundation: Foundation) -> TakeIn[SqlNotifyUnitOfWork]:
    broker = foundation.broker
    responses = [event.data async for event in events_of(broker, RESPONSE.name)]
    known = Known(
        contacts=await newest_events(broker, CONTACT.name),
        proposals=await newest_events(broker, PROPOSAL.name),
        interests=await newest_events(broker, INTEREST.name),
        partnerships=await newest_events(broker, PARTNERSHIP.name),
        deliveries=await newest_events(broker, DELIVERY.name),
        members=[
            *(await newest_events(broker, CITY.name)).values(),
            *(await newest_events(broker, PARTNER.name)).values(),
        ],
        answers=[data for data in responses if isinstance(data, ResponseReceived)],
    )
    return lambda uow, _step: take_in(known, uow, foundation.clock, foundation.ids)


republish_notify: Final = Republisher(
    service="notify",
    tables=tables.messaging,
    sources=SOURCES,
    unit_of_work=lambda foundation: SqlNotifyUnitOfWork(foundation.storage),
    learn=_learn,
)
"""Publishes notify's whole state again."""
