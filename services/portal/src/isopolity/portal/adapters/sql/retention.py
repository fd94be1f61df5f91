"""Retention: how long the portal keeps each kind of row."""

from collections.abc import Mapping
from typing import Final

from isopolity.persistence.retention import Forget, Kept, deleting_all
from isopolity.persistence.unit_of_work import Storage
from isopolity.portal.adapters.sql.tables import sessions

KINDS: Final = (
    Kept(
        name="sessions, sealed with the visitor's cookie",
        tables=(sessions,),
        personal="names and roles of the accounts, and tokens; to be read with the cookie only",
        since="its end; who signs out, is erased or leaves ends it at once",
        days=0,
        due=lambda before: sessions.c.ends_at < before,
    ),
)


def forgetting(storage: Storage) -> Mapping[str, Forget]:
    """For each kind, by its name, the function that deletes what is due."""
    return deleting_all(storage, KINDS)
