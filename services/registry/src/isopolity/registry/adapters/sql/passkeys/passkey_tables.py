"""Tables of passkeys, with public keys only, and of digests of challenges."""

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.registry.adapters.sql.tables import metadata

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("account_id", String(128), nullable=False, index=True),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("is_synced", Boolean, nullable=False),
    Column("is_backed_up", Boolean, nullable=False),
    Column("is_factor", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("binding", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
)
