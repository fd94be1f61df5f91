"""Puts together what `isopolity republish` needs of registry; no service runs for it."""

from isopolity.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.topic_reading import newest_events
from isopolity.persistence.database import Database
from isopolity.persistence.republication import TakeIn
from isopolity.registry.adapters.sql.republication import SOURCES
from isopolity.registry.adapters.sql.tables import messaging
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.restoration import TOPICS, take_in
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.republish_order import Order, Report, republish
from isopolity.runtime.service import open_foundation


async def republish_registry(
    settings: RegistrySettings,
    order: Order,
    *,
    broker: MessageBroker | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    ids: IdFactory = uuid7,
) -> Report:
    """Publish all that registry keeps again. Raises what `republish` does, and OwnedByAnother."""
    opening = open_foundation(
        settings, "registry", messaging, settings.database_url, broker=broker, database=database, clock=clock, ids=ids
    )
    async with opening as foundation:

        async def learn() -> TakeIn[SqlRegistryUnitOfWork]:
            known = {topic: await newest_events(foundation.broker, topic) for topic in TOPICS}
            return lambda work, step: take_in(known, work, step)

        def unit_of_work() -> SqlRegistryUnitOfWork:
            return SqlRegistryUnitOfWork(foundation.storage, settings.longest_token)

        return await republish(foundation, unit_of_work, SOURCES, learn, order)
