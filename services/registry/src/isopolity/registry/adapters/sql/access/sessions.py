"""Sign-ins, known browsers, sessions, and the list of staff and operators in registry's database.

Invariant: each method is one statement, or reads rows that it has locked; if two transactions use one sign-in, or end
one session, only one finds it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, String, Table, and_, case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.periods import SIGN_IN_LINK, SIGN_IN_MAIL
from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import metadata, people, sessions, sign_ins
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.second_factor import SecondFactor
from isopolity.registry.domain.access.session import Session, SignIn
from isopolity.registry.domain.errors import ConcurrentChange

_MAILED: Final = 2 * ceil(SIGN_IN_LINK / SIGN_IN_MAIL) + 2
"""The most mails that are read: at least twice as many as are valid at once, one for each `SIGN_IN_MAIL`."""
_FACTOR: Final = {
    "opened_at": "factor_opened_at",
    "enrolment_digest": "enrolment_digest",
    "sealed": "factor_sealed",
    "confirmed": "factor_confirmed",
    "last_step": "factor_step",
}
"""Fields of a second factor, with their columns."""


known_browsers = Table(
    "known_browsers",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account_id", String(128), primary_key=True, index=True),
    Column("signed_in_at", UtcDateTime, nullable=False, index=True),
)
"""Browsers from which holders of accounts have signed in."""


class SqlSignIns(SqlRecords[SignIn]):
    """A SignInRepository on one connection."""

    table, kind = sign_ins, SignIn

    async def add(self, sign_in: SignIn) -> None:
        await self._insert(sign_in)

    async def address_of(self, sign_in_id: str) -> str | None:
        query = select(sign_ins.c.address).where(sign_ins.c.id == sign_in_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def of_address(self, address: str, since: datetime) -> Sequence[SignIn]:
        wanted = and_(sign_ins.c.address == address, sign_ins.c.requested_at > since)
        return await self._all(select(sign_ins).where(wanted).order_by(sign_ins.c.id).with_for_update())

    async def mailed(self, address: str, now: datetime) -> Sequence[SignIn]:
        issued = and_(sign_ins.c.issued_at.is_not(None), sign_ins.c.secret_digest.is_not(None))
        query = select(sign_ins).where(sign_ins.c.address == address, issued, sign_ins.c.valid_until > now)
        last = query.order_by(sign_ins.c.valid_until.desc(), sign_ins.c.id).limit(_MAILED)
        return await self._all(last)

    async def by_secret(self, digest: str) -> SignIn | None:
        return await self._one(sign_ins.c.secret_digest == digest, locked=True)

    async def save(self, sign_in: SignIn) -> None:
        await self._update(sign_in)

    async def spend(self, sign_in_id: str) -> bool:
        unspent = and_(sign_ins.c.id == sign_in_id, sign_ins.c.secret_digest.is_not(None))
        spent = update(sign_ins).where(unspent).values(secret_digest=None)
        return (await self._connection.execute(spent)).rowcount > 0

    async def forget(self, addresses: Collection[str]) -> None:
        # the transaction that uses one has locked it, and may wait for a contact locked here
        free = select(sign_ins.c.id).where(sign_ins.c.address.in_(addresses)).with_for_update(skip_locked=True)
        await self._delete(sign_ins.c.id.in_(free))

    async def forget_all(self) -> None:
        await self._delete(sign_ins.c.id.is_not(None))


class SqlKnownBrowsers:
    """A KnownBrowserRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def has(self, digest: str) -> bool:
        query = select(known_browsers.c.digest).where(known_browsers.c.digest == digest).limit(1)
        return (await self._connection.execute(query)).scalar_one_or_none() is not None

    async def keep(self, digest: str, account_ids: Collection[str], now: datetime) -> None:
        rows = [{"digest": digest, "account_id": one, "signed_in_at": now} for one in sorted(account_ids)]
        keys = [known_browsers.c.digest, known_browsers.c.account_id]
        kept = inserting(self._connection, known_browsers).values(rows)
        await self._connection.execute(kept.on_conflict_do_update(index_elements=keys, set_={"signed_in_at": now}))

    async def forget(self, account_ids: Collection[str], but: str | None = None) -> None:
        others = and_(known_browsers.c.account_id.in_(account_ids), known_browsers.c.digest != (but or ""))
        await self._connection.execute(delete(known_browsers).where(others))

    async def forget_all(self) -> None:
        await self._connection.execute(delete(known_browsers))


