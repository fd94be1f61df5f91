"""Signing in and sessions on ports in memory: what lets in, what does not, and what a session may become."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from isopolity.registry.application.access.rules import CODES_A_DAY, SignInRules
from isopolity.registry.application.access.session_ends import end_sessions_named
from isopolity.registry.application.access.sessions import Begun, refresh_session
from isopolity.registry.application.access.sign_ins import (
    Issued,
    exchange_code,
    exchange_secret,
    issue_sign_in,
    request_sign_in,
)
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.sign_in import CODE_TRIES, LINK_VALID, SignIn
from isopolity.registry.domain.errors import Gone, InvalidProfile, LimitReached
from tests.support.registry.fakes import FakeCounters, FakeStore, FakeUnitOfWork
from tests.support.registry.service import NOW

MIA = OfficePerson(person_id="p1", name="Mia", email="Mia@n.example", language="de", scopes=("staff",))


@dataclass
class Desk:
    """registry with one person of the office, and a clock that a test moves."""

    store: FakeStore = field(default_factory=FakeStore)
    now: datetime = NOW
    rules: SignInRules = field(default_factory=lambda: SignInRules(key=b"k" * 32, second_factor=False))
    ids: Any = field(default_factory=lambda: count(1))

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            ids=lambda: f"id-{next(self.ids)}", regions={}, clock=lambda: self.now, sign_in_rules=self.rules
        )

    async def mailed(self) -> tuple[str, Issued]:
        async with self.store.unit_of_work() as uow:
            if await uow.office.get(MIA.person_id) is None:
                await uow.office.put(MIA)
            sign_in_id = await request_sign_in("MIA@n.example", "client", uow, self.surroundings)
            issued = await issue_sign_in(sign_in_id, uow, self.surroundings)
            await uow.commit()
        return sign_in_id, issued

    async def begun(self) -> Begun:
        _, issued = await self.mailed()
        async with self.store.unit_of_work() as uow:
            begun = await exchange_secret(issued.secret, None, uow, self.surroundings)
            await uow.commit()
        assert begun is not None
        return begun

    async def refreshed(self, token: str, account_id: str | None = None) -> Begun | None:
        async with self.store.unit_of_work() as uow:
            begun = await refresh_session(token, account_id, uow, self.surroundings)
            await uow.commit()
        return begun

    async def try_code(self, sign_in_id: str, code: str) -> Begun | None:
        async with self.store.unit_of_work() as uow:
            begun = await exchange_code(sign_in_id, code, None, uow, self.surroundings)
            await uow.commit()
        return begun


async def test_secret_and_code_are_told_once_and_kept_as_digests() -> None:
    desk = Desk()
    sign_in_id, issued = await desk.mailed()
    assert (issued.account.email, issued.account.language) == ("Mia@n.example", "de")
    assert len(issued.secret) == 43
    assert issued.code.isdigit()
    kept = str(desk.store.kinds["sign_ins"][sign_in_id])
    assert issued.secret not in kept
    assert issued.code not in kept
    assert issued.secret not in repr(issued)


async def test_a_code_lets_in_until_its_last_try() -> None:
    for wrong in (CODE_TRIES - 1, CODE_TRIES):
        desk = Desk()
        sign_in_id, issued = await desk.mailed()
        for _ in range(wrong):
            assert await desk.try_code(sign_in_id, f"{(int(issued.code) + 1) % 1_000_000:06}") is None
        found = await desk.try_code(sign_in_id, issued.code)
        assert (found is not None) == (wrong < CODE_TRIES)


async def test_codes_of_an_address_are_counted_for_a_day() -> None:
    counters, rules = FakeCounters({}), SignInRules(key=b"k" * 32)
    admitted = [await rules.admit_code(counters, "a@b.example", NOW) for _ in range(CODES_A_DAY + 1)]
    assert admitted == [True] * CODES_A_DAY + [False]
    assert await rules.admit_code(counters, "c@b.example", NOW)
    assert await rules.admit_code(counters, "a@b.example", NOW + timedelta(days=1))


async def test_counts_of_sign_ins_clients_and_codes_stand_apart_and_name_nobody() -> None:
    kept: dict[tuple[str, datetime], int] = {}
    counters, rules = FakeCounters(kept), SignInRules(key=b"k" * 32, per_client=2, per_address=1)
    assert [await rules.admit(counters, client="1", address="a@b.example", now=NOW) for _ in range(2)] == [True, False]
    with pytest.raises(LimitReached):
        await rules.admit(counters, client="1", address="c@b.example", now=NOW)
    assert "a@b" not in str(kept)
    assert len(kept) == 2


def test_a_code_is_kept_under_the_key_and_its_sign_in() -> None:
    digests = {
        SignInRules(key=key).code_digest(sign_in_id, "000001") for key in (b"k", b"l") for sign_in_id in ("a", "b")
    }
    assert len(digests) == 4


def test_a_sign_in_is_issued_while_somebody_waits_and_lets_in_while_it_holds() -> None:
    wanted = SignIn(sign_in_id="s", address="a@b.example", requested_at=NOW, mailable=True)
    assert not wanted.lets_in(NOW)
    last = NOW + LINK_VALID - timedelta(seconds=1)
    issued = wanted.issued("secret", "code", last)
    assert issued.lets_in(last + LINK_VALID - timedelta(seconds=1))
    assert not issued.lets_in(last + LINK_VALID)
    for refused in (wanted, replace(wanted, mailable=False, requested_at=NOW + LINK_VALID)):
        with pytest.raises(Gone):
            refused.issued("secret", "code", NOW + LINK_VALID)


async def test_a_refresh_gives_the_next_token_and_an_earlier_one_ends_all() -> None:
    desk = Desk()
    first = await desk.begun()
    second = await desk.refreshed(first.refresh_token)
    assert second is not None
    assert second.session.session_id == first.session.session_id
    assert await desk.refreshed(first.refresh_token) is None
    assert await desk.refreshed(second.refresh_token) is None
    assert list(desk.store.kinds["revocations"]) == [f"session:{first.session.session_id}"]


async def test_an_account_of_somebody_else_is_refused_and_the_token_still_counts() -> None:
    desk = Desk()
    begun = await desk.begun()
    with pytest.raises(InvalidProfile):
        await desk.refreshed(begun.refresh_token, "p2")
    assert await desk.refreshed(begun.refresh_token) is not None


async def test_a_session_of_staff_ends_with_its_hours_whoever_refreshes_it() -> None:
    desk = Desk()
    begun = await desk.begun()
    desk.now += timedelta(hours=11)
    again = await desk.refreshed(begun.refresh_token)
    assert again is not None
    assert again.session.ends_at == NOW + timedelta(hours=12)
    desk.now += timedelta(hours=1)
    assert await desk.refreshed(again.refresh_token) is None


@pytest.mark.parametrize("named", ["token_id", "subject"])
async def test_a_revocation_ends_the_session_that_it_names_and_no_other(named: str) -> None:
    desk = Desk()
    begun = await desk.begun()
    session_id = begun.session.session_id
    for value, ended in (("other", False), ({"token_id": f"{session_id}.jti", "subject": "p1"}[named], True)):
        names: dict[str, Any] = {"token_id": None, "subject": None, "member_id": None, named: value}
        uow: FakeUnitOfWork
        async with desk.store.unit_of_work() as uow:
            await end_sessions_named(uow, **names)
            await uow.commit()
        assert (session_id not in desk.store.kinds["sessions"]) == ended
