"""Questions of staff to applicants: asked with a draft of the application, answered as it is handed in again."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("applications", sa.Column("exchanges", sa.Text))
    op.add_column("applications", sa.Column("waits_since", UtcDateTime))
    op.add_column("drafts", sa.Column("application_id", sa.String(128)))
    op.add_column("drafts", sa.Column("question", sa.Text))
    op.create_index("uq_drafts_application_id", "drafts", ["application_id"], unique=True)


def downgrade() -> None:
    op.execute(sa.text("UPDATE applications SET status = 'confirmed' WHERE status = 'asked'"))
    op.execute(sa.text("DELETE FROM drafts WHERE application_id IS NOT NULL"))
    op.drop_index("uq_drafts_application_id", "drafts")
    op.drop_column("drafts", "question")
    op.drop_column("drafts", "application_id")
    op.drop_column("applications", "waits_since")
    op.drop_column("applications", "exchanges")
