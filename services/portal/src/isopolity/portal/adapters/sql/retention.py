"""Retention: how long the portal keeps each kind of row."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import and_, or_

from isopolity.persistence.retention import Forget, Kept, deleting_all
from isopolity.persistence.unit_of_work import Storage
from isopolity.portal.adapters.sql.tables import desk, kept_forms, sessions
from isopolity.portal.domain.session import KEPT_FOR

_NOTED_DAYS: Final = 180
"""As long as an application waits; what is noted of a task goes with the task, mostly much earlier."""
_DONE_DAYS: Final = 400
"""Longer than words with an answer are kept, so that what is done does not come back to the desk."""
KINDS: Final = (
    Kept(
        name="sessions, encrypted with the visitor's cookie",
        tables=(sessions,),
        personal="names and roles of the accounts, and tokens; readable only with the cookie",
        since="its end; signing out, erasure or leaving empties it at once, and only its digest stays",
        days=KEPT_FOR.days,
        due=lambda before: sessions.c.ends_at < before,
    ),
    Kept(
        name="forms sent after the end of a session, encrypted with the visitor's cookie",
        tables=(kept_forms,),
        personal="what was typed; readable only with the cookie and by the same account",
        since="being sent; sending the form again or signing out ends it at once",
        days=KEPT_FOR.days,
        due=lambda before: kept_forms.c.kept_at < before,
    ),
    Kept(
        name="what staff notes of tasks: owner, due day, the day on which it comes back, comment",
        tables=(desk,),
        personal="name and account of the owner; what is written there",
        since="the last change, or its last day; it goes with the task, and finishing the task empties it at once",
        days=_NOTED_DAYS,
        due=lambda before: and_(
            desk.c.done_at.is_(None),
            desk.c.taken_at < before,
            *(or_(day.is_(None), day < before.date()) for day in (desk.c.due, desk.c.not_before)),
        ),
    ),
    Kept(
        name="tasks that staff has done",
        tables=(desk,),
        personal="account of the person",
        since="being done",
        days=_DONE_DAYS,
        due=lambda before: desk.c.done_at < before,
    ),
)


def forgetting(storage: Storage) -> Mapping[str, Forget]:
    """For each kind, by its name, the function that deletes what is due."""
    return deleting_all(storage, KINDS)
