"""Sign-ins, known browsers, sessions, and the list of staff and operators in registry's database.

Invariant: each method is one statement, or reads rows that it has locked; if two transactions use one sign-in, or end
one session, only one finds it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, String, Table, and_, case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.tables import metadata, people, sessions, sign_ins
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.second_factor import SecondFactor
from isopolity.registry.domain.access.session import Session, SignIn
from isopolity.registry.domain.errors import ConcurrentChange

ErasesAPerson = Callable[[], Awaitable[None]]
"""Callback that marks the transaction as deleting personal data, so that no copy stays in a SQLite file."""
_MAILED: Final = 8
"""The most mails that are read. Fewer are valid at once: one mail in ten minutes, each valid for half an hour."""
_SIGN_IN: Final = tuple(field.name for field in fields(SignIn))[1:]
_SESSION: Final = tuple(field.name for field in fields(Session))[1:]


known_browsers = Table(
    "known_browsers",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account_id", String(128), primary_key=True, index=True),
    Column("signed_in_at", UtcDateTime, nullable=False, index=True),
)
"""Browsers from which holders of accounts have signed in."""


class SqlSignIns:
    """A SignInRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def add(self, sign_in: SignIn) -> None:
        await self._connection.execute(insert(sign_ins).values(_sign_in_row(sign_in)))

    async def address_of(self, sign_in_id: str) -> str | None:
        query = select(sign_ins.c.address).where(sign_ins.c.id == sign_in_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def of_address(self, address: str, since: datetime) -> Sequence[SignIn]:
        return await self._locked(and_(sign_ins.c.address == address, sign_ins.c.requested_at > since))

    async def mailed(self, address: str, now: datetime) -> Sequence[SignIn]:
        issued = and_(sign_ins.c.issued_at.is_not(None), sign_ins.c.secret_digest.is_not(None))
        query = select(sign_ins).where(sign_ins.c.address == address, issued, sign_ins.c.valid_until > now)
        last = query.order_by(sign_ins.c.valid_until.desc(), sign_ins.c.id).limit(_MAILED)
        return [_sign_in(row) for row in await self._connection.execute(last)]

    async def by_secret(self, digest: str) -> SignIn | None:
        return next(iter(await self._locked(sign_ins.c.secret_digest == digest)), None)

    async def save(self, sign_in: SignIn) -> None:
        values = _sign_in_row(sign_in)
        await self._connection.execute(update(sign_ins).where(sign_ins.c.id == values["id"]).values(values))

    async def spend(self, sign_in_id: str) -> bool:
        unspent = and_(sign_ins.c.id == sign_in_id, sign_ins.c.secret_digest.is_not(None))
        spent = update(sign_ins).where(unspent).values(secret_digest=None)
        return (await self._connection.execute(spent)).rowcount > 0

    async def forget(self, address: str) -> None:
        # the transaction that uses one has locked it, and may wait for a contact locked here
        free = select(sign_ins.c.id).where(sign_ins.c.address == address).with_for_update(skip_locked=True)
        await self._delete(sign_ins.c.id.in_(free))

    async def forget_all(self) -> None:
        await self._delete(sign_ins.c.id.is_not(None))

    async def _delete(self, which: ColumnElement[bool]) -> None:
        if (await self._connection.execute(delete(sign_ins).where(which))).rowcount > 0:
            await self._erases()

    async def _locked(self, which: ColumnElement[bool]) -> Sequence[SignIn]:
        query = select(sign_ins).where(which).order_by(sign_ins.c.id).with_for_update()
        return [_sign_in(row) for row in await self._connection.execute(query)]


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


class SqlSessions:
    """A SessionRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, session: Session) -> None:
        await self._connection.execute(insert(sessions).values(_session_row(session)))

    async def by_family(self, digest: str) -> Session | None:
        query = select(sessions).where(sessions.c.family_digest == digest)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _session(row)

    async def lock(self, session_id: str) -> Session | None:
        query = select(sessions).where(sessions.c.id == session_id).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _session(row)

    async def save(self, session: Session) -> None:
        values = _session_row(session)
        await self._connection.execute(update(sessions).where(sessions.c.id == values["id"]).values(values))

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Session]:
        query = select(sessions).where(sessions.c.account_id.in_(account_ids))
        rows = await self._connection.execute(query.order_by(sessions.c.started_at, sessions.c.id))
        return [_session(row) for row in rows]

    async def end(self, session_id: str) -> Sequence[str]:
        return await self._delete(sessions.c.id == session_id)

    async def end_of_account(self, account_id: str) -> Sequence[str]:
        return await self._delete(sessions.c.account_id == account_id)

    async def end_of_member(self, member_id: str) -> Sequence[str]:
        return await self._delete(sessions.c.member_id == member_id)

    async def end_all(self) -> Sequence[str]:
        return await self._delete(sessions.c.id.is_not(None))

    async def _delete(self, which: ColumnElement[bool]) -> Sequence[str]:
        statement = delete(sessions).where(which).returning(sessions.c.id)
        return sorted((await self._connection.execute(statement)).scalars())


class SqlOffice:
    """An OfficeRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def all(self) -> Sequence[OfficePerson]:
        return [_person(row) for row in await self._connection.execute(select(people).order_by(people.c.id))]

    async def lock(self) -> None:
        await self._connection.execute(select(people.c.id).order_by(people.c.id).with_for_update())

    async def get(self, person_id: str, *, locked: bool = True) -> OfficePerson | None:
        return await self._one(people.c.id == person_id, locked=locked)

    async def by_address(self, address: str, *, locked: bool = True) -> OfficePerson | None:
        found = await self._one(people.c.address == address, locked=locked)
        return found if found and found.address == address else None  # the row may come from a release before 0042

    async def put(self, person: OfficePerson) -> None:
        values = {
            "id": person.person_id,
            "address": person.address,
            "name": person.name,
            "email": person.email,
            "language": person.language,
            "scopes": " ".join(person.scopes),
            "factor_opened_at": person.second_factor.opened_at,
            "enrolment_digest": person.second_factor.enrolment_digest,
            "factor_sealed": person.second_factor.sealed,
            "factor_confirmed": person.second_factor.confirmed,
            "factor_step": person.second_factor.last_step,
            "issuer_subject": person.issuer_subject,
        }
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
        await self._connection.execute(delete(people).where(people.c.id == person_id))
        await self._erases()

    async def _one(self, which: ColumnElement[bool], *, locked: bool) -> OfficePerson | None:
        query = select(people).where(which)
        row = (await self._connection.execute(query.with_for_update() if locked else query)).one_or_none()
        return None if row is None else _person(row)


def _sign_in_row(sign_in: SignIn) -> Mapping[str, Any]:
    return {"id": sign_in.sign_in_id, **{name: getattr(sign_in, name) for name in _SIGN_IN}}


def _sign_in(row: Any) -> SignIn:
    return SignIn(sign_in_id=row.id, **{name: getattr(row, name) for name in _SIGN_IN})


def _session_row(session: Session) -> Mapping[str, Any]:
    return {"id": session.session_id, **{name: getattr(session, name) for name in _SESSION}}


def _session(row: Any) -> Session:
    return Session(session_id=row.id, **{name: getattr(row, name) for name in _SESSION})


def _person(row: Any) -> OfficePerson:
    factor = SecondFactor(
        opened_at=row.factor_opened_at,
        enrolment_digest=row.enrolment_digest,
        sealed=row.factor_sealed,
        confirmed=row.factor_confirmed,
        last_step=row.factor_step,
    )
    return OfficePerson(
        person_id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        scopes=tuple(row.scopes.split()),
        second_factor=factor,
        issuer_subject=row.issuer_subject,
    )
