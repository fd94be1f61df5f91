"""Samples of streams: what was seen of topics, groups and processes last."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import create_stream_samples, drop_stream_samples

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    create_stream_samples(Operations(op.get_context()))


def downgrade() -> None:
    """Samples are taken anew within seconds; the counts of the last day are lost."""
    drop_stream_samples(Operations(op.get_context()))
