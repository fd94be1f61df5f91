"""Parked events are known by their ids."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.parked_events import key_parked_by_event, key_parked_by_place

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    key_parked_by_event(Operations(op.get_context()))


def downgrade() -> None:
    key_parked_by_place(Operations(op.get_context()))
