"""The table of the journal: one line an event, found by what it is about, by its lineage, and by its id."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table

from isopolity.persistence.portable_sql import BigIdentity, UtcDateTime


def journal_table(metadata: MetaData) -> Table:
    """Define the table in `metadata`; `create_journal` in a migration creates it.

    An event is about two members at most. `subject` is kept of topics that are compacted, where a later event of the
    same subject replaces an earlier one. `partition` and `offset` are null where the broker did not tell the place.
    """
    table = Table(
        "journal",
        metadata,
        Column("event_id", String(100), primary_key=True),
        Column("type", String(100), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("subject", String(300)),
        Column("member_id", String(128)),
        Column("other_member_id", String(128)),
        Column("proposal_id", String(128)),
        Column("partnership_id", String(128)),
        Column("mail_id", String(140)),
        Column("correlation_id", String(128), nullable=False, index=True),
        Column("causation_id", String(128)),
        Column("topic", String(200), nullable=False),
        Column("partition", Integer),
        Column("offset", BigIdentity),
    )
    Index("ix_journal_at", table.c["at"], postgresql_using="brin")  # lines come in the order of their moments
    for name in ("member_id", "other_member_id", "proposal_id", "partnership_id", "mail_id"):
        known = table.c[name].is_not(None)
        Index(f"ix_journal_{name}", table.c[name], sqlite_where=known, postgresql_where=known)
    return table
