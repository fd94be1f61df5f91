"""Acts of operators on a group, as the audit keeps them: it was paused, resumed or reset.

Invariant: who did it is told by the subject of the token, as in the audit, and by nothing else of the entry.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.audit import AuditFilter, audit_entries

PAUSED: Final = "groups.pause"
_SHOWN: Final = 5
"""Acts that are told, the newest."""


class GroupAct(BaseModel):
    """One act."""

    at: AwareDatetime
    actor: str
    """The subject of the token: for who signed in the id in registry's list of people."""
    action: str
    """`groups.pause`, `groups.resume` or `groups.reset`."""
    reason: str
    """Empty where it is the same as before, so that the audit has no change of it."""


async def group_acts(connection: AsyncConnection, audit: Table, group: str) -> Sequence[GroupAct]:
    """The newest acts on a group, the newest first; the last pause is always among them."""
    newest = await audit_entries(connection, audit, AuditFilter(subject=group), before=None, limit=_SHOWN)
    rows = {row.id: row for row in newest}
    for row in await audit_entries(connection, audit, AuditFilter(subject=group, action=PAUSED), before=None, limit=1):
        rows.setdefault(row.id, row)
    return [GroupAct(at=row.at, actor=row.actor, action=row.action, reason=_reason(row)) for row in rows.values()]


def _reason(row: Any) -> str:
    """The reason of a reset stands in its details, that of a pause or a resumption in what changed."""
    facts = json.loads(row.details or row.after or "{}")
    return str(facts.get("reason", ""))
