"""registry's tables. Each aggregate has a row, with columns for searches and its whole profile as JSON.

Invariant: `natural_key` is unique in each table, so that two transactions cannot register the same entry. Retention
counts from `status_since`, when the status last changed; `changed_at` is the time of the last visible change.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from isopolity.persistence.idempotency_keys import idempotency_table
from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables(metadata)

_IN_CODE_POINTS = Text().with_variant(Text(collation="C"), "postgresql")
"""A text column that sorts by code points in both databases, in any locale of the server."""


def _only(status: str, sense: str = "=") -> dict[str, Any]:
    """Options of a partial index of rows with this status or, with `<>`, with any other."""
    return _where(f"status {sense} '{status}'")


def _where(condition: str) -> dict[str, Any]:
    """Options of a partial index of the rows that meet a condition."""
    return {f"{dialect}_where": text(condition) for dialect in ("postgresql", "sqlite")}


def _words_of(table: str, column: str) -> Index:
    """An index of the words in a column, for `conditions`; SQLite has no such index and reads all rows."""
    words = Index(f"ix_{table}_{column}", text(f"string_to_array({column}, ' ')"), postgresql_using="gin")
    return words.ddl_if(dialect="postgresql")


def _members(name: str, *more: Column[Any] | Index) -> Table:
    return Table(
        name,
        metadata,
        Column("id", String(128), primary_key=True),
        Column("natural_key", Text, nullable=False, unique=True),
        Column("version", Integer, nullable=False),
        Column("status", String(16), nullable=False),
        Column("country", String(2), nullable=False, index=True),
        Column("region", String(64), nullable=False, index=True),
        Column("search", Text, nullable=False),
        Column("sort_name", _IN_CODE_POINTS, nullable=False, server_default=""),
        Column("subjects", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("status_since", UtcDateTime),
        Column("unseen_changes", Integer, nullable=False, server_default="0"),
        Column("changed_at", UtcDateTime),
        Column("merged_into", String(128)),  # the entry in which a merged member continues
        Column("merged", Text),  # the same with details, as JSON
        Index(f"ix_{name}_merged_into", "merged_into", **_where("merged_into IS NOT NULL")),
        Index(f"ix_{name}_sort_name", "sort_name", "id"),
        _words_of(name, "subjects"),
        Index(f"ix_{name}_applied", "sort_name", "id", **_only("applied")),
        Index(f"ix_{name}_names", "country", "sort_name", "id", **_only("withdrawn", "<>")),  # for sizes
        *more,
    )


cities = _members(
    "cities",
    Column("name", _IN_CODE_POINTS, nullable=False, server_default=""),
    Column("modes", Text, nullable=False, server_default=""),
    Column("languages", Text, nullable=False, server_default=""),
    Column("population", Integer),
    Column("latitude", Float(53)),
    Column("longitude", Float(53)),
    Column("cell", Integer),
    _words_of("cities", "modes"),
    Index("ix_cities_places", "id", "cell", "latitude", "longitude", "name", **_only("endorsed")),  # for maps
    Index("ix_cities_of_region", "region", "id", **_only("endorsed")),  # for counts of requests by city
    Index("ix_cities_of_country", "country", "id", **_only("endorsed")),
)
"""`cell` is the cell's number in `grid`. An older release that still runs leaves these columns empty."""
partners = _members(
    "partners",
    Column("kind", String(64), nullable=False, server_default=""),
    Column("waiting", Integer, nullable=False, server_default="0"),
)
"""`waiting` is the number of programmes that wait for staff, without refused ones."""
requests = Table(
    "requests",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("natural_key", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("city_id", String(128), nullable=False, index=True),
    Column("search", Text, nullable=False),
    Column("sort_name", _IN_CODE_POINTS, nullable=False, server_default=""),
    Column("subjects", Text, nullable=False),
    Column("amount_min", BigInteger),
    Column("amount_max", BigInteger),
    Column("currency", String(3)),
    Column("beneficiaries", BigInteger),
    Column("starts", Date),
    Column("ends", Date),
    Column("payee", Text, nullable=False, server_default=""),
    Column("document", Text, nullable=False),
    Column("status_since", UtcDateTime),
    Column("changed_at", UtcDateTime),
    Column("moved_to", String(128)),
    Index("ix_requests_sort_name", "sort_name", "id"),
    _words_of("requests", "subjects"),
    Index("ix_requests_open", "city_id", **_only("published")),
)
twinnings = Table(
    "twinnings",
    metadata,
    Column("id", String(300), primary_key=True),
    Column("natural_key", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("city_a", String(128), nullable=False, index=True),
    Column("city_b", String(128), nullable=False, index=True),
    Column("since", Integer),
    Column("claimed_by", String(128), index=True),
    Column("status_since", UtcDateTime),
)
applications = Table(
    "applications",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("member_kind", String(16), nullable=False),
    Column("member_key", Text, nullable=False, index=True),
    Column("country", String(2), nullable=False),
    Column("region", String(64), nullable=False),
    Column("search", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("role", String(64)),
    Column("name", Text),
    Column("email", Text),
    Column("language", String(35)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("mailable", Boolean, nullable=False),
    Column("secret_digest", String(64), unique=True),
    Column("valid_until", UtcDateTime),
    Column("decided_at", UtcDateTime),
    Column("reason", String(32)),
    Column("member_id", String(128)),
    Column("others", Text),
    Column("exchanges", Text),
    Column("waits_since", UtcDateTime),
)
"""`member_key` is not unique, so that a stranger's application blocks nobody else's. Personal data is in the columns
`role` to `language`, `others` and `exchanges`, which a decision empties."""
handovers = Table(
    "handovers",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("member_id", String(128), nullable=False, unique=True),
    Column("member_kind", String(16), nullable=False),
    Column("predecessor_id", String(128)),
    Column("predecessor_becomes", String(16), nullable=False),
    Column("by_staff", Boolean, nullable=False),
    Column("role", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("secret_digest", String(64), unique=True),
)
changes = Table(
    "changes",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("natural_key", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("member_kind", String(16), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("document", Text, nullable=False),
    Column("status_since", UtcDateTime),
    Column("reason", Text),
)
counters = Table(
    "counters",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("day", UtcDateTime, primary_key=True),
    Column("count", Integer, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("member_kind", String(16), nullable=False),
    Column("member_id", String(128), nullable=False, index=True),
    Column("role", String(64), nullable=False),
    Column("name", _IN_CODE_POINTS, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("address", Text, index=True),  # null in a duplicate from before 0004 or 0042
    Column("confirmed", Boolean, nullable=False, server_default=false()),
    Column("confirmed_at", UtcDateTime),
    Column("asked", String(160)),
    Column("secret_digest", String(64)),
    Column("valid_until", UtcDateTime),
    Column("moved", Boolean, nullable=False, server_default=false()),  # moved here from a merged entry
    Index("uq_contacts_asked", "asked", unique=True),
    Index("uq_contacts_secret_digest", "secret_digest", unique=True),
    Index("ix_contacts_unasked", "id", **_where("NOT confirmed AND asked IS NULL")),
    Index("uq_contacts_address", "member_id", "address", unique=True),
    Index("ix_contacts_of_kind", "member_kind", "member_id"),  # for members with a contact
)
"""`confirmed`: whether mails may go to the address; `asked`: the id of the confirmation mail. A release without these
leaves an unconfirmed contact, which soon gets such a mail."""
erased_contacts = Table(
    "erased_contacts", metadata, Column("id", String(128), primary_key=True), Column("version", Integer, nullable=False)
)
revocations = Table(
    "revocations",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("address", Text, nullable=False, index=True),
    Column("requested_at", UtcDateTime, nullable=False, index=True),
    Column("mailable", Boolean, nullable=False, default=True),  # as `code_digest`, `tries`: for releases before 0045
    Column("issued_at", UtcDateTime),
    Column("valid_until", UtcDateTime),
    Column("secret_digest", String(64), unique=True),
    Column("code_digest", String(64)),
    Column("tries", Integer, nullable=False, default=0),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("account_id", String(128), nullable=False, index=True),
    Column("member_id", String(128), index=True),
    Column("chosen", Boolean, nullable=False),
    Column("family_digest", String(64), nullable=False, unique=True),
    Column("turn_digest", String(64), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
    Column("verified", Boolean, nullable=False),
    Column("begun_with", Text),
)
people = Table(
    "people",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("address", Text, nullable=False, unique=True),  # the key of the e-mail address
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("factor_opened_at", UtcDateTime),
    Column("enrolment_digest", String(64)),
    Column("factor_sealed", Text),
    Column("factor_confirmed", Boolean, nullable=False),
    Column("factor_step", Integer, nullable=False),
    Column("issuer_subject", Text),
)
"""Staff and operators. Contacts of members are in another table."""
choices = Table(
    "choices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("chosen_at", UtcDateTime, nullable=False),
    Column("chosen_by", String(300), nullable=False),
    Column("city", Integer, nullable=False),
    Column("programme", Integer, nullable=False),
)
"""Choices of default capacities by staff."""
idempotency = idempotency_table(metadata)
