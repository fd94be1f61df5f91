"""How long drafts, applications and letters about them are kept."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, func, or_

from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.joining import commissions, consultations, drafts, letters
from isopolity.registry.adapters.sql.tables import applications
from isopolity.registry.domain.joining.application import ASKED, CONFIRMED, LINK_VALID, OPEN, UNCONFIRMED
from isopolity.registry.domain.joining.application import KEPT as DRAFT_KEPT
from isopolity.registry.domain.joining.letter import KEPT as LETTER_KEPT

CONSULTATION_DAYS: Final = 270
"""Longer than the default periods for undecided and decided applications together."""
_APPLICANT: Final = "who applied: role, name, address, language"


def _has_no_link(table: Table, since: ColumnElement[datetime], before: datetime) -> ColumnElement[bool]:
    """Condition that there is no link and will be none: no mail is wanted, or it has waited too long."""
    has_waited = since < before - (LETTER_KEPT - LINK_VALID)
    return and_(table.c.valid_until.is_(None), or_(~table.c.mailable, has_waited))


def _unconfirmed(before: datetime) -> ColumnElement[bool]:
    """Condition for applications not confirmed within the period and without a valid or pending link."""
    columns = applications.c
    ended = or_(_has_no_link(applications, columns.received_at, before), columns.valid_until < before + LINK_VALID)
    return and_(columns.status == UNCONFIRMED, columns.received_at < before, ended)


def _unopened(before: datetime) -> ColumnElement[bool]:
    """Condition for drafts without a saved step within the period, and without a valid link."""
    columns = drafts.c
    ended = or_(_has_no_link(drafts, columns.started_at, before), columns.valid_until < before + LINK_VALID)
    return and_(columns.saved_at.is_(None), columns.started_at < before, ended)


def _undecided(before: datetime) -> ColumnElement[bool]:
    """Condition for applications that have waited for staff since before `before`; not those with their applicants."""
    columns = applications.c
    return and_(
        columns.status.in_((CONFIRMED, ASKED)), func.coalesce(columns.waits_since, columns.received_at) < before
    )


JOINING: Final = (
    Kept(
        name="drafts of applications in which nothing is saved",
        tables=(drafts,),
        personal="the address that somebody named, language; of one that staff asks about, who applied",
        since=f"the request; {LETTER_KEPT.days} while the mail server takes no mail",
        days=LINK_VALID.days,
        due=_unopened,
    ),
    Kept(
        name="drafts of applications that nobody hands in",
        tables=(drafts,),
        personal=_APPLICANT,
        since="the last saved step; who writes one may delete it at once",
        days=DRAFT_KEPT.days,
        due=lambda before: drafts.c.saved_at < before,
    ),
    Kept(
        name="applications whose address is not confirmed",
        tables=(applications,),
        personal=_APPLICANT,
        since=f"receipt; {LETTER_KEPT.days} while the mail server takes no mail",
        days=LINK_VALID.days,
        due=_unconfirmed,
    ),
    Kept(
        name="confirmed applications that nobody decides",
        tables=(applications,),
        personal=f"{_APPLICANT}; what staff asked, and what was answered",
        since="receipt, the answer to a question, or the end of the time to answer it",
        setting="application_days",
        due=_undecided,
    ),
    Kept(
        name="decided applications",
        tables=(applications,),
        since="decision, which deletes who applied",
        setting="decided_application_days",
        due=lambda before: and_(applications.c.status.not_in(OPEN), applications.c.decided_at < before),
    ),
    Kept(
        name="letters about applications and contacts",
        tables=(letters,),
        personal="whom it goes to: name, address, language; what staff writes; who changed which contact",
        since="the writing; deleted at once when the mail is out or not wanted any more",
        days=LETTER_KEPT.days,
        due=lambda before: letters.c.written_at < before,
    ),
    Kept(
        name="National Commissions",
        tables=(commissions,),
        personal="name, address, language",
        stays="until staff takes it off the list",
    ),
    Kept(
        name="what National Commissions say about applications",
        tables=(consultations,),
        personal="their reasons, in free text",
        since="the question",
        days=CONSULTATION_DAYS,
        due=lambda before: consultations.c.asked_at < before,
    ),
)
