"""The tables of a database that is new. Members, their people and what they ask for.

A database of an earlier commit is brought to this revision by commit e4c2631f5 (ADR 0090).
"""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps import create_shared_tables, drop_shared_tables
from isopolity.persistence.portable_sql import UtcDateTime

revision = "0054"
down_revision = None
_TYPES: Final[Mapping[str, Any]] = {
    "text": sa.Text(),
    "sorted": sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
    "integer": sa.Integer(),
    "bigint": sa.BigInteger(),
    "float": sa.Float(precision=53),
    "boolean": sa.Boolean(),
    "binary": sa.LargeBinary(),
    "date": sa.Date(),
    "time": UtcDateTime,
}
"""Types of columns; a number stands for a string of that length."""
_DEFAULTS: Final[Mapping[str, Any]] = {"''": "", "0": "0", "false": sa.false()}
_TABLES: Final = {
    "applications": (
        "id 128 key, version integer, status 16, member_kind 16, member_key text, country 2, region 64, search text, "
        "document text, role 64?, name text?, email text?, language 35?, received_at time, mailable boolean, "
        "secret_digest 64? unique, valid_until time?, decided_at time?, reason 32?, member_id 128?, others text?, "
        "exchanges text?, waits_since time?"
    ),
    "changes": (
        "id 128 key, natural_key text unique, version integer, status 16, member_kind 16, asked_at time, "
        "document text, status_since time?, reason text?"
    ),
    "choices": "number integer key, chosen_at time, chosen_by 300, city integer, programme integer",
    "cities": (
        "id 128 key, natural_key text unique, version integer, status 16, country 2, region 64, search text, "
        "sort_name sorted='', subjects text, document text, status_since time?, unseen_changes integer=0, "
        "changed_at time?, merged_into 128?, merged text?, name sorted='', modes text='', languages text='', "
        "population integer?, latitude float?, longitude float?, cell integer?"
    ),
    "commissions": "country 2 key, name text, email text, language 35, changed_at time",
    "consultations": (
        "application_id 128 key, country 2, commission_name text, asked_at time, letter_id 128?, "
        "undelivered_at time?, secret_digest 64? unique, verdict 16?, words text?, answered_at time?"
    ),
    "contact_change_links": "letter_id 128 key, change_id 128, addressee 16, secret_digest 64 unique",
    "contact_changes": (
        "id 128 key, member_kind 16, member_id 128, contact_id 128?, what 16, role_before 64?, role_after 64?, "
        "by_contact_id 128?, by_staff boolean, started_at time, stepped_at time, status 16, role 64?, name text?, "
        "email text?, language 35?, due_at time?, mailed_at time?, called_at time?, called_by 128?, words text?, "
        "reason text?, decided_at time?"
    ),
    "contacts": (
        "id 128 key, version integer, member_kind 16, member_id 128, role 64, name text, email text, language 35, "
        "address text?, confirmed boolean=false, confirmed_at time?, asked 160?, secret_digest 64?, "
        "valid_until time?, moved boolean=false"
    ),
    "counters": "subject 64 key, day time key, count integer",
    "drafts": (
        "id 128 key, version integer, member_kind 16, email text, language 35, started_at time, mailable boolean, "
        "secret_digest 64? unique, valid_until time?, saved_at time?, application_id 128?, question text?, "
        "letter_id 128?, document text"
    ),
    "erased_contacts": "id 128 key, version integer",
    "handovers": (
        "id 128 key, member_id 128 unique, member_kind 16, predecessor_id 128?, predecessor_becomes 16, "
        "by_staff boolean, role 64, name text, email text, language 35, started_at time, secret_digest 64? unique"
    ),
    "idempotency": (
        "caller 300 key, idempotency_key 255 key, fingerprint 64, created_at time, status integer?, headers text?, "
        "body binary?"
    ),
    "known_browsers": "digest 64 key, account_id 128 key, signed_in_at time",
    "letters": (
        "id 128 key, about 16, application_id 128, member_name text, name text, email text, language 35, reason 32?, "
        "words text?, written_at time, change_id 128?, notice text?"
    ),
    "office_requests": (
        "id 128 key, address text unique, wants 16, person_id 128, name text, email text, language 35, scopes 200, "
        "asked_by 300, asked_at time"
    ),
    "partners": (
        "id 128 key, natural_key text unique, version integer, status 16, country 2, region 64, search text, "
        "sort_name sorted='', subjects text, document text, status_since time?, unseen_changes integer=0, "
        "changed_at time?, merged_into 128?, merged text?, kind 64='', waiting integer=0"
    ),
    "passkey_challenges": "digest 64 key, purpose 16, binding 200, made_at time",
    "passkeys": (
        "id 128 key, account_id 128, credential_id text unique, public_key text, sign_count integer, "
        "is_synced boolean, is_backed_up boolean, is_factor boolean, name text, added_at time, used_at time?"
    ),
    "people": (
        "id 128 key, address text unique, name text, email text, language 35, scopes 200, factor_opened_at time?, "
        "enrolment_digest 64?, factor_sealed text?, factor_confirmed boolean=false, factor_step integer=0, "
        "issuer_subject text?"
    ),
    "prepared_imports": "id 128 key, prepared_at time, document text",
    "prepared_rows": "import_id 128 key, line integer key, state 16, document text, prepared_at time",
    "requests": (
        "id 128 key, natural_key text unique, version integer, status 16, city_id 128, search text, "
        "sort_name sorted='', subjects text, amount_min bigint?, amount_max bigint?, currency 3?, "
        "beneficiaries bigint?, starts date?, ends date?, payee text='', document text, status_since time?, "
        "changed_at time?, moved_to 128?"
    ),
    "revocations": "id 128 key, version integer, revoked_at time, expires_at time",
    "selections": "id 128 key, partner_id 128, name text, query text, saved_at time, saved_by 128",
    "sessions": (
        "id 128 key, account_id 128, member_id 128?, chosen boolean, family_digest 64 unique, turn_digest 64, "
        "started_at time, refreshed_at time, ends_at time, verified boolean=false, begun_with text?"
    ),
    "shortlist": (
        "partner_id 128 key, city_id 128 key, status 16, programme_id 128?, diligence_on date?, diligence_by 128?, "
        "changed_at time, changed_by 128"
    ),
    "shortlist_notes": "id 128 key, partner_id 128, city_id 128, text text, written_at time, written_by 128",
    "sign_ins": (
        "id 128 key, address text, requested_at time, mailable boolean, issued_at time?, valid_until time?, "
        "secret_digest 64? unique, code_digest 64?, tries integer"
    ),
    "twinnings": (
        "id 300 key, natural_key text unique, version integer, status 16, city_a 128, city_b 128, since integer?, "
        "claimed_by 128?, status_since time?"
    ),
}
"""The columns of each table: name and type, with `=` and a default; `?` where it may be null; `key` and `unique`."""
_INDEXES: Final = (
    ("ix_applications_member_key", "applications", "member_key"),
    ("ix_applications_status", "applications", "status"),
    ("ix_changes_status", "changes", "status"),
    ("ix_cities_applied", "cities", "sort_name id", "status = 'applied'"),
    ("ix_cities_country", "cities", "country"),
    ("ix_cities_merged_into", "cities", "merged_into", "merged_into IS NOT NULL"),
    ("ix_cities_names", "cities", "country sort_name id", "status <> 'withdrawn'"),
    ("ix_cities_of_country", "cities", "country id", "status = 'endorsed'"),
    ("ix_cities_of_region", "cities", "region id", "status = 'endorsed'"),
    ("ix_cities_places", "cities", "id cell latitude longitude name", "status = 'endorsed'"),
    ("ix_cities_region", "cities", "region"),
    ("ix_cities_sort_name", "cities", "sort_name id"),
    ("ix_consultations_asked_at", "consultations", "asked_at"),
    ("uq_consultations_letter_id", "consultations", "letter_id"),
    ("ix_contact_change_links_change_id", "contact_change_links", "change_id"),
    ("ix_contact_changes_by_contact_id", "contact_changes", "by_contact_id"),
    ("ix_contact_changes_called_at", "contact_changes", "called_at"),
    ("ix_contact_changes_contact_id", "contact_changes", "contact_id"),
    ("ix_contact_changes_member_id", "contact_changes", "member_id"),
    ("ix_contact_changes_status", "contact_changes", "status"),
    ("ix_contact_changes_stepped_at", "contact_changes", "stepped_at"),
    ("ix_contacts_address", "contacts", "address"),
    ("ix_contacts_member_id", "contacts", "member_id"),
    ("ix_contacts_of_kind", "contacts", "member_kind member_id"),
    ("ix_contacts_unasked", "contacts", "id", "NOT confirmed AND asked IS NULL"),
    ("uq_contacts_address", "contacts", "member_id address"),
    ("uq_contacts_asked", "contacts", "asked"),
    ("uq_contacts_secret_digest", "contacts", "secret_digest"),
    ("uq_drafts_application_id", "drafts", "application_id"),
    ("uq_drafts_letter_id", "drafts", "letter_id"),
    ("ix_handovers_started_at", "handovers", "started_at"),
    ("ix_idempotency_created_at", "idempotency", "created_at"),
    ("ix_known_browsers_account_id", "known_browsers", "account_id"),
    ("ix_known_browsers_signed_in_at", "known_browsers", "signed_in_at"),
    ("ix_letters_application_id", "letters", "application_id"),
    ("ix_letters_written_at", "letters", "written_at"),
    ("ix_office_requests_asked_at", "office_requests", "asked_at"),
    ("ix_partners_applied", "partners", "sort_name id", "status = 'applied'"),
    ("ix_partners_country", "partners", "country"),
    ("ix_partners_merged_into", "partners", "merged_into", "merged_into IS NOT NULL"),
    ("ix_partners_names", "partners", "country sort_name id", "status <> 'withdrawn'"),
    ("ix_partners_region", "partners", "region"),
    ("ix_partners_sort_name", "partners", "sort_name id"),
    ("ix_passkey_challenges_made_at", "passkey_challenges", "made_at"),
    ("ix_passkeys_account_id", "passkeys", "account_id"),
    ("ix_prepared_imports_prepared_at", "prepared_imports", "prepared_at"),
    ("ix_prepared_rows_prepared_at", "prepared_rows", "prepared_at"),
    ("ix_prepared_rows_state", "prepared_rows", "import_id state line"),
    ("ix_requests_city_id", "requests", "city_id"),
    ("ix_requests_open", "requests", "city_id", "status = 'published'"),
    ("ix_requests_sort_name", "requests", "sort_name id"),
    ("ix_revocations_expires_at", "revocations", "expires_at"),
    ("ix_selections_saved_at", "selections", "saved_at"),
    ("uq_selections_name", "selections", "partner_id name"),
    ("ix_sessions_account_id", "sessions", "account_id"),
    ("ix_sessions_ends_at", "sessions", "ends_at"),
    ("ix_sessions_member_id", "sessions", "member_id"),
    ("ix_shortlist_changed_at", "shortlist", "changed_at"),
    ("ix_shortlist_notes_city", "shortlist_notes", "partner_id city_id"),
    ("ix_shortlist_notes_written_at", "shortlist_notes", "written_at"),
    ("ix_sign_ins_address", "sign_ins", "address"),
    ("ix_sign_ins_requested_at", "sign_ins", "requested_at"),
    ("ix_twinnings_city_a", "twinnings", "city_a"),
    ("ix_twinnings_city_b", "twinnings", "city_b"),
    ("ix_twinnings_claimed_by", "twinnings", "claimed_by"),
)
"""Names, tables and columns of indexes, and the condition of a partial one; those named `uq_…` are unique."""
_WORDS: Final = (("cities", "subjects"), ("cities", "modes"), ("partners", "subjects"), ("requests", "subjects"))
"""What lists are chosen by, so that they need not read all."""


def upgrade() -> None:
    create_shared_tables(Operations(op.get_context()))
    for name, columns in _TABLES.items():
        op.create_table(name, *(_column(each) for each in columns.split(", ")))
    for name, table, names, *condition in _INDEXES:
        where: dict[str, Any] = {
            f"{each}_where": sa.text(condition[0]) for each in ("postgresql", "sqlite") if condition
        }
        op.create_index(name, table, names.split(), unique=name.startswith("uq_"), **where)
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _WORDS:
            op.execute(f"CREATE INDEX ix_{table}_{column} ON {table} USING gin (string_to_array({column}, ' '))")


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
    drop_shared_tables(Operations(op.get_context()))


def _column(written: str) -> sa.Column[Any]:
    name, kind, *marks = written.split()
    kind, _, default = kind.removesuffix("?").partition("=")
    return sa.Column(
        name,
        _TYPES.get(kind) or sa.String(int(kind)),
        primary_key="key" in marks,
        autoincrement=False,
        unique="unique" in marks or None,
        nullable=written.split()[1].endswith("?"),
        server_default=_DEFAULTS.get(default),
    )
