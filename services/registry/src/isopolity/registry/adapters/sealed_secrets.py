"""Reseals secrets of apps with registry's first key at start-up, so that an older key can be removed.

Invariant: a seal that has changed meanwhile is not overwritten; one that no key opens is left for an operator to reset.
"""

import structlog
from sqlalchemy import select, update

from isopolity.persistence.database import Database
from isopolity.registry.adapters.encryption import Sealing
from isopolity.registry.adapters.sql.tables import people

_log = structlog.get_logger(__name__)


async def seal_anew(database: Database, sealing: Sealing) -> None:
    """Reseal with the first key each secret that an older key has sealed."""
    columns = people.c
    async with database.reading() as connection:
        rows = (
            await connection.execute(
                select(columns.id, columns.factor_sealed).where(columns.factor_sealed.is_not(None))
            )
        ).all()
    for person_id, sealed in rows:
        if sealing.is_newest(sealed):
            continue
        if sealing.opened(sealed) is None:
            _log.warning("seal_of_no_key", person=person_id)
            continue
        async with database.writing() as connection:
            same = (columns.id == person_id, columns.factor_sealed == sealed)
            await connection.execute(update(people).where(*same).values(factor_sealed=sealing.resealed(sealed)))
            await connection.commit()
