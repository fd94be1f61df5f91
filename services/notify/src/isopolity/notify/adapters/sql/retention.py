"""Retention: how long notify keeps each kind of row or file, and how it deletes it.

Invariant: a mail's entry outlives the events that caused it, so that reading them again enters no second mail.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_, update

from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.calls import NAMELESS
from isopolity.notify.domain.mail import OPEN
from isopolity.persistence.retention import Forget, Kept, deleting_all
from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage


def _without_mails(occasion_id: ColumnElement[str]) -> ColumnElement[bool]:
    return ~exists().where(tables.mails.c.occasion_id == occasion_id)


def _ended_proposals(before: datetime) -> ColumnElement[bool]:
    """Condition for proposals without mails whose time to answer ended before `before`."""
    columns = tables.proposals.c
    return and_(columns.document["answer_by"].as_string() < before.isoformat(), _without_mails(columns.proposal_id))


_WORDS: Final = Kept(
    name="words that a person writes with an answer",
    tables=(tables.answers,),
    personal="free text",
    since="the answer",
    setting="answer_words_days",
    due=lambda before: and_(tables.answers.c.reason.is_not(None), tables.answers.c.answered_at < before),
)


_CALLERS: Final = Kept(
    name="who gave an answer by telephone, and to whom",
    tables=(tables.telephone_answers,),
    personal="names",
    since="the entry",
    setting="answer_words_days",
    due=lambda before: and_(
        or_(tables.telephone_answers.c.given_by.is_not(None), tables.telephone_answers.c.taken_by.is_not(None)),
        tables.telephone_answers.c.entered_at < before,
    ),
)


def _ended_partnerships(before: datetime) -> ColumnElement[bool]:
    """Condition for partnerships without mails that ended before `before`."""
    columns = tables.partnerships.c
    return and_(columns.ended_at < before, _without_mails(columns.proposal_id))


def _ended_interests(before: datetime) -> ColumnElement[bool]:
    """Condition for interests without mails whose asker was due an answer before `before`."""
    columns = tables.interests.c
    return and_(columns.hear_by < before, _without_mails(columns.interest_id))


def _ended_mails(before: datetime) -> ColumnElement[bool]:
    """Condition for mails that ended, and whose proposal took its last answers, before `before`."""
    is_open = exists().where(
        tables.proposals.c.proposal_id == tables.mails.c.occasion_id,
        tables.proposals.c.document["answer_by"].as_string() >= before.isoformat(),
    )
    return and_(tables.mails.c.state.not_in(OPEN), tables.mails.c.updated_at < before, ~is_open)


MAIL_BOX: Final = Kept(
    name="mails in the mail box on disk",
    place="mailbox in the data folder",
    personal="whole mails: name, address, text",
    since="delivery",
    setting="mailbox_days",
)


KINDS: Final = (
    Kept(
        name="contacts",
        tables=(tables.contacts,),
        personal="role, name, address, language, whether it is confirmed",
        stays="as long as registry has the contact and its member has not withdrawn; then id and version",
    ),
    _WORDS,
    _CALLERS,
    Kept(
        name="entries of mails (no text, no address)",
        guards=True,
        tables=(tables.mails,),
        personal="the id of the contact",
        since="the last that became of it",
        setting="mail_days",
        due=_ended_mails,
    ),
    Kept(
        name="proposals as mailed, and their answers",
        guards=True,
        tables=(tables.proposals, tables.answers, tables.telephone_answers, tables.sides),
        since="the end of the time to answer",
        setting="mail_days",
        due=_ended_proposals,
        referring=(tables.answers.c.proposal_id, tables.telephone_answers.c.proposal_id, tables.sides.c.proposal_id),
    ),
    Kept(
        name="members, for staff's lists",
        tables=(tables.members,),
        stays="as long as the member has not withdrawn",
    ),
    Kept(
        name="ended partnerships",
        guards=True,
        tables=(tables.partnerships,),
        since="the end",
        setting="mail_days",
        due=_ended_partnerships,
    ),
    Kept(
        name="interests of which nothing came: who asked for whom",
        guards=True,
        tables=(tables.interests,),
        since="the day by which the asker was to hear",
        setting="mail_days",
        due=_ended_interests,
    ),
    Kept(
        name="letters of registry's office that have ended",
        tables=(tables.ended_letters,),
        since="the end of the mail; registry is told within seconds, and they go",
        days=7,
        due=lambda before: tables.ended_letters.c.ended_at < before,
    ),
    MAIL_BOX,
    Kept(
        name="signs of life, watermark",
        tables=(tables.sightings, tables.watermarks, tables.mail_servers),
        stays="for good: a row for each",
    ),
)


def forgetting(storage: Storage, mailbox: Path) -> Mapping[str, Forget]:
    """The function that deletes each kind, by its name; mails are deleted before their subjects."""
    return {
        **deleting_all(storage, KINDS),
        _WORDS.name: _blanking(_WORDS, {"reason": None}, storage),
        _CALLERS.name: _blanking(_CALLERS, NAMELESS, storage),
        MAIL_BOX.name: _forgetting_files(mailbox),
    }


def _blanking(kept: Kept, values: Mapping[str, None], storage: Storage) -> Forget:
    """The function that blanks these columns of due rows, and keeps the rows."""
    assert kept.due is not None  # noqa: S101  # stated where the kinds are
    due, (table,) = kept.due, kept.tables
    key = tuple_(*table.primary_key)

    async def forget(before: datetime, limit: int) -> int:
        async with SqlUnitOfWork(storage) as uow:
            query = select(*table.primary_key).where(due(before)).limit(limit).with_for_update(skip_locked=True)
            found = [tuple(row) for row in await uow.connection.execute(query)]
            if found:
                await uow.erases_a_person()
                await uow.connection.execute(update(table).where(key.in_(found)).values(**values))
            await uow.commit()
        return len(found)

    return forget


def _forgetting_files(mailbox: Path) -> Forget:
    async def forget(before: datetime, limit: int) -> int:
        return await asyncio.to_thread(_unlink_old, mailbox, before.timestamp(), limit)

    return forget


def _unlink_old(mailbox: Path, before: float, limit: int) -> int:
    """Delete up to `limit` files of the mail box written before `before`, unfinished ones too; returns how many."""
    gone = 0
    for path in (path for box in ("new", "cur", "tmp") for path in mailbox.glob(f"{box}/*")):
        if gone == limit:
            break
        if path.is_file() and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
