"""In the audit the member that an entry is about, with indexes that find a member's entries."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import add_member_of_audit, drop_member_of_audit

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    add_member_of_audit(Operations(op.get_context()))


def downgrade() -> None:
    drop_member_of_audit(Operations(op.get_context()))
