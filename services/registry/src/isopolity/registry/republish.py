"""Puts registry together for `isopolity republish`; no service runs for it."""

from typing import Final

from isopolity.messaging.topic_reading import newest_events
from isopolity.persistence.republication import TakeIn
from isopolity.registry.adapters.sql.republication import SOURCES
from isopolity.registry.adapters.sql.tables import messaging
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.restoration import TOPICS, take_in
from isopolity.runtime.republish_order import Republisher
from isopolity.runtime.service import Foundation


async def _learn(foundation: Foundation) -> TakeIn[SqlRegistryUnitOfWork]:
    known = {topic: await newest_events(foundation.broker, topic) for topic in TOPICS}
    return lambda uow, step: take_in(known, uow, step)


republish_registry: Final = Republisher(
    service="registry",
    tables=messaging,
    sources=SOURCES,
    unit_of_work=lambda foundation: SqlRegistryUnitOfWork(foundation.storage, foundation.settings.longest_token),
    learn=_learn,
)
"""Publishes all that registry keeps again."""