class SqlSessions(SqlRecords[Session]):
    """A SessionRepository on one connection."""

    table, kind = sessions, Session

    async def add(self, session: Session) -> None:
        await self._insert(session)

    async def by_family(self, digest: str) -> Session | None:
        return await self._one(sessions.c.family_digest == digest)

    async def lock(self, session_id: str) -> Session | None:
        return await self._one(sessions.c.id == session_id, locked=True)

    async def save(self, session: Session) -> None:
        await self._update(session)

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Session]:
        query = select(sessions).where(sessions.c.account_id.in_(account_ids))
        return await self._all(query.order_by(sessions.c.started_at, sessions.c.id))

    async def end(self, session_id: str) -> Sequence[str]:
        return await self._end(sessions.c.id == session_id)

    async def end_of_accounts(self, account_ids: Collection[str]) -> Sequence[str]:
        return await self._end(sessions.c.account_id.in_(account_ids))

    async def end_of_member(self, member_id: str) -> Sequence[str]:
        return await self._end(sessions.c.member_id == member_id)

    async def end_all(self) -> Sequence[str]:
        return await self._end(sessions.c.id.is_not(None))

    async def _end(self, which: ColumnElement[bool]) -> Sequence[str]:
        statement = delete(sessions).where(which).returning(sessions.c.id)
        return sorted((await self._connection.execute(statement)).scalars())


class SqlOffice(SqlRecords[OfficePerson]):
    """An OfficeRepository on one connection."""

    table, kind, apart = people, OfficePerson, ("scopes", "second_factor")

    async def all(self) -> Sequence[OfficePerson]:
        return await self._all(select(people).order_by(people.c.id))

    async def lock(self) -> None:
        await self._connection.execute(select(people.c.id).order_by(people.c.id).with_for_update())

    async def get(self, person_id: str, *, locked: bool = True) -> OfficePerson | None:
        return await self._one(people.c.id == person_id, locked=locked)

    async def by_address(self, address: str, *, locked: bool = True) -> OfficePerson | None:
        found = await self._one(people.c.address == address, locked=locked)
        return found if found and found.address == address else None  # the row may come from a release before 0042

    async def put(self, person: OfficePerson) -> None:
        values = self._row(person)
        doubling = f"doubled {person.person_id}"  # another entry had the mail box before 0042
        doubles = and_(people.c.email == person.email, people.c.address == doubling)
        kept = case((doubles, doubling), else_=person.address)
        changed = {**values, "address": kept}
        statement = inserting(self._connection, people).values(values)
        try:
            await self._connection.execute(statement.on_conflict_do_update(index_elements=[people.c.id], set_=changed))
        except IntegrityError as error:
            raise ConcurrentChange(
                "Somebody else entered this address at this moment; send the request again."
            ) from error

    async def remove(self, person_id: str) -> None:
        await self._delete(people.c.id == person_id)

    def _row(self, person: OfficePerson) -> dict[str, Any]:
        factor = {column: getattr(person.second_factor, name) for name, column in _FACTOR.items()}
        return super()._row(person) | factor | {"address": person.address, "scopes": " ".join(person.scopes)}

    def _value(self, row: Any, **apart: Any) -> OfficePerson:
        factor = SecondFactor(**{name: getattr(row, column) for name, column in _FACTOR.items()})
        return super()._value(row, scopes=tuple(row.scopes.split()), second_factor=factor)
