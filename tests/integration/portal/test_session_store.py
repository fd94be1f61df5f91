"""Sessions in SQL: sealed, renewed once whoever asks, and gone when they end. On SQLite and PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from isopolity.persistence.database import Database
from isopolity.persistence.retention import chores
from isopolity.portal.adapters.service_apis import NotAllowed, ServiceAway
from isopolity.portal.adapters.sql import tables
from isopolity.portal.adapters.sql.retention import KINDS, forgetting
from isopolity.portal.adapters.sql.sessions import SqlSessionStore
from isopolity.portal.application import sessions
from isopolity.portal.application.sessions import forget_ended
from isopolity.portal.domain.session import Account, Moved, NewApp, Session
from isopolity.portal.settings import PortalSettings
from tests.support.shared.relays import START, Moving, let_go, storage_of

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ACCOUNT = Account(
    account_id="a1",
    kind="member",
    name="Ana",
    scopes=("member",),
    member_kind="city",
    member_id="espoo",
    member_name="Espoo",
    role="coordinator",
)
SESSION = Session(
    session_id="s1",
    ends_at=NOW + timedelta(days=14),
    accounts=(ACCOUNT,),
    account=ACCOUNT,
    access_expires_at=NOW + timedelta(minutes=10),
    access_token="access-1",
    refresh_token="refresh-1",
)


class CountingIssuer:
    """Registry, which takes its time, and takes each refresh token once, but for the same request again."""

    def __init__(self, *, loses: int = 0) -> None:
        self.taken: list[str] = []
        self.keys: list[str] = []
        self.loses = loses
        """How many answers get lost."""

    async def ask(self, email: str) -> str:
        raise NotImplementedError

    async def exchange(self, secret: str, begun_with: str | None) -> Session | None:
        raise NotImplementedError

    async def exchange_code(self, sign_in_id: str, code: str, begun_with: str | None) -> Session | None:
        raise NotImplementedError

    async def refresh(self, session: Session, account_id: str | None = None, *, key: str) -> Session | None:
        await asyncio.sleep(0.05)
        if session.refresh_token in self.taken and key not in self.keys:
            return None
        if key not in self.keys:
            self.taken.append(session.refresh_token)
            self.keys.append(key)
        if self.loses:
            self.loses -= 1
            raise ServiceAway("registry")
        number = self.keys.index(key) + 2
        expires = NOW + timedelta(minutes=20)
        return replace(
            session, refresh_token=f"refresh-{number}", access_token=f"access-{number}", access_expires_at=expires
        )

    async def address(self, binding: str) -> str:
        raise NotImplementedError

    async def exchange_issuer(self, state: str, code: str, binding: str, begun_with: str | None) -> Session | None:
        raise NotImplementedError

    async def enrol(self, session: Session, code: str) -> NewApp | None:
        raise NotImplementedError

    async def pass_with_code(self, session: Session, code: str, *, key: str) -> Session | None:
        if code != "123456":
            raise NotAllowed("This code does not count.")
        return await self.refresh(session, key=key)

    async def ask_for_passkey(self, binding: str) -> str:
        raise NotImplementedError

    async def exchange_passkey(self, credential: str, binding: str, begun_with: str | None) -> Session | None:
        raise NotImplementedError

    async def ask_to_enrol_passkey(self, session: Session, code: str) -> str | None:
        raise NotImplementedError

    async def enrol_passkey(self, session: Session, credential: str, name: str, *, key: str) -> Session | None:
        return await self.refresh(session, key=key)

    async def end(self, session: Session) -> None:
        self.taken.append(session.refresh_token)


async def test_a_session_is_read_with_its_secret_only(database: Database) -> None:
    store = SqlSessionStore(database, lambda: NOW)
    secret = await store.add(SESSION)
    assert await store.read(secret) == SESSION
    assert await store.read(secret[:-1]) is None
    async with database.reading() as connection:
        (row,) = (await connection.execute(select(tables.sessions))).all()
    told = repr(tuple(row)) + bytes(row.sealed).decode("latin-1")
    assert not any(text in told for text in ("Ana", "espoo", "access-1", "refresh-1", secret))


async def test_ten_pages_at_once_renew_a_session_once(database: Database) -> None:
    store, issuer = SqlSessionStore(database, lambda: NOW), CountingIssuer()
    secret = await store.add(SESSION)
    later = NOW + timedelta(minutes=9, seconds=30)
    found = await asyncio.gather(*(sessions.current(secret, later, store, issuer) for _ in range(10)))
    assert issuer.taken == ["refresh-1"]
    assert {each.access_token for each in found if each is not None} == {"access-2"}
    assert len([each for each in found if each is not None]) == 10


async def test_a_renewal_whose_answer_was_lost_is_found_by_the_next_page(database: Database) -> None:
    issuer, later = CountingIssuer(loses=1), NOW + timedelta(minutes=9, seconds=30)
    secret = await SqlSessionStore(database, lambda: NOW).add(SESSION)
    with pytest.raises(ServiceAway):
        await sessions.current(secret, later, SqlSessionStore(database, lambda: NOW), issuer)
    found = await sessions.current(secret, later, SqlSessionStore(database, lambda: NOW), issuer)
    assert found is not None
    assert (found.refresh_token, issuer.taken) == ("refresh-2", ["refresh-1"])


@pytest.mark.parametrize("act", ["choose", "pass_with_code", "enrol_passkey"])
async def test_other_rights_whose_answer_was_lost_are_found_when_they_are_asked_for_again(
    database: Database, act: str
) -> None:
    store, issuer = SqlSessionStore(database, lambda: NOW), CountingIssuer(loses=1)
    asked: dict[str, Callable[[str], Awaitable[Moved | None]]] = {
        "choose": lambda secret: sessions.choose(secret, "a1", store, issuer),
        "pass_with_code": lambda secret: sessions.pass_with_code(secret, "123456", store, issuer),
        "enrol_passkey": lambda secret: sessions.enrol_passkey(secret, "{}", "Key", store, issuer),
    }
    secret = await store.add(SESSION)
    with pytest.raises(ServiceAway):
        await asked[act](secret)
    moved = await asked[act](secret)
    assert moved is not None
    assert (moved.session.refresh_token, issuer.taken) == ("refresh-2", ["refresh-1"])


async def test_a_key_takes_the_cookie_and_names_what_is_asked(database: Database) -> None:
    store, issuer = SqlSessionStore(database, lambda: NOW), CountingIssuer(loses=9)
    for _ in range(2):  # two browsers, as if one had stolen the refresh token of the other
        secret = await store.add(SESSION)
        with pytest.raises(ServiceAway):
            await sessions.current(secret, NOW + timedelta(minutes=9, seconds=30), store, issuer)
        issuer.taken.clear()
        with pytest.raises(ServiceAway):
            await sessions.choose(secret, "a1", store, issuer)
        issuer.taken.clear()
    assert len(set(issuer.keys)) == 4


async def test_a_session_ends_here_before_registry_hears_of_it(database: Database) -> None:
    store, issuer = SqlSessionStore(database, lambda: NOW), CountingIssuer()
    secret = await store.add(SESSION)
    await sessions.end(secret, store, issuer)
    assert (await store.read(secret), issuer.taken) == (None, ["refresh-1"])
    await sessions.end(secret, store, issuer)
    assert await sessions.choose(secret, "a1", store, issuer) is None
    assert issuer.taken == ["refresh-1"]


async def test_a_session_that_acts_as_another_account_lies_under_another_secret(database: Database) -> None:
    """Also one that ten pages renew at once: it goes on under the new secret alone."""
    store, issuer = SqlSessionStore(database, lambda: NOW), CountingIssuer()
    secret = await store.add(SESSION)
    later = NOW + timedelta(minutes=9, seconds=30)
    renewals = asyncio.gather(*(sessions.current(secret, later, store, issuer) for _ in range(5)))
    moved, _ = await asyncio.gather(sessions.choose(secret, "a1", store, issuer), renewals)
    assert moved is not None
    assert moved.secret != secret
    assert await store.read(moved.secret) == moved.session
    assert await store.read(secret) is None
    assert await sessions.current(secret, later, store, issuer) is None
    assert await sessions.choose(secret, "a1", store, issuer) is None
    assert len(await store.kept_ids()) == 1


async def test_the_code_of_an_app_moves_a_session_and_a_wrong_one_leaves_it(database: Database) -> None:
    store, issuer = SqlSessionStore(database, lambda: NOW), CountingIssuer()
    secret = await store.add(SESSION)
    with pytest.raises(NotAllowed):
        await sessions.pass_with_code(secret, "000000", store, issuer)
    assert await store.read(secret) == SESSION
    moved = await sessions.pass_with_code(secret, "123456", store, issuer)
    assert moved is not None
    assert [await store.read(each) is None for each in (secret, moved.secret)] == [True, False]


async def test_a_cookie_that_had_a_session_is_known_for_a_day_and_a_made_up_one_never(database: Database) -> None:
    clock = Moving()
    store, issuer = SqlSessionStore(database, clock), CountingIssuer()
    due = chores(KINDS, PortalSettings(), forgetting(storage_of(database, tables.messaging, clock)))
    secret = await store.add(replace(SESSION, ends_at=START + timedelta(days=14)))
    await sessions.end(secret, store, issuer)
    assert [await store.has_known(each) for each in (secret, secret[:-1], "")] == [True, False, False]
    clock.after(days=0.9)
    await let_go(storage_of(database, tables.messaging, clock), due)
    assert await store.has_known(secret)
    clock.after(days=1.1)
    await let_go(storage_of(database, tables.messaging, clock), due)
    assert not await store.has_known(secret)


async def test_what_fails_while_a_session_is_changed_changes_nothing(database: Database) -> None:
    store = SqlSessionStore(database, lambda: NOW)
    secret = await store.add(SESSION)

    async def change() -> None:
        async with store.changing(secret) as kept:
            assert kept is not None
            await kept.remove()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change()
    assert await store.read(secret) == SESSION


async def test_a_session_that_ended_at_registry_is_forgotten_without_its_cookie(database: Database) -> None:
    store = SqlSessionStore(database, lambda: NOW)
    secrets = [await store.add(replace(SESSION, session_id=session_id)) for session_id in ("s1", "s2")]

    async def has_ended(session_id: str) -> bool:
        return session_id == "s1"

    assert await forget_ended(store, has_ended) == 1
    assert [await store.read(secret) is None for secret in secrets] == [True, False]
    assert await forget_ended(store, has_ended) == 0
