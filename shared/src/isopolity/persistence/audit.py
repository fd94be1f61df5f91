"""The audit: entries of who did what, when, with the changed fields before and after, in the transaction of the act.

Invariant: entries are added and read; the database refuses to change one (except to remove the client's address, after
some time) or to delete one younger than a year. An entry about a contact has the names of fields and no values.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic_core import to_json
from sqlalchemy import Column, Index, MetaData, String, Table, Text, delete, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.identity.actors import Act, current_act
from isopolity.identity.lineage import current_lineage
from isopolity.machine.clock import Clock
from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import BigIdentity, UtcDateTime, insert_rows

Facts = Mapping[str, Any]


def audit_table(metadata: MetaData) -> Table:
    """Define the table in `metadata`; migrations create it by `create_shared_tables`.

    `about_member_id` is the member that an entry is about; an older release that still runs leaves it empty.
    """
    table = Table(
        "audit",
        metadata,
        Column("id", BigIdentity, primary_key=True, autoincrement=True),
        Column("at", UtcDateTime, nullable=False, index=True),
        Column("actor_kind", String(16), nullable=False),
        Column("actor", String(300), nullable=False, index=True),
        Column("member_id", String(300)),
        Column("token_id", String(128)),
        Column("address", String(64)),
        Column("action", String(100), nullable=False),
        Column("subject_kind", String(32)),
        Column("subject_id", String(300), index=True),
        Column("before", Text),
        Column("after", Text),
        Column("details", Text),
        Column("correlation_id", String(128)),
        Column("about_member_id", String(300)),
    )
    known = table.c.address.is_not(None)
    Index("ix_audit_address", table.c.at, sqlite_where=known, postgresql_where=known)
    for column in (table.c.about_member_id, table.c.member_id):
        known = column.is_not(None)
        Index(f"ix_audit_{column.name}", column, table.c.id, sqlite_where=known, postgresql_where=known)
    return table


class Audit(Protocol):
    """The port by which application code notes the changes of a transaction."""

    is_bulk: bool
    """Set by an act that creates many things at once; entries of new things are then short."""

    def note(
        self,
        kind: str,
        identifier: str,
        *,
        before: Facts | None = None,
        after: Facts | None = None,
        details: Facts | None = None,
        action: str | None = None,
    ) -> None:
        """Note that the current act changes the thing `identifier` of this kind; outside a person's act, do nothing.

        `before` None: it is new. `after` None: it is deleted. `details` hold other facts than changed fields. `action`
        is the name of a bulk act's effect on this thing; `by` in the details then names the act.
        """


class SqlAudit:
    """Collects the entries of one transaction; an act without a change gets one entry too."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._rows: list[dict[str, Any]] = []
        self._is_noted = False
        self.is_bulk = False

    @property
    def is_wanted(self) -> bool:
        """Whether this transaction belongs to an act that is kept."""
        return _kept_act() is not None

    def note(
        self,
        kind: str,
        identifier: str,
        *,
        before: Facts | None = None,
        after: Facts | None = None,
        details: Facts | None = None,
        action: str | None = None,
    ) -> None:
        act = _kept_act()
        if act is None:
            return
        self._is_noted = True
        noted = details if action is None else {**(details or {}), "by": act.action}
        row = self._row(act, kind, identifier, before, after, noted)
        self._rows.append(row if action is None else row | {"action": action})

    async def flush(self, connection: AsyncConnection) -> None:
        """Write the entries noted so far."""
        if self._rows:
            await insert_rows(connection, self._table, self._rows)
            self._rows = []

    async def finish(self, connection: AsyncConnection) -> None:
        """Write the remaining entries, before the transaction commits."""
        act = _kept_act()
        if act is not None and not self._is_noted:
            self._rows.append(self._row(act, act.subject_kind, act.subject_id, None, None, None))
        await self.flush(connection)

    def _row(
        self,
        act: Act,
        kind: str | None,
        identifier: str | None,
        before: Facts | None,
        after: Facts | None,
        details: Facts | None,
    ) -> dict[str, Any]:
        lineage = current_lineage()
        return {
            "at": self._clock(),
            "actor_kind": act.actor_kind,
            "actor": act.actor,
            "member_id": act.member_id,
            "token_id": act.token_id,
            "address": act.address,
            "action": act.action,
            "subject_kind": kind,
            "subject_id": identifier,
            "before": _json(before),
            "after": _json(after),
            "details": _json(details),
            "correlation_id": lineage.correlation_id if lineage else None,
            "about_member_id": _member_in(details, before, after),
        }


def differing(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    """The fields in which two states of a thing differ: their values before and after."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


async def keep_act(database: Database, table: Table, clock: Clock, details: Facts) -> None:
    """Write an entry for the current act in its own transaction; for acts on things outside the database."""
    act = _kept_act()
    if act is None:
        return
    audit = SqlAudit(table, clock)
    async with database.writing() as connection:
        audit.note(act.subject_kind or "", act.subject_id or "", details=details)
        await audit.flush(connection)
        await connection.commit()


def _kept_act() -> Act | None:
    act = current_act()
    return act if act is not None and act.is_audited else None


def _member_in(*noted: Facts | None) -> str | None:
    """The member that a thing, such as a contact or a handover, belongs to by these facts."""
    found = (facts.get("member_id") for facts in noted if facts is not None)
    return next((member_id for member_id in found if isinstance(member_id, str)), None)


def _json(facts: Facts | None) -> str | None:
    return None if facts is None else to_json(facts).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Conditions on entries; None does not filter. `since` is included, `until` is not."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    member: str | None = None
    """Acts on a member, by it, or on its contacts and handovers."""
    only_acts: Collection[str] = ()
    """Only acts of operators, and acts of these names by any actor; empty: all acts."""
    since: datetime | None = None
    until: datetime | None = None


async def audit_entries(
    connection: AsyncConnection, table: Table, wanted: AuditFilter, *, before: int | None, limit: int
) -> Sequence[Any]:
    """Rows that match the filter, the newest first, with ids below `before`."""
    columns = table.c
    conditions = [
        column == value
        for column, value in (
            (columns.actor, wanted.actor),
            (columns.action, wanted.action),
            (columns.subject_id, wanted.subject),
        )
        if value is not None
    ]
    if wanted.only_acts:
        conditions.append(or_(columns.actor_kind == "operator", columns.action.in_(sorted(wanted.only_acts))))
    if wanted.since is not None:
        conditions.append(columns.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.at < wanted.until)
    if before is not None:
        conditions.append(columns.id < before)
    if wanted.member is not None:
        places = (columns.about_member_id, columns.subject_id, columns.member_id)
        newest = (
            select(columns.id).where(place == wanted.member, *conditions).order_by(columns.id.desc()).limit(limit)
            for place in places
        )
        conditions = [columns.id.in_(union_all(*(select(each.subquery().c.id) for each in newest)))]
    query = select(table).where(*conditions).order_by(columns.id.desc()).limit(limit)
    return (await connection.execute(query)).all()


async def age_audit(
    connection: AsyncConnection, table: Table, *, addresses_until: datetime, entries_until: datetime
) -> None:
    """Remove clients' addresses from entries before `addresses_until`; delete entries before `entries_until`."""
    old = table.c.at < addresses_until
    await connection.execute(update(table).where(old, table.c.address.is_not(None)).values(address=None))
    await connection.execute(delete(table).where(table.c.at < entries_until))
