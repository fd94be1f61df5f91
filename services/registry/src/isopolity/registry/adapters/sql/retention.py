"""Retention: how long registry keeps each kind of row, and how it deletes those that are due.

Invariant: a withdrawn member is deleted completely: its contacts by the ordinary erasure, its requests, twinnings and
changes with it, and its states on compacted topics by tombstones.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, delete, or_

from isopolity.contracts.catalogue import CITY, PARTNER, REQUEST, REVOCATION, TWINNING
from isopolity.persistence.retention import Due, Forget, Kept, delete_due, deleting_all, publish_tombstones
from isopolity.persistence.unit_of_work import Storage
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.access.office_requests import office_requests
from isopolity.registry.adapters.sql.access.passkeys import passkey_challenges, passkeys
from isopolity.registry.adapters.sql.access.sessions import known_browsers
from isopolity.registry.adapters.sql.contact_changes import REPLACING
from isopolity.registry.adapters.sql.desk import selections, shortlist, shortlist_notes
from isopolity.registry.adapters.sql.directory.conditions import CITY_OF_CHANGE
from isopolity.registry.adapters.sql.done_imports import KINDS as DONE_IMPORTS
from isopolity.registry.adapters.sql.imports.layouts import KEPT as IMPORT_LAYOUTS
from isopolity.registry.adapters.sql.imports.works import KEPT as IMPORT_WORKS
from isopolity.registry.adapters.sql.invitations import invitations
from isopolity.registry.adapters.sql.joining_retention import JOINING
from isopolity.registry.adapters.sql.office.mergers import KEPT as MERGERS
from isopolity.registry.adapters.sql.office.mergers import mergers
from isopolity.registry.adapters.sql.office.notes import KEPT as OFFICE_NOTES
from isopolity.registry.adapters.sql.office.notes import office_notes
from isopolity.registry.adapters.sql.office.saved_lists import KEPT as SAVED_LISTS
from isopolity.registry.adapters.sql.prepared_imports import prepared_imports, prepared_rows
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.contacts import erase_contacts_of
from isopolity.registry.application.imports.prepared import KEPT as PREPARED_KEPT
from isopolity.registry.application.limits import WINDOW
from isopolity.registry.domain.access.account import VALID as OFFICE_REQUEST_VALID
from isopolity.registry.domain.handover import VALID
from isopolity.registry.domain.twinning import CLAIMED, REFUSED, RETRACTED


def _in_status(table: Table, *statuses: str) -> Due:
    return lambda before: and_(table.c.status.in_(statuses), table.c.status_since < before)


def _withdrawn(table: Table, name: str, topic: str) -> Kept:
    return Kept(
        name=name,
        tables=(table, tables.contacts, tables.changes, tables.requests, tables.twinnings),
        personal="its contacts: role, name, address, language",
        since="withdrawal",
        setting="withdrawn_member_days",
        due=_in_status(table, "withdrawn"),
        topic=topic,
    )


_CITIES: Final = _withdrawn(tables.cities, "withdrawn cities", CITY.name)
_PARTNERS: Final = _withdrawn(tables.partners, "withdrawn partners", PARTNER.name)


KINDS: Final = (
    Kept(
        name="capacity of new members that staff has chosen",
        tables=(tables.choices,),
        personal="the id of somebody of staff",
        stays="for good, so that what a member has can be explained",
    ),
    Kept(name="members", tables=(tables.cities, tables.partners), stays="as long as it has not withdrawn"),
    Kept(
        name="contacts",
        tables=(tables.contacts,),
        personal="role, name, address, language, when the address was confirmed",
        stays="until the person is erased, or the withdrawn member goes",
    ),
    Kept(
        name="open requests, declared twinnings",
        tables=(tables.requests, tables.twinnings),
        stays="as long as they stand",
    ),
    _CITIES,
    _PARTNERS,
    Kept(
        name="closed requests",
        tables=(tables.requests,),
        since="closing",
        setting="closed_request_days",
        due=_in_status(tables.requests, "closed"),
        topic=REQUEST.name,
    ),
    Kept(
        name="refused and retracted twinnings",
        tables=(tables.twinnings,),
        since="refusal or retraction",
        setting="ended_twinning_days",
        due=_in_status(tables.twinnings, REFUSED, RETRACTED),
        topic=TWINNING.name,
    ),
    Kept(
        name="claimed twinnings that nobody confirms",
        tables=(tables.twinnings,),
        since="the claim",
        setting="claim_days",
        due=_in_status(tables.twinnings, CLAIMED),
        topic=TWINNING.name,
    ),
    Kept(
        name="changes of identity and of requests, decided or not",
        tables=(tables.changes,),
        since="the wish or its decision",
        setting="claim_days",
        due=lambda before: tables.changes.c.status_since < before,
    ),
    *JOINING,
    *REPLACING,
    Kept(
        name="handovers that wait for the successor",
        tables=(tables.handovers,),
        personal="the successor: role, name, address, language",
        since="the start; a confirmation, an end or a new one deletes it at once",
        days=VALID.days,
        due=lambda before: tables.handovers.c.started_at < before,
    ),
    Kept(
        name="changes of the office's list that wait for a second person",
        tables=(office_requests,),
        personal="name, address, language of the person that they are about; the id of who asked",
        since="the question; a confirmation, a refusal or a new one deletes it at once",
        days=OFFICE_REQUEST_VALID.days,
        due=lambda before: office_requests.c.asked_at < before,
    ),
    Kept(
        name="cities on shortlists, unless changed",
        tables=(shortlist,),
        personal="the ids of contacts who set it",
        since="the last change or note; the partner may delete it at once",
        setting="withdrawn_member_days",
        due=lambda before: shortlist.c.changed_at < before,
    ),
    Kept(
        name="notes of partners about cities",
        tables=(shortlist_notes,),
        personal="what is written there, and the id of the contact who wrote it",
        since="the writing; the partner may delete it at once",
        setting="withdrawn_member_days",
        due=lambda before: shortlist_notes.c.written_at < before,
    ),
    Kept(
        name="selections that partners have saved",
        tables=(selections,),
        personal="the id of the contact who saved it",
        since="the saving; the partner may delete it at once",
        setting="withdrawn_member_days",
        due=lambda before: selections.c.saved_at < before,
    ),
    OFFICE_NOTES,
    SAVED_LISTS,
    MERGERS,
    Kept(
        name="invitations of cities to make a request",
        tables=(invitations,),
        stays="as long as the city and the partner are members, so that a city is invited once for a programme",
    ),
    Kept(
        name="receipts kept for a repeated request (idempotency keys)",
        tables=(tables.idempotency,),
        since="the request",
        days=2,
        due=lambda before: tables.idempotency.c.created_at < before,
    ),
    Kept(
        name="imports that staff looks at before they are done",
        tables=(prepared_imports,),
        since="being read",
        days=PREPARED_KEPT.days,
        due=lambda before: prepared_imports.c.prepared_at < before,
    ),
    Kept(
        name="rows of these imports",
        tables=(prepared_rows,),
        personal="contacts in them: role, name, address, language",
        since="being read, imported or not; who deletes the file deletes them at once",
        days=PREPARED_KEPT.days,
        due=lambda before: prepared_rows.c.prepared_at < before,
    ),
    *DONE_IMPORTS,
    IMPORT_WORKS,
    IMPORT_LAYOUTS,
    Kept(
        name="requests to sign in, used or not",
        tables=(tables.sign_ins,),
        personal="the address that somebody named",
        since="the request",
        days=1,
        due=lambda before: tables.sign_ins.c.requested_at < before,
    ),
    Kept(
        name="browsers from which somebody has signed in",
        tables=(known_browsers,),
        personal="a digest of what the browser keeps and the address, and the id of a contact, or of somebody of staff",
        since="the last sign-in from there; erasure, another address, or an end of all other sessions ends it at once",
        setting="known_browser_days",
        due=lambda before: known_browsers.c.signed_in_at < before,
    ),
    Kept(
        name="sessions",
        tables=(tables.sessions,),
        personal="the id of a contact, or of somebody of staff; in which program it began",
        since="its end; who signs out ends it at once",
        days=0,
        due=lambda before: tables.sessions.c.ends_at < before,
    ),
    Kept(
        name="passkeys",
        tables=(passkeys,),
        personal="the id of a contact, or of somebody of staff; a public key, how often it was used and when last, "
        "a name that its person gave it",
        stays="until its person removes it, is erased, taken off the list or reset, or gets another address",
    ),
    Kept(
        name="challenges of passkeys that wait for an answer",
        tables=(passkey_challenges,),
        personal="the id of a session, or a digest that stands for a browser",
        since="the request; an answer deletes it at once",
        days=1,
        due=lambda before: passkey_challenges.c.made_at < before,
    ),
    Kept(
        name="staff and operators",
        tables=(tables.people,),
        personal="name, address, language, the sealed secret of an app, the digest of an enrolment code, who they are "
        "at their organisation's issuer",
        stays="until an operator, or staff that may manage, takes the person off the list",
    ),
    Kept(
        name="counts of applications and sign-ins, by keyed digests of addresses",
        tables=(tables.counters,),
        since="the day counted",
        days=(2 * WINDOW).days,
        due=lambda before: tables.counters.c.day < before,
    ),
    Kept(
        name="revocations of tokens",
        tables=(tables.revocations,),
        personal="a digest of a subject, or an id",
        since="the end of the longest life that a token could have had then",
        days=0,
        due=lambda before: tables.revocations.c.expires_at < before,
        topic=REVOCATION.name,
    ),
    Kept(
        name="that a contact was erased",
        tables=(tables.erased_contacts,),
        stays="for good: id and version alone, so that nothing older brings the person back",
    ),
)


def forgetting(storage: Storage) -> Mapping[str, Forget]:
    """The function that deletes rows of each kind, by the kind's name."""
    return {
        **deleting_all(storage, KINDS),
        _CITIES.name: _forgetting_members(storage, _CITIES),
        _PARTNERS.name: _forgetting_members(storage, _PARTNERS),
    }


