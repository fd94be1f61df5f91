"""Tables of changes of contacts and of the links in their mails, and how long their rows are kept.

Invariant: the new person of a change is in its row only while the change waits.
"""

from typing import Final

from sqlalchemy import Boolean, Column, String, Table, Text

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.domain.replacement.contact_change import KEPT

contact_changes = Table(
    "contact_changes",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("member_kind", String(16), nullable=False),
    Column("member_id", String(128), nullable=False, index=True),
    Column("contact_id", String(128), index=True),
    Column("what", String(16), nullable=False),
    Column("role_before", String(64)),
    Column("role_after", String(64)),
    Column("by_contact_id", String(128), index=True),
    Column("by_staff", Boolean, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("stepped_at", UtcDateTime, nullable=False, index=True),
    Column("status", String(16), nullable=False, index=True),
    Column("role", String(64)),
    Column("name", Text),
    Column("email", Text),
    Column("language", String(35)),
    Column("due_at", UtcDateTime),
    Column("mailed_at", UtcDateTime),
    Column("called_at", UtcDateTime, index=True),
    Column("called_by", String(128)),
    Column("words", Text),
    Column("reason", Text),
    Column("decided_at", UtcDateTime),
)
"""`role`, `name`, `email` and `language`: the wanted contact; empty once the change is made or refused."""
contact_change_links = Table(
    "contact_change_links",
    metadata,
    Column("letter_id", String(128), primary_key=True),
    Column("change_id", String(128), nullable=False, index=True),
    Column("addressee", String(16), nullable=False),
    Column("secret_digest", String(64), nullable=False, unique=True),
)

REPLACING: Final = (
    Kept(
        name="changes of contacts by others, waiting or made",
        tables=(contact_changes, contact_change_links),
        referring=(contact_change_links.c.change_id,),
        personal="while one waits whom it names: role, name, address, language; what a caller writes to staff",
        since="the last step; what waits for longer is not made any more",
        days=KEPT.days,
        due=lambda before: contact_changes.c.stepped_at < before,
    ),
)
