"""Composition of registry for `isopolity republish`, with the tables whose rows are published again; no service runs.

Members are published as if an import had changed them, so that no suggestion follows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table

from isopolity.contracts.catalogue import CITY, CONTACT, PARTNER, REQUEST, REVOCATION, TWINNING
from isopolity.contracts.topic import Topic
from isopolity.messaging.topic_reader import newest_events
from isopolity.persistence.republication import Source, TakeIn
from isopolity.persistence.unit_of_work import Outbox
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.access.revocations import revocation_of
from isopolity.registry.adapters.sql.rows import CITIES, PARTNERS, REQUESTS, TWINNINGS, contact_of
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application import events
from isopolity.registry.application.access.session_ends import publish_revocation
from isopolity.registry.application.restoration import TOPICS, take_in
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.twinning import DECLARED, RETRACTED, Twinning
from isopolity.runtime.republish_order import Republisher
from isopolity.runtime.service import Foundation

_MEMBER_VERBS: Final = {"applied": "registered", "endorsed": "endorsed", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tombstone:
    """The id and version that remain of an erased contact."""

    contact_id: str
    version: int


def _member(outbox: Outbox, member: Member[Any]) -> None:
    events.publish_member(outbox, _MEMBER_VERBS[member.status], member, bulk=True)


def _request(outbox: Outbox, request: Request) -> None:
    events.publish_request(outbox, request.status, request, bulk=True)


def _twinning(outbox: Outbox, twinning: Twinning) -> bool:
    """Publish a declared or retracted twinning; returns False for claims and refused claims, which are not public."""
    if twinning.status not in (DECLARED, RETRACTED):
        return False
    events.publish_twinning(outbox, twinning)
    return True


def _erased(row: Any) -> _Tombstone:
    return _Tombstone(contact_id=row.id, version=row.version)


def _tombstone(outbox: Outbox, tombstone: _Tombstone) -> None:
    events.publish_tombstone(outbox, tombstone.contact_id, tombstone.version)


def _version(state: Any) -> dict[str, int]:
    return {"version": state.version}


def _source(topic: Topic, table: Table, read: Callable[[Any], Any], publish: Any) -> Source[Any]:
    return Source(topic=topic.name, table=table, key=table.c.id, read=read, publish=publish, lifted=_version)


SOURCES: Final = (
    _source(CITY, tables.cities, CITIES.from_row, _member),
    _source(PARTNER, tables.partners, PARTNERS.from_row, _member),
    _source(REQUEST, tables.requests, REQUESTS.from_row, _request),
    _source(TWINNING, tables.twinnings, TWINNINGS.from_row, _twinning),
    _source(CONTACT, tables.contacts, contact_of, events.publish_contact),
    _source(CONTACT, tables.erased_contacts, _erased, _tombstone),
    _source(REVOCATION, tables.revocations, revocation_of, publish_revocation),
)


async def _learn(foundation: Foundation) -> TakeIn[SqlRegistryUnitOfWork]:
    known = {topic: await newest_events(foundation.broker, topic) for topic in TOPICS}
    return lambda uow, step: take_in(known, uow, step)


republish_registry: Final = Republisher(
    service="registry",
    tables=tables.messaging,
    sources=SOURCES,
    unit_of_work=lambda foundation: SqlRegistryUnitOfWork(foundation.storage, foundation.settings.longest_token),
    learn=_learn,
)
"""Publishes registry's whole state again."""
