"""Tables of drafts of applications, letters of the office, National Commissions and consultations.

Invariant: a letter's row, with its recipient, is deleted once its mail is sent or given up.
"""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.registry.adapters.sql.tables import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("member_kind", String(16), nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("mailable", Boolean, nullable=False),
    Column("secret_digest", String(64), unique=True),
    Column("valid_until", UtcDateTime),
    Column("saved_at", UtcDateTime),
    Column("application_id", String(128)),
    Column("question", Text),
    Column("letter_id", String(128)),
    Column("document", Text, nullable=False),
    Index("uq_drafts_application_id", "application_id", unique=True),
    Index("uq_drafts_letter_id", "letter_id", unique=True),
)
letters = Table(
    "letters",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("about", String(16), nullable=False),
    Column("application_id", String(128), nullable=False, index=True),
    Column("member_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("reason", String(32)),
    Column("words", Text),
    Column("written_at", UtcDateTime, nullable=False, index=True),
    Column("change_id", String(128)),
    Column("notice", Text),
)
commissions = Table(
    "commissions",
    metadata,
    Column("country", String(2), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
consultations = Table(
    "consultations",
    metadata,
    Column("application_id", String(128), primary_key=True),
    Column("country", String(2), nullable=False),
    Column("commission_name", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False, index=True),
    Column("letter_id", String(128)),
    Column("undelivered_at", UtcDateTime),
    Column("secret_digest", String(64), unique=True),
    Column("verdict", String(16)),
    Column("words", Text),
    Column("answered_at", UtcDateTime),
    Index("uq_consultations_letter_id", "letter_id", unique=True),
)
