"""Indexes of the subjects and modes that members and requests tell, so that lists chosen by them need not read all."""

from alembic import op

revision = "0039"
down_revision = "0038"
_WORDS = (("cities", "subjects"), ("cities", "modes"), ("partners", "subjects"), ("requests", "subjects"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _WORDS:
            op.execute(f"CREATE INDEX ix_{table}_{column} ON {table} USING gin (string_to_array({column}, ' '))")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _WORDS:
            op.execute(f"DROP INDEX ix_{table}_{column}")
