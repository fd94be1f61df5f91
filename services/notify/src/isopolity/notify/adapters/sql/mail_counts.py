"""Counts of mails for operators: how many are in each state, for how long they have waited and for how many members."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from pydantic import JsonValue
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.messaging.topic_reader import MOST
from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.contacts import KNOWN
from isopolity.notify.adapters.sql.shared_rows import mail_server
from isopolity.notify.domain.mail import OPEN, MailState
from isopolity.notify.domain.mail_reasons import STALE
from isopolity.persistence.database import Database
from isopolity.web.operations.troubles import AWAY

_DAY: Final = timedelta(days=1)
_LATE: Final = timedelta(minutes=1)
"""A mail counts as late if it was not tried this long after it became due."""


class _Waiting(NamedTuple):
    """Waiting mails of one kind: their number, the start of the longest wait, and their number of members."""

    number: int
    since: datetime | None
    members: int


_NONE: Final = _Waiting(0, None, 0)


async def counts(database: Database, now: datetime, *, is_rehearsal: bool = False) -> dict[str, JsonValue]:
    """How many mails are in each state, since when and for how many members they wait, when the last went out.

    Members are counted on `MOST` mails at most. Mails *without a server* are all waiting mails while the server accepts
    no mail. *Late* mails were due minutes ago and were not tried although the server accepts mails. *Stale* mails are
    suppressed ones whose text was no longer true. A server that can be reached but accepts no mail counts as away only
    while mails wait for it. In a rehearsal every mail goes to one address instead.
    """
    columns = tables.mails.c
    is_deferred = columns.state == MailState.DEFERRED
    is_due = columns.state.in_([MailState.QUEUED, MailState.DEFERRED])
    sent = select(func.max(columns.updated_at), func.count().filter(columns.updated_at > now - _DAY))
    by_state = select(columns.state, func.count()).group_by(columns.state)
    known = select(func.count()).select_from(tables.contacts).where(KNOWN)
    is_stale = (columns.state == MailState.SUPPRESSED) & columns.reason.in_(sorted(STALE))
    stale = select(func.count()).select_from(tables.mails).where(is_stale)
    async with database.reading() as connection:
        found = {str(state): count for state, count in await connection.execute(by_state)}
        last, in_a_day = (await connection.execute(sent.where(columns.state == MailState.SENT))).one()
        contacts: int = (await connection.execute(known)).scalar_one()
        stale_mails: int = (await connection.execute(stale)).scalar_one()
        server = await mail_server(connection)
        is_away = server.away_since is not None
        all_open = await _waiting(connection, columns.state.in_(sorted(OPEN)), columns.created_at)
        is_late = is_due & (columns.due_at < now - _LATE)
        waiting = {
            "waiting": all_open,
            "deferred": await _waiting(connection, is_deferred, columns.created_at),
            "without_server": all_open if is_away else _NONE,
            "late": _NONE if is_away else await _waiting(connection, is_late, columns.due_at),
        }
        away_since = server.away_since if all_open.number or not server.refuses else None
    return {
        **{f"mails_{state}": found.get(state, 0) for state in MailState},
        **{f"mails_{name}": each.number for name, each in waiting.items()},
        **{f"mails_{name}_seconds": _seconds(each.since, now) for name, each in waiting.items()},
        **{f"mails_{name}_members": each.members for name, each in waiting.items()},
        "mails_stale": stale_mails,
        "contacts": contacts,
        "mail_server_away_seconds": _seconds(away_since, now),
        "mail_server_reason": server.reason if away_since else None,
        "rehearsal": int(is_rehearsal),
        "last_mail_sent_at": last.isoformat() if last else None,
        "mails_sent_in_a_day": in_a_day,
    }


async def mail_server_problem(database: Database, now: datetime, *, only_refusing: bool = False) -> str | None:
    """The predicate of a sentence on how long the mail server has accepted no mail; None while it accepts mails.

    It agrees with `counts`, and as on all screens the first minute does not count. With `only_refusing` an unreachable
    server gives None: the caller has just reached it.
    """
    async with database.reading() as connection:
        server = await mail_server(connection)
        if only_refusing and not server.refuses:
            return None
        if server.away_since is None or (now - server.away_since).total_seconds() <= AWAY:
            return None
        is_open = select(tables.mails.c.mail_id).where(tables.mails.c.state.in_(sorted(OPEN))).limit(1)
        if server.refuses and (await connection.execute(is_open)).first() is None:
            return None
    return f"has taken no mail since {server.away_since.astimezone(UTC):%Y-%m-%d %H:%M} UTC ({server.reason})"


async def _waiting(
    connection: AsyncConnection, condition: ColumnElement[bool], since: ColumnElement[datetime]
) -> _Waiting:
    number, first = (await connection.execute(select(func.count(), func.min(since)).where(condition))).one()
    if not number:
        return _NONE
    its = tables.mails.c.contact_id == tables.contacts.c.contact_id
    some = select(tables.contacts.c.member_id).join(tables.mails, its).where(condition).limit(MOST).subquery()
    members: int = (await connection.execute(select(func.count(some.c.member_id.distinct())))).scalar_one()
    return _Waiting(number, first, members)


def _seconds(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (now - moment).total_seconds()
