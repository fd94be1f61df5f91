"""One contact for each address of a member: `address` is the folded e-mail address, unique within a member.

Where a member has an address twice already, the older contact (the smaller id) gets it. The younger ones keep their
row, their data and their id, with no `address`: nothing is erased or merged without somebody's leave. They are read,
changed and erased as before; `contacts_doubled` in the log tells how many there are.
"""

import sqlalchemy as sa
import structlog
from alembic import op

revision = "0004"
down_revision = "0003"

_AT_ONCE = 1000
_log = structlog.get_logger(__name__)
contacts = sa.table("contacts", *(sa.column(name, sa.Text) for name in ("id", "member_id", "email", "address")))


def upgrade() -> None:
    op.add_column("contacts", sa.Column("address", sa.Text))
    _fill(op.get_bind())
    op.create_index("uq_contacts_address", "contacts", ["member_id", "address"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_contacts_address", "contacts")
    op.drop_column("contacts", "address")


def _fill(connection: sa.Connection) -> None:
    query = sa.select(contacts.c.id, contacts.c.member_id, contacts.c.email).order_by(contacts.c.id)
    rows = connection.execute(query).all()
    older: dict[tuple[str, str], str] = {}
    for row in rows:
        older.setdefault((row.member_id, row.email.casefold()), row.id)
    statement = sa.update(contacts).where(contacts.c.id == sa.bindparam("of")).values(address=sa.bindparam("folded"))
    values = [{"of": contact_id, "folded": address} for (_, address), contact_id in older.items()]
    for start in range(0, len(values), _AT_ONCE):
        connection.execute(statement, values[start : start + _AT_ONCE])
    if len(older) < len(rows):
        _log.warning("contacts_doubled", count=len(rows) - len(older))
