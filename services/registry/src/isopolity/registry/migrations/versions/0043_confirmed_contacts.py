"""Contacts have a mark that their address is confirmed, and the mail that asks for it.

Contacts that stand at the upgrade are confirmed: registry cannot know who of them was mailed, signed in or answered,
and no member is to be left without anybody who can be mailed. A contact is not confirmed if its address reads like that
of another contact or of somebody of staff, but is another mail box: one of the two may have been entered to get the
other's mails. `contacts_in_doubt` in the log tells how many there are; registry asks each by a mail.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog
from alembic import op

from isopolity.mail_addresses import address_key
from isopolity.persistence.portable_sql import UtcDateTime

revision = "0043"
down_revision = "0042"

_AT_ONCE = 1000
_log = structlog.get_logger(__name__)
contacts = sa.table(
    "contacts",
    sa.column("id", sa.Text),
    sa.column("email", sa.Text),
    sa.column("confirmed", sa.Boolean),
    sa.column("confirmed_at", UtcDateTime),
)
people = sa.table("people", sa.column("email", sa.Text))


def upgrade() -> None:
    op.add_column("contacts", sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("contacts", sa.Column("confirmed_at", UtcDateTime))
    op.add_column("contacts", sa.Column("asked", sa.String(160)))
    op.add_column("contacts", sa.Column("secret_digest", sa.String(64)))
    op.add_column("contacts", sa.Column("valid_until", UtcDateTime))
    _fill(op.get_bind())
    for name in ("asked", "secret_digest"):
        op.create_index(f"uq_contacts_{name}", "contacts", [name], unique=True)
    where = sa.text("NOT confirmed AND asked IS NULL")
    op.create_index("ix_contacts_unasked", "contacts", ["id"], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    op.drop_index("ix_contacts_unasked", "contacts")
    for name in ("asked", "secret_digest"):
        op.drop_index(f"uq_contacts_{name}", "contacts")
    for name in ("confirmed", "confirmed_at", "asked", "secret_digest", "valid_until"):
        op.drop_column("contacts", name)


def _fill(connection: sa.Connection) -> None:
    connection.execute(sa.update(contacts).values(confirmed=sa.true(), confirmed_at=datetime.now(UTC)))
    stored = connection.execute(sa.select(contacts.c.id, contacts.c.email).order_by(contacts.c.id)).all()
    known = [row.email for row in stored] + list(connection.execute(sa.select(people.c.email)).scalars())
    boxes = _boxes(known)
    in_doubt = [row.id for row in stored if len(boxes[row.email.casefold()]) > 1]
    for start in range(0, len(in_doubt), _AT_ONCE):
        some = contacts.c.id.in_(in_doubt[start : start + _AT_ONCE])
        connection.execute(sa.update(contacts).where(some).values(confirmed=sa.false(), confirmed_at=None))
    if in_doubt:
        _log.warning("contacts_in_doubt", count=len(in_doubt))


def _boxes(emails: Iterable[str]) -> dict[str, set[str]]:
    """The mail boxes of each address as it was compared before this release."""
    found: dict[str, set[str]] = {}
    for email in emails:
        found.setdefault(email.casefold(), set()).add(address_key(email))
    return found
