"""The tables of a database that is new. Members, their people and what they ask for.

A database of an earlier commit is brought to this revision by commit e4c2631f5 (ADR 0090).
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps import create_shared_tables, drop_shared_tables
from isopolity.persistence.portable_sql import UtcDateTime

revision = "0054"
down_revision = None
TABLES = (
    "applications",
    "changes",
    "choices",
    "cities",
    "commissions",
    "consultations",
    "contact_change_links",
    "contact_changes",
    "contacts",
    "counters",
    "drafts",
    "erased_contacts",
    "handovers",
    "idempotency",
    "known_browsers",
    "letters",
    "office_requests",
    "partners",
    "passkey_challenges",
    "passkeys",
    "people",
    "prepared_imports",
    "prepared_rows",
    "requests",
    "revocations",
    "selections",
    "sessions",
    "shortlist",
    "shortlist_notes",
    "sign_ins",
    "twinnings",
)
_WORDS = (("cities", "subjects"), ("cities", "modes"), ("partners", "subjects"), ("requests", "subjects"))
"""Columns of words, separated by blanks, that lists are filtered by; a GIN index on each spares a scan of the table."""


def upgrade() -> None:
    create_shared_tables(Operations(op.get_context()))
    _create_applications()
    _create_changes()
    _create_choices()
    _create_cities()
    _create_commissions()
    _create_consultations()
    _create_contact_change_links()
    _create_contact_changes()
    _create_contacts()
    _create_counters()
    _create_drafts()
    _create_erased_contacts()
    _create_handovers()
    _create_idempotency()
    _create_known_browsers()
    _create_letters()
    _create_office_requests()
    _create_partners()
    _create_passkey_challenges()
    _create_passkeys()
    _create_people()
    _create_prepared_imports()
    _create_prepared_rows()
    _create_requests()
    _create_revocations()
    _create_selections()
    _create_sessions()
    _create_shortlist()
    _create_shortlist_notes()
    _create_sign_ins()
    _create_twinnings()

    if op.get_bind().dialect.name == "postgresql":
        for table, column in _WORDS:
            op.execute(f"CREATE INDEX ix_{table}_{column} ON {table} USING gin (string_to_array({column}, ' '))")


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    drop_shared_tables(Operations(op.get_context()))


def _create_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("member_kind", sa.String(length=16), nullable=False),
        sa.Column("member_key", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("mailable", sa.Boolean(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("valid_until", UtcDateTime, nullable=True),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("member_id", sa.String(length=128), nullable=True),
        sa.Column("others", sa.Text(), nullable=True),
        sa.Column("exchanges", sa.Text(), nullable=True),
        sa.Column("waits_since", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index("ix_applications_member_key", "applications", ["member_key"])
    op.create_index("ix_applications_status", "applications", ["status"])


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("member_kind", sa.String(length=16), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status_since", UtcDateTime, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("natural_key"),
    )
    op.create_index("ix_changes_status", "changes", ["status"])


def _create_choices() -> None:
    op.create_table(
        "choices",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen_at", UtcDateTime, nullable=False),
        sa.Column("chosen_by", sa.String(length=300), nullable=False),
        sa.Column("city", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def _create_cities() -> None:
    op.create_table(
        "cities",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column(
            "sort_name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), server_default="", nullable=False
        ),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status_since", UtcDateTime, nullable=True),
        sa.Column("unseen_changes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=True),
        sa.Column("merged_into", sa.String(length=128), nullable=True),
        sa.Column("merged", sa.Text(), nullable=True),
        sa.Column(
            "name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), server_default="", nullable=False
        ),
        sa.Column("modes", sa.Text(), server_default="", nullable=False),
        sa.Column("languages", sa.Text(), server_default="", nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("cell", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("natural_key"),
    )
    op.create_index(
        "ix_cities_applied",
        "cities",
        ["sort_name", "id"],
        postgresql_where=sa.text("status = 'applied'"),
        sqlite_where=sa.text("status = 'applied'"),
    )
    op.create_index("ix_cities_country", "cities", ["country"])
    op.create_index(
        "ix_cities_merged_into",
        "cities",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_cities_names",
        "cities",
        ["country", "sort_name", "id"],
        postgresql_where=sa.text("status <> 'withdrawn'"),
        sqlite_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index(
        "ix_cities_of_country",
        "cities",
        ["country", "id"],
        postgresql_where=sa.text("status = 'endorsed'"),
        sqlite_where=sa.text("status = 'endorsed'"),
    )
    op.create_index(
        "ix_cities_of_region",
        "cities",
        ["region", "id"],
        postgresql_where=sa.text("status = 'endorsed'"),
        sqlite_where=sa.text("status = 'endorsed'"),
    )
    op.create_index(
        "ix_cities_places",
        "cities",
        ["id", "cell", "latitude", "longitude", "name"],
        postgresql_where=sa.text("status = 'endorsed'"),
        sqlite_where=sa.text("status = 'endorsed'"),
    )
    op.create_index("ix_cities_region", "cities", ["region"])
    op.create_index("ix_cities_sort_name", "cities", ["sort_name", "id"])


def _create_commissions() -> None:
    op.create_table(
        "commissions",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("country"),
    )


def _create_consultations() -> None:
    op.create_table(
        "consultations",
        sa.Column("application_id", sa.String(length=128), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("commission_name", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("letter_id", sa.String(length=128), nullable=True),
        sa.Column("undelivered_at", UtcDateTime, nullable=True),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("application_id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index("ix_consultations_asked_at", "consultations", ["asked_at"])
    op.create_index("uq_consultations_letter_id", "consultations", ["letter_id"], unique=True)


def _create_contact_change_links() -> None:
    op.create_table(
        "contact_change_links",
        sa.Column("letter_id", sa.String(length=128), nullable=False),
        sa.Column("change_id", sa.String(length=128), nullable=False),
        sa.Column("addressee", sa.String(length=16), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("letter_id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index("ix_contact_change_links_change_id", "contact_change_links", ["change_id"])


def _create_contact_changes() -> None:
    op.create_table(
        "contact_changes",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("member_kind", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("contact_id", sa.String(length=128), nullable=True),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("role_before", sa.String(length=64), nullable=True),
        sa.Column("role_after", sa.String(length=64), nullable=True),
        sa.Column("by_contact_id", sa.String(length=128), nullable=True),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("stepped_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=True),
        sa.Column("mailed_at", UtcDateTime, nullable=True),
        sa.Column("called_at", UtcDateTime, nullable=True),
        sa.Column("called_by", sa.String(length=128), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_changes_by_contact_id", "contact_changes", ["by_contact_id"])
    op.create_index("ix_contact_changes_called_at", "contact_changes", ["called_at"])
    op.create_index("ix_contact_changes_contact_id", "contact_changes", ["contact_id"])
    op.create_index("ix_contact_changes_member_id", "contact_changes", ["member_id"])
    op.create_index("ix_contact_changes_status", "contact_changes", ["status"])
    op.create_index("ix_contact_changes_stepped_at", "contact_changes", ["stepped_at"])


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_kind", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime, nullable=True),
        sa.Column("asked", sa.String(length=160), nullable=True),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("valid_until", UtcDateTime, nullable=True),
        sa.Column("moved", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contacts_address", "contacts", ["address"])
    op.create_index("ix_contacts_member_id", "contacts", ["member_id"])
    op.create_index("ix_contacts_of_kind", "contacts", ["member_kind", "member_id"])
    op.create_index(
        "ix_contacts_unasked",
        "contacts",
        ["id"],
        postgresql_where=sa.text("NOT confirmed AND asked IS NULL"),
        sqlite_where=sa.text("NOT confirmed AND asked IS NULL"),
    )
    op.create_index("uq_contacts_address", "contacts", ["member_id", "address"], unique=True)
    op.create_index("uq_contacts_asked", "contacts", ["asked"], unique=True)
    op.create_index("uq_contacts_secret_digest", "contacts", ["secret_digest"], unique=True)


def _create_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("day", UtcDateTime, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "day"),
    )


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_kind", sa.String(length=16), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("mailable", sa.Boolean(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("valid_until", UtcDateTime, nullable=True),
        sa.Column("saved_at", UtcDateTime, nullable=True),
        sa.Column("application_id", sa.String(length=128), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("letter_id", sa.String(length=128), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index("uq_drafts_application_id", "drafts", ["application_id"], unique=True)
    op.create_index("uq_drafts_letter_id", "drafts", ["letter_id"], unique=True)


def _create_erased_contacts() -> None:
    op.create_table(
        "erased_contacts",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("member_kind", sa.String(length=16), nullable=False),
        sa.Column("predecessor_id", sa.String(length=128), nullable=True),
        sa.Column("predecessor_becomes", sa.String(length=16), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("member_id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index("ix_handovers_started_at", "handovers", ["started_at"])


def _create_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(length=300), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("caller", "idempotency_key"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])


def _create_known_browsers() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=128), nullable=False),
        sa.Column("signed_in_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("digest", "account_id"),
    )
    op.create_index("ix_known_browsers_account_id", "known_browsers", ["account_id"])
    op.create_index("ix_known_browsers_signed_in_at", "known_browsers", ["signed_in_at"])


def _create_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("application_id", sa.String(length=128), nullable=False),
        sa.Column("member_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.Column("change_id", sa.String(length=128), nullable=True),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_letters_application_id", "letters", ["application_id"])
    op.create_index("ix_letters_written_at", "letters", ["written_at"])


def _create_office_requests() -> None:
    op.create_table(
        "office_requests",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("wants", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=300), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address"),
    )
    op.create_index("ix_office_requests_asked_at", "office_requests", ["asked_at"])


def _create_partners() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column(
            "sort_name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), server_default="", nullable=False
        ),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status_since", UtcDateTime, nullable=True),
        sa.Column("unseen_changes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=True),
        sa.Column("merged_into", sa.String(length=128), nullable=True),
        sa.Column("merged", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=64), server_default="", nullable=False),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("natural_key"),
    )
    op.create_index(
        "ix_partners_applied",
        "partners",
        ["sort_name", "id"],
        postgresql_where=sa.text("status = 'applied'"),
        sqlite_where=sa.text("status = 'applied'"),
    )
    op.create_index("ix_partners_country", "partners", ["country"])
    op.create_index(
        "ix_partners_merged_into",
        "partners",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_partners_names",
        "partners",
        ["country", "sort_name", "id"],
        postgresql_where=sa.text("status <> 'withdrawn'"),
        sqlite_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index("ix_partners_region", "partners", ["region"])
    op.create_index("ix_partners_sort_name", "partners", ["sort_name", "id"])


def _create_passkey_challenges() -> None:
    op.create_table(
        "passkey_challenges",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("binding", sa.String(length=200), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_passkey_challenges_made_at", "passkey_challenges", ["made_at"])


def _create_passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("account_id", sa.String(length=128), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("is_factor", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index("ix_passkeys_account_id", "passkeys", ["account_id"])


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("factor_opened_at", UtcDateTime, nullable=True),
        sa.Column("enrolment_digest", sa.String(length=64), nullable=True),
        sa.Column("factor_sealed", sa.Text(), nullable=True),
        sa.Column("factor_confirmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("factor_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("issuer_subject", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address"),
    )


def _create_prepared_imports() -> None:
    op.create_table(
        "prepared_imports",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("prepared_at", UtcDateTime, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_prepared_imports_prepared_at", "prepared_imports", ["prepared_at"])


def _create_prepared_rows() -> None:
    op.create_table(
        "prepared_rows",
        sa.Column("import_id", sa.String(length=128), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("prepared_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "line"),
    )
    op.create_index("ix_prepared_rows_prepared_at", "prepared_rows", ["prepared_at"])
    op.create_index("ix_prepared_rows_state", "prepared_rows", ["import_id", "state", "line"])


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("city_id", sa.String(length=128), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column(
            "sort_name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), server_default="", nullable=False
        ),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("amount_min", sa.BigInteger(), nullable=True),
        sa.Column("amount_max", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("beneficiaries", sa.BigInteger(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("payee", sa.Text(), server_default="", nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status_since", UtcDateTime, nullable=True),
        sa.Column("changed_at", UtcDateTime, nullable=True),
        sa.Column("moved_to", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("natural_key"),
    )
    op.create_index("ix_requests_city_id", "requests", ["city_id"])
    op.create_index(
        "ix_requests_open",
        "requests",
        ["city_id"],
        postgresql_where=sa.text("status = 'published'"),
        sqlite_where=sa.text("status = 'published'"),
    )
    op.create_index("ix_requests_sort_name", "requests", ["sort_name", "id"])


def _create_revocations() -> None:
    op.create_table(
        "revocations",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revoked_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_revocations_expires_at", "revocations", ["expires_at"])


def _create_selections() -> None:
    op.create_table(
        "selections",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("partner_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_selections_saved_at", "selections", ["saved_at"])
    op.create_index("uq_selections_name", "selections", ["partner_id", "name"], unique=True)


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("account_id", sa.String(length=128), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=True),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("family_digest", sa.String(length=64), nullable=False),
        sa.Column("turn_digest", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("refreshed_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("verified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("begun_with", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("family_digest"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"])
    op.create_index("ix_sessions_member_id", "sessions", ["member_id"])


def _create_shortlist() -> None:
    op.create_table(
        "shortlist",
        sa.Column("partner_id", sa.String(length=128), nullable=False),
        sa.Column("city_id", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("programme_id", sa.String(length=128), nullable=True),
        sa.Column("diligence_on", sa.Date(), nullable=True),
        sa.Column("diligence_by", sa.String(length=128), nullable=True),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "city_id"),
    )
    op.create_index("ix_shortlist_changed_at", "shortlist", ["changed_at"])


def _create_shortlist_notes() -> None:
    op.create_table(
        "shortlist_notes",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("partner_id", sa.String(length=128), nullable=False),
        sa.Column("city_id", sa.String(length=128), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.Column("written_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_shortlist_notes_city", "shortlist_notes", ["partner_id", "city_id"])
    op.create_index("ix_shortlist_notes_written_at", "shortlist_notes", ["written_at"])


def _create_sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("mailable", sa.Boolean(), nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=True),
        sa.Column("valid_until", UtcDateTime, nullable=True),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index("ix_sign_ins_address", "sign_ins", ["address"])
    op.create_index("ix_sign_ins_requested_at", "sign_ins", ["requested_at"])


def _create_twinnings() -> None:
    op.create_table(
        "twinnings",
        sa.Column("id", sa.String(length=300), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("city_a", sa.String(length=128), nullable=False),
        sa.Column("city_b", sa.String(length=128), nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("claimed_by", sa.String(length=128), nullable=True),
        sa.Column("status_since", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("natural_key"),
    )
    op.create_index("ix_twinnings_city_a", "twinnings", ["city_a"])
    op.create_index("ix_twinnings_city_b", "twinnings", ["city_b"])
    op.create_index("ix_twinnings_claimed_by", "twinnings", ["claimed_by"])
