"""Sources of registry's topics: the tables whose rows are published again.

Every member is published as if an import had made the change: no suggestion follows from it.
"""

from dataclasses import dataclass
from typing import Any, Final

from isopolity.contracts.catalogue import CITY, CONTACT, PARTNER, REQUEST, REVOCATION, TWINNING
from isopolity.persistence.outbox import Outbox
from isopolity.persistence.republication import Source
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.repositories import contact_of
from isopolity.registry.adapters.sql.revocations import revocation_of
from isopolity.registry.adapters.sql.rows import CITIES, PARTNERS, REQUESTS, TWINNINGS, Mapping
from isopolity.registry.application.events import (
    publish_contact,
    publish_member,
    publish_request,
    publish_tombstone,
    publish_twinning,
)
from isopolity.registry.application.revocations import publish_revocation
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.revocation import Revocation
from isopolity.registry.domain.twinning import DECLARED, RETRACTED, Twinning

_MEMBER_VERBS: Final = {"applied": "registered", "endorsed": "endorsed", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tombstone:
    """The rest of an erased contact: id and version."""

    contact_id: str
    version: int


def _member(outbox: Outbox, member: Member[Any]) -> bool:
    publish_member(outbox, _MEMBER_VERBS[member.status], member, bulk=True)
    return True


def _request(outbox: Outbox, request: Request) -> bool:
    publish_request(outbox, request.status, request, bulk=True)
    return True


def _twinning(outbox: Outbox, twinning: Twinning) -> bool:
    """One that is only claimed, or whose claim was refused, is nobody's knowledge outside."""
    if twinning.status not in (DECLARED, RETRACTED):
        return False
    publish_twinning(outbox, twinning)
    return True


def _contact(outbox: Outbox, contact: Any) -> bool:
    publish_contact(outbox, contact)
    return True


def _tombstone(outbox: Outbox, tombstone: _Tombstone) -> bool:
    publish_tombstone(outbox, tombstone.contact_id, tombstone.version)
    return True


def _revocation(outbox: Outbox, revocation: Revocation) -> bool:
    publish_revocation(outbox, revocation)
    return True


def _version(state: Any) -> dict[str, int]:
    return {"version": state.version}


def _aggregates(topic: str, mapping: Mapping[Any], publish: Any) -> Source[Any]:
    table = mapping.table
    return Source(topic=topic, table=table, key=table.c.id, read=mapping.from_row, publish=publish, lifted=_version)


SOURCES: Final = (
    _aggregates(CITY.name, CITIES, _member),
    _aggregates(PARTNER.name, PARTNERS, _member),
    _aggregates(REQUEST.name, REQUESTS, _request),
    _aggregates(TWINNING.name, TWINNINGS, _twinning),
    Source(
        topic=CONTACT.name,
        table=tables.contacts,
        key=tables.contacts.c.id,
        read=contact_of,
        publish=_contact,
        lifted=_version,
    ),
    Source(
        topic=CONTACT.name,
        table=tables.erased_contacts,
        key=tables.erased_contacts.c.id,
        read=lambda row: _Tombstone(contact_id=row.id, version=row.version),
        publish=_tombstone,
        lifted=_version,
    ),
    Source(
        topic=REVOCATION.name,
        table=tables.revocations,
        key=tables.revocations.c.id,
        read=revocation_of,
        publish=_revocation,
        lifted=_version,
    ),
)
