"""Queries of staff's lists of members: the members of a page in the wanted order, then what is known of each.

Invariant: only an order or a filter by contacts, mails, answers or proposals reads more rows than those of the page.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    case,
    exists,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import FromClause

from isopolity.identity.folded_text import fold
from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.contacts import KNOWN
from isopolity.notify.adapters.sql.unarrived import is_lost_since
from isopolity.notify.domain.listed_member import Member, MemberFacts
from isopolity.notify.domain.mail import MailState
from isopolity.persistence.database import Database

Key = str | int | date
NEVER: Final = date(1, 1, 1)
"""The day by which a member without an answer is sorted."""
_MEMBERS: Final = tables.members.c
_COLUMNS: Final = [_MEMBERS[field.name] for field in fields(Member)]
KEYS: Final[Mapping[str, type[str] | type[int] | type[date]]] = {
    "name": str,
    "member_kind": str,
    "kind": str,
    "country": str,
    "region": str,
    "status": str,
    "changed_on": date,
    "contact": int,
    "mails": int,
    "answered_on": date,
    "open_proposals": int,
}
"""The orders of a list, and the type of what each sorts by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMembers:
    """Criteria for members; None or empty means any."""

    text: str | None = None
    member_kind: str | None = None
    status: str | None = None
    country: str | None = None
    region: str | None = None
    contact: str | None = None
    """`confirmed`, `unconfirmed` or `none`."""
    mails_lost: bool = False
    """Only members with a contact whose latest mails do not arrive."""
    no_answer_since: date | None = None
    """Only members whose last answer is older than this day, or that have never answered."""
    with_open_proposals: bool = False
    ids: tuple[str, ...] | None = None
    order: str = "name"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A member of a list, what is known of it, and the value by which the list is sorted."""

    member: Member
    facts: MemberFacts
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLists:
    """Read access to staff's lists of members."""

    database: Database

    async def page(self, wanted: WantedMembers, *, after: tuple[Key, str] | None, limit: int) -> Sequence[ListedMember]:
        """The next members after a value and an id."""
        query, key = _selected(wanted)
        sorted_by: list[ColumnElement[Any]] = [key, _MEMBERS.member_id]
        if after is not None:
            value, member_id = after
            here, there = tuple_(*sorted_by), tuple_(literal(value, key.type), literal(member_id))
            query = query.where(here < there if wanted.descending else here > there)
        order = [each.desc() for each in sorted_by] if wanted.descending else sorted_by
        async with self.database.reading() as connection:
            rows = (await connection.execute(query.order_by(*order).limit(limit))).all()
            facts = await _facts(connection, [row.member_id for row in rows])
        return [
            ListedMember(
                Member(**{field.name: getattr(row, field.name) for field in fields(Member)}),
                facts[row.member_id],
                row.sorted_by,
            )
            for row in rows
        ]

    async def total(self, wanted: WantedMembers) -> int:
        """The number of wanted members."""
        query = _selected(wanted)[0].with_only_columns(func.count(), maintain_column_froms=True)
        async with self.database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())


def _selected(wanted: WantedMembers) -> tuple[Select[Any], ColumnElement[Any]]:
    """The wanted members, and the value by which they are sorted."""
    source: FromClause = tables.members
    if wanted.order in _JOINED:
        joined, key = _JOINED[wanted.order]()
        source = source.outerjoin(joined, joined.c.member_id == _MEMBERS.member_id)
    elif wanted.order == "mails":
        key = case((_MEMBERS.member_id.in_(select(_lost().c.member_id)), 0), else_=1)
    else:
        key = _MEMBERS["sort_name" if wanted.order == "name" else wanted.order]
    query = select(*_COLUMNS, key.label("sorted_by")).select_from(source)
    return query.where(*_conditions(wanted)), key


def _conditions(wanted: WantedMembers) -> list[ColumnElement[bool]]:
    exact = {name: getattr(wanted, name) for name in ("member_kind", "status", "country", "region")}
    found: list[ColumnElement[bool]] = [_MEMBERS[name] == value for name, value in exact.items() if value is not None]
    found += [_MEMBERS.search.contains(word, autoescape=True) for word in fold(wanted.text or "").split()]
    if wanted.ids is not None:
        found.append(_MEMBERS.member_id.in_(wanted.ids))
    if wanted.contact is not None:
        found += _of_contact(wanted.contact)
    if wanted.mails_lost:
        found.append(_MEMBERS.member_id.in_(select(_lost().c.member_id)))
    sides = tables.sides.c
    if wanted.with_open_proposals:
        found.append(_MEMBERS.member_id.in_(select(sides.member_id).where(sides.is_open)))
    if wanted.no_answer_since is not None:
        newer = select(sides.member_id).where(sides.answered_on >= wanted.no_answer_since)
        found.append(_MEMBERS.member_id.not_in(newer))
    return found


