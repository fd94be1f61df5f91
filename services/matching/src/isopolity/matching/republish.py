"""Puts matching together for `isopolity republish`, with the tables whose rows are published again; no service runs."""

from typing import Any, Final

from isopolity.contracts.catalogue import DELIVERY, INTEREST, PARTNERSHIP, PROPOSAL, RESPONSE
from isopolity.contracts.notify import ResponseReceived
from isopolity.matching.adapters.sql import interests as sql_interests
from isopolity.matching.adapters.sql import proposals as sql_proposals
from isopolity.matching.adapters.sql import reservations as sql_partnerships
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.workflows.published_states import (
    publish_interest,
    publish_partnership,
    publish_proposal,
)
from isopolity.matching.application.workflows.restoration import Known, take_in
from isopolity.messaging.topic_reader import events_of, newest_events
from isopolity.persistence.republication import Source, TakeIn
from isopolity.runtime.republish_order import Republisher
from isopolity.runtime.service import Foundation


def _lifted(document: Any) -> Any:
    return lambda state: {"version": state.version, "document": document.dump_python(state, mode="json")}


SOURCES: Final = (
    Source(
        topic=PROPOSAL.name,
        table=tables.proposals,
        key=tables.proposals.c.proposal_id,
        read=lambda row: sql_proposals.DOCUMENT.validate_python(row.document),
        publish=publish_proposal,
        lifted=_lifted(sql_proposals.DOCUMENT),
    ),
    Source(
        topic=PARTNERSHIP.name,
        table=tables.partnerships,
        key=tables.partnerships.c.partnership_id,
        read=lambda row: sql_partnerships.DOCUMENT.validate_python(row.document),
        publish=publish_partnership,
        lifted=_lifted(sql_partnerships.DOCUMENT),
    ),
    Source(
        topic=INTEREST.name,
        table=tables.interests,
        key=tables.interests.c.interest_id,
        read=lambda row: sql_interests.DOCUMENT.validate_python(row.document),
        publish=publish_interest,
    ),
)


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
"""Publishes the states in all of matching's tables again."""
