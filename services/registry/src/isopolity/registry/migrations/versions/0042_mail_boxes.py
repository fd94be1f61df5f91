"""Addresses of contacts, staff and sign-ins in the form in which they are compared from now on: that of the mail box.

Until now `casefold()` made the addresses of two mail boxes one, such as those at straße.example and strasse.example.
Nothing is erased or merged. Where two rows have one mail box in the new form, the one that had the address before keeps
it, or else the older (the smaller id); a contact beside it goes on with no address, and an entry of staff with one that
nobody is mailed at. Where rows of two mail boxes were one, a sign-in or session may be of either: these end, and people
sign in again. `isopolity doctor` names all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
import structlog
from alembic import op

from isopolity.mail_addresses import MailAddress, UnusableAddress, address_key
from isopolity.persistence.portable_sql import pieces

revision = "0042"
down_revision = "0041"

_AT_ONCE = 1000
_log = structlog.get_logger(__name__)
contacts = sa.table("contacts", *(sa.column(name, sa.Text) for name in ("id", "member_id", "email", "address")))
people = sa.table("people", *(sa.column(name, sa.Text) for name in ("id", "email", "address")))
sign_ins = sa.table("sign_ins", *(sa.column(name, sa.Text) for name in ("id", "address")))
sessions = sa.table("sessions", sa.column("account_id", sa.Text))


def upgrade() -> None:
    connection = op.get_bind()
    accounts = [*_rows(connection, contacts), *_rows(connection, people)]
    boxes = defaultdict[str, set[str]](set)
    for row in accounts:
        boxes[row.email.casefold()].add(address_key(row.email))
    unclear = {folded for folded, keys in boxes.items() if len(keys) > 1}
    for some in pieces([row.id for row in accounts if row.email.casefold() in unclear], _AT_ONCE):
        connection.execute(sa.delete(sessions).where(sessions.c.account_id.in_(some)))
    for row in _rows(connection, sign_ins):
        keys = boxes.get(row.address) or _of_stranger(row.address)
        which = sign_ins.c.id == row.id
        if len(keys) == 1:
            connection.execute(sa.update(sign_ins).where(which).values(address=next(iter(keys))))
        else:
            connection.execute(sa.delete(sign_ins).where(which))
    _write_anew(connection, address_key)
    if unclear:
        _log.warning("addresses_of_two_mail_boxes_were_one", count=len(unclear))


def downgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.delete(sign_ins))
    _write_anew(connection, str.casefold)


def _rows(connection: sa.Connection, table: sa.TableClause) -> Sequence[Any]:
    return connection.execute(sa.select(table).order_by(table.c.id)).all()


def _of_stranger(folded: str) -> set[str]:
    try:
        return {MailAddress.of(folded).key}
    except UnusableAddress:
        return set()


def _write_anew(connection: sa.Connection, form: Callable[[str], str]) -> None:
    """Write the address of each row in this form."""
    wanted = _addresses(_rows(connection, contacts), form, lambda row: (row.member_id,))
    _update(connection, contacts, wanted, lambda _: None)
    wanted = _addresses(_rows(connection, people), form, lambda _: ())
    _update(connection, people, wanted, lambda person_id: f"doubled {person_id}")


def _addresses(
    rows: Sequence[Any], form: Callable[[str], str], scope: Callable[[Any], tuple[str, ...]]
) -> dict[str, str | None]:
    """By id, the address of each row whose address changes; None where another row of its scope has it."""
    holders: dict[tuple[str, ...], str] = {}
    for row in sorted(rows, key=lambda row: (row.address is None, row.id)):
        holders.setdefault((*scope(row), form(row.email)), row.id)
    found = {row.id: form(row.email) if holders[*scope(row), form(row.email)] == row.id else None for row in rows}
    return {row.id: found[row.id] for row in rows if found[row.id] != row.address}


def _update(
    connection: sa.Connection,
    table: sa.TableClause,
    wanted: dict[str, str | None],
    placeholder: Callable[[str], str | None],
) -> None:
    """Write the addresses. Each row first gets a placeholder, since a row may get the address that another one has."""
    statement = sa.update(table).where(table.c.id == sa.bindparam("of")).values(address=sa.bindparam("new"))
    freed: list[dict[str, str | None]] = [{"of": row_id, "new": placeholder(row_id)} for row_id in wanted]
    given: list[dict[str, str | None]] = [
        {"of": row_id, "new": new} for row_id, new in wanted.items() if new is not None
    ]
    for some in [*pieces(freed, _AT_ONCE), *pieces(given, _AT_ONCE)]:
        connection.execute(statement, some)
    if len(given) < len(freed):
        _log.warning("addresses_doubled", table=table.name, count=len(freed) - len(given))
