"""In the audit what a partner does with its shortlist and its selections is told of the partner, not of the city."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import untell_subjects

revision = "0040"
down_revision = "0039"
_ACTS = ("shortlist.change", "shortlist.delete", "shortlist.notes", "notes.delete", "selections.delete")


def upgrade() -> None:
    untell_subjects(Operations(op.get_context()), _ACTS, "partner")


def downgrade() -> None:
    """Whom it was about is told by nothing any more."""
