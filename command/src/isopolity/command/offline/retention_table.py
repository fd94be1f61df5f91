"""All that the network keeps, where and how long: what `isopolity doctor` and docs/privacy.md show.

Invariant: it is made from the declarations that the services themselves delete by.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import EVENT_TOPICS, dead_letter_topic
from isopolity.contracts.event_types import SERVICES
from isopolity.machine.clock import system_clock
from isopolity.matching.adapters.sql import retention as matching
from isopolity.matching.adapters.sql import tables as matching_tables
from isopolity.messaging.embedded.log import TOMBSTONE_MS
from isopolity.notify.adapters.sql import retention as notify
from isopolity.notify.adapters.sql import tables as notify_tables
from isopolity.persistence.database import Database
from isopolity.persistence.retention import Kept
from isopolity.persistence.tables import MessagingTables
from isopolity.portal.adapters.sql import retention as portal
from isopolity.portal.adapters.sql import tables as portal_tables
from isopolity.registry.adapters.sql import retention as registry
from isopolity.registry.adapters.sql import tables as registry_tables
from isopolity.runtime.connections import open_database
from isopolity.runtime.upkeep import common_kinds

_GRACE: Final = timedelta(days=1)
"""How long a row may be overdue before `doctor` reports it: services that run delete every hour."""
_PATIENCE: Final = 15.0


def _by_age() -> Iterable[Kept]:
    topics: defaultdict[timedelta, list[str]] = defaultdict(list)
    for topic in (*EVENT_TOPICS, *map(dead_letter_topic, SERVICES)):
        if topic.retention is not None:
            topics[topic.retention].append(topic.name.removeprefix("isopolity."))
    for retention, names in sorted(topics.items(), reverse=True):
        subjects = ", ".join(dict.fromkeys(name.partition(".")[2] for name in names))
        yield Kept(name=f"events: {subjects}", place=", ".join(names), since="publication", days=retention.days)


BROKER: Final = (
    *_by_age(),
    Kept(
        name="the newest state of each key",
        place=", ".join(topic.name.removeprefix("isopolity.") for topic in EVENT_TOPICS if topic.compacted),
        stays="until its tombstone; what came before goes when Kafka compacts the topic, the tombstone "
        f"{TOMBSTONE_MS // 3_600_000} hours later",
    ),
)
_LOG: Final = "30 MB, the oldest goes first; no name and no address"
FILES: Final = (Kept(name="log of `isopolity up`", place="isopolity.log in the data folder", stays=_LOG),)
MESSAGING: Final[Mapping[str, MessagingTables]] = {
    "registry": registry_tables.messaging,
    "matching": matching_tables.messaging,
    "notify": notify_tables.messaging,
    "portal": portal_tables.messaging,
}
"""The tables that every service has, in the metadata of each."""
KINDS: Final[Mapping[str, tuple[Kept, ...]]] = {
    "registry": (*registry.KINDS, *common_kinds(MESSAGING["registry"])),
    "matching": (*matching.KINDS, *common_kinds(MESSAGING["matching"])),
    "notify": (*notify.KINDS, *common_kinds(MESSAGING["notify"])),
    "portal": (*portal.KINDS, *common_kinds(MESSAGING["portal"])),
    "broker": BROKER,
    "files": FILES,
}


def how_long(kept: Kept, settings: Settings | None) -> str:
    """The period under these settings, with the name of its setting; or the reason to stay where there is none."""
    period = kept.period(settings)
    if period is None:
        return kept.stays
    if not period:
        return f"until {kept.since}"
    sentence = f"{period.days} day{'s' * (period.days != 1)} from {kept.since}"
    return f"{sentence} ({kept.variable})" if kept.setting else sentence


async def periods(settings: Mapping[str, Settings], data: Path) -> AsyncIterator[tuple[str, bool, str]]:
    """The name of each kind with a period, whether nothing is overdue by more than a day, and the period."""
    for service, kinds in KINDS.items():
        overdue = await _overdue(service, settings[service], data) if service in settings else {}
        for kept in (kept for kept in kinds if not kept.stays):
            count = overdue.get(kept.name, 0)
            detail = how_long(kept, settings.get(service))
            if count:
                detail += f"; {count} are overdue: is {service} running? Its log has retention_postponed if it cannot"
            yield f"{service}: {kept.name}", not count, detail


async def _overdue(service: str, settings: Settings, data: Path) -> Mapping[str, int]:
    """How many rows of each kind are overdue by more than a day; empty if the database cannot be read."""
    if settings.database_url.startswith("sqlite") and not (data / f"{service}.db").exists():
        return {}
    try:
        async with asyncio.timeout(_PATIENCE), open_database(settings, settings.database_url) as database:
            return {kept.name: await _count(database, kept, settings) for kept in KINDS[service]}
    except (SQLAlchemyError, OSError):  # another finding of `doctor` says what is wrong with the database
        return {}


async def _count(database: Database, kept: Kept, settings: Settings) -> int:
    async with database.reading() as connection:
        return await kept.overdue(connection, settings, system_clock() - _GRACE)
