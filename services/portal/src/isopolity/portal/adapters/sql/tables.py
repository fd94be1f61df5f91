"""The portal's tables."""

from sqlalchemy import Column, Date, LargeBinary, MetaData, String, Table, Text

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables(metadata)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
    Column("session_id", String(128), index=True),
)
"""`sealed` opens with the visitor's cookie only; `digest` stands for it. `session_id` is registry's, so that a session
that ended there is emptied here; those of an earlier release have none. An empty one stays for a day from `ends_at`.
"""

kept_forms = Table(
    "kept_forms",
    metadata,
    Column("form", String(64), primary_key=True),
    Column("holder", String(64), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False, index=True),
)
"""`holder` stands for a visitor's cookie, `form` for a page and an account besides; `sealed` opens with cookie and
account only.
"""

desk = Table(
    "desk",
    metadata,
    Column("queue", String(32), primary_key=True),
    Column("item", String(300), primary_key=True),
    Column("owner_id", String(300), nullable=False),
    Column("owner", Text, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False, index=True),
    Column("done_at", UtcDateTime),
    Column("due", Date),
    Column("not_before", Date),
    Column("comment", Text, nullable=False, server_default=""),
)
"""What staff notes of a task of the office; once it is done, the id of the person alone.

`taken_at` is the moment of the last change, `owner_id` is empty for a task without an owner.
"""