def _forgetting_members(storage: Storage, kept: Kept) -> Forget:
    async def forget(before: datetime, limit: int) -> int:
        async with SqlRegistryUnitOfWork(storage) as uow:
            gone = await delete_due(uow, kept, before, limit)
            if not gone:
                return 0
            publish_tombstones(uow, kept.topic, gone)
            for member_id in gone:
                await erase_contacts_of(member_id, uow)
            await _delete_of(uow, tables.requests, tables.requests.c.city_id.in_(gone), REQUEST.name)
            ties = or_(tables.twinnings.c.city_a.in_(gone), tables.twinnings.c.city_b.in_(gone))
            await _delete_of(uow, tables.twinnings, ties, TWINNING.name)
            of_gone = or_(tables.changes.c.id.in_(gone), CITY_OF_CHANGE.in_(gone))
            await _delete_of(uow, tables.changes, of_gone, None)
            for table in (shortlist, shortlist_notes, selections, invitations):
                await uow.connection.execute(delete(table).where(table.c.partner_id.in_(gone)))
            for table in (shortlist, shortlist_notes, invitations):
                await uow.connection.execute(delete(table).where(table.c.city_id.in_(gone)))
            await uow.connection.execute(delete(office_notes).where(office_notes.c.member_id.in_(gone)))
            await uow.connection.execute(delete(mergers).where(mergers.c.id.in_(gone)))
            await uow.commit()
        return len(gone)

    return forget


async def _delete_of(uow: SqlRegistryUnitOfWork, table: Table, theirs: ColumnElement[bool], topic: str | None) -> None:
    gone: list[Any] = list((await uow.connection.execute(delete(table).where(theirs).returning(table.c.id))).scalars())
    publish_tombstones(uow, topic, gone)