def _of_contact(state: str) -> list[ColumnElement[bool]]:
    contacts = tables.contacts.c
    known = select(contacts.member_id).where(KNOWN)
    is_confirmed = _MEMBERS.member_id.in_(known.where(contacts.confirmed))
    if state == "confirmed":
        return [is_confirmed]
    has_some = _MEMBERS.member_id.in_(known)
    return [has_some, ~is_confirmed] if state == "unconfirmed" else [~has_some]


def _contacts() -> Subquery:
    contacts = tables.contacts.c
    confirmed = func.sum(case((contacts.confirmed, 1), else_=0)).label("confirmed")
    counted = select(contacts.member_id, func.count().label("contacts"), confirmed).where(KNOWN)
    return counted.group_by(contacts.member_id).subquery("known_contacts")


def _lost(member_ids: Collection[str] | None = None) -> Subquery:
    """Members with a contact whose latest mails were lost; among these members, if given."""
    mails, contacts = tables.mails.c, tables.contacts.c
    among = [] if member_ids is None else [contacts.member_id.in_(member_ids)]
    query = select(contacts.member_id).join(tables.mails, contacts.contact_id == mails.contact_id)
    return query.where(is_lost_since(), *among).distinct().subquery("lost_mails")


def _answers() -> Subquery:
    sides = tables.sides.c
    last = select(sides.member_id, func.max(sides.answered_on, type_=Date()).label("answered_on"))
    return last.where(sides.answered_on.is_not(None)).group_by(sides.member_id).subquery("last_answers")


def _open() -> Subquery:
    sides = tables.sides.c
    counted = select(sides.member_id, func.count().label("open_proposals")).where(sides.is_open)
    return counted.group_by(sides.member_id).subquery("open_sides")


def _by_contact() -> tuple[Subquery, ColumnElement[Any]]:
    found = _contacts()
    return found, case((found.c.confirmed > 0, 2), (found.c.contacts > 0, 1), else_=0)


def _by_answer() -> tuple[Subquery, ColumnElement[Any]]:
    found = _answers()
    return found, func.coalesce(found.c.answered_on, literal(NEVER, Date()), type_=Date())


def _by_open() -> tuple[Subquery, ColumnElement[Any]]:
    found = _open()
    return found, func.coalesce(found.c.open_proposals, 0, type_=Integer())


_JOINED: Final = {"contact": _by_contact, "answered_on": _by_answer, "open_proposals": _by_open}


async def _facts(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, MemberFacts]:
    """Contacts, mails, answers and proposals of each of these members."""
    contacts, mails, sides = tables.contacts.c, tables.mails.c, tables.sides.c
    confirmed = func.sum(case((contacts.confirmed, 1), else_=0))
    counted = select(contacts.member_id, func.count(), confirmed).where(contacts.member_id.in_(ids), KNOWN)
    known = {row[0]: row for row in await connection.execute(counted.group_by(contacts.member_id))}
    lost = {row[0] for row in await connection.execute(select(_lost(ids).c.member_id))}
    mailed = exists().where(mails.contact_id == contacts.contact_id, mails.state == MailState.SENT)
    reached = select(contacts.member_id).where(contacts.member_id.in_(ids), KNOWN, mailed).distinct()
    sent = {row[0] for row in await connection.execute(reached)}
    opened = func.sum(case((sides.is_open, 1), else_=0))
    last = select(sides.member_id, func.max(sides.answered_on, type_=Date()), opened)
    of_sides = last.where(sides.member_id.in_(ids)).group_by(sides.member_id)
    answers = {row[0]: row for row in await connection.execute(of_sides)}
    found = {}
    for each in ids:
        _, number, sure = known.get(each, (each, 0, 0))
        _, answered_on, open_proposals = answers.get(each, (each, None, 0))
        found[each] = MemberFacts(
            contacts=number,
            confirmed=sure,
            mails="lost" if each in lost else "sent" if each in sent else "none",
            answered_on=answered_on,
            open_proposals=open_proposals,
        )
    return found
