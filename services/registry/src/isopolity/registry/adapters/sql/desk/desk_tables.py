"""Tables of desks of partners: shortlists, their notes, and saved selections.

Invariant: authors are stored as ids; their names come from the contacts, as long as these exist.
"""

from sqlalchemy import Column, Date, Index, String, Table, Text

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.registry.adapters.sql.tables import metadata

shortlist = Table(
    "shortlist",
    metadata,
    Column("partner_id", String(128), primary_key=True),
    Column("city_id", String(128), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("programme_id", String(128)),
    Column("diligence_on", Date),
    Column("diligence_by", String(128)),
    Column("changed_at", UtcDateTime, nullable=False, index=True),
    Column("changed_by", String(128), nullable=False),
)
shortlist_notes = Table(
    "shortlist_notes",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("partner_id", String(128), nullable=False),
    Column("city_id", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False, index=True),
    Column("written_by", String(128), nullable=False),
    Index("ix_shortlist_notes_city", "partner_id", "city_id"),
)
selections = Table(
    "selections",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("partner_id", String(128), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False, index=True),
    Column("saved_by", String(128), nullable=False),
    Index("uq_selections_name", "partner_id", "name", unique=True),
)
