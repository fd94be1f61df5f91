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
from isopolity.registry.domain.access.session import LINK_VALID, MAIL_GAP, SignIn
from isopolity.registry.domain.errors import Gone, InvalidProfile, LimitReached
from tests.support.registry.fake_tables import FakeCounters
from tests.support.registry.fakes import FakeStore, FakeUnitOfWork
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


async def test_codes_of_an_address_are_counted_for_a_day_and_those_of_a_known_browser_apart() -> None:
    counters, rules = FakeCounters({}), SignInRules(key=b"k" * 32)
    for known in (None, "browser"):
        admitted = [await rules.admit_code(counters, "a@b.example", known, NOW) for _ in range(CODES_A_DAY + 1)]
        assert admitted == [True] * CODES_A_DAY + [False]
    assert await rules.admit_code(counters, "c@b.example", None, NOW)
    assert await rules.admit_code(counters, "a@b.example", "other", NOW)
    assert await rules.admit_code(counters, "a@b.example", None, NOW + timedelta(days=1))


async def test_wrong_codes_of_all_addresses_are_counted_together_for_unknown_browsers() -> None:
    counters, rules = FakeCounters({}), SignInRules(key=b"k" * 32, guesses_per_day=2)
    for _ in range(2):
        assert await rules.admit_code(counters, "a@b.example", None, NOW)
        await rules.count_guess(counters, NOW)
    assert not await rules.admit_code(counters, "c@b.example", None, NOW)
    assert await rules.admit_code(counters, "c@b.example", "browser", NOW)


async def test_counts_stand_apart_and_name_nobody() -> None:
    kept: dict[tuple[str, datetime], int] = {}
    counters, rules = FakeCounters(kept), SignInRules(key=b"k" * 32, per_address=1)
    await rules.admit(counters, client="192.0.2.1", address="a@b.example", now=NOW)
    await rules.admit(counters, client="192.0.2.2", address="a@b.example", now=NOW)
    await rules.admit_code(counters, "a@b.example", None, NOW)
    assert all(part not in str(kept) for part in ("a@b", "192"))
    assert sorted(kept.values()) == [1, 1, 1, 2]


async def test_a_sender_beyond_its_share_for_an_address_goes_on_once_an_hour() -> None:
    counters, rules = FakeCounters({}), SignInRules(key=b"k" * 32, per_address=2)
    asked: dict[str, Any] = {"client": "1", "address": "a@b.example"}
    for _ in range(3):
        await rules.admit(counters, now=NOW, **asked)
    with pytest.raises(LimitReached) as slowed:
        await rules.admit(counters, now=NOW + timedelta(minutes=59), **asked)
    assert slowed.value.seconds == 60
    await rules.admit(counters, now=NOW, client="1", address="c@b.example")
    await rules.admit(counters, now=NOW, client="2", address="a@b.example")
    await rules.admit(counters, now=NOW + timedelta(hours=1), **asked)


async def test_strangers_beyond_the_share_of_the_network_go_on_once_a_minute_from_each_client() -> None:
    counters, rules = FakeCounters({}), SignInRules(key=b"k" * 32, per_day=2)
    for address in ("a@b.example", "c@b.example", "d@b.example"):
        await rules.admit(counters, client="1", address=address, now=NOW)
    with pytest.raises(LimitReached) as slowed:
        await rules.admit(counters, client="1", address="e@b.example", now=NOW + timedelta(seconds=30))
    assert slowed.value.seconds == 30
    await rules.admit(counters, client="2", address="e@b.example", now=NOW)
    await rules.admit(counters, client="1", address="e@b.example", now=NOW + timedelta(minutes=1))


async def test_who_goes_to_the_issuer_very_often_waits_ten_minutes() -> None:
    counters, rules = FakeCounters({}), SignInRules(key=b"k" * 32)
    for _ in range(100):
        await rules.admit_to_issuer(counters, "1", NOW)
    with pytest.raises(LimitReached):
        await rules.admit_to_issuer(counters, "1", NOW)
    await rules.admit_to_issuer(counters, "2", NOW)
    await rules.admit_to_issuer(counters, "1", NOW + timedelta(minutes=10))


def test_links_and_codes_are_derived_from_the_key_and_their_sign_in() -> None:
    rules = [SignInRules(key=key) for key in (b"k", b"l")]
    for derived in (SignInRules.secret, SignInRules.code):
        assert len({derived(one, sign_in_id) for one in rules for sign_in_id in ("a", "b")}) == 4
        assert derived(rules[0], "a") == derived(SignInRules(key=b"k"), "a")
    with pytest.raises(ValueError, match="key"):
        SignInRules().secret("a")


def test_a_sign_in_is_issued_while_somebody_waits_and_lets_in_while_it_holds() -> None:
    wanted = SignIn(sign_in_id="s", address="a@b.example", requested_at=NOW)
    assert not wanted.lets_in(NOW)
    last = NOW + LINK_VALID - timedelta(seconds=1)
    issued = wanted.issued("secret", last)
    assert issued.lets_in(last + LINK_VALID - timedelta(seconds=1))
    assert not issued.lets_in(last + LINK_VALID)
    spent, handed_over = replace(issued, secret_digest=None), replace(wanted, secret_digest="other")
    for refused, now in ((wanted, NOW + LINK_VALID), (spent, last), (handed_over, last)):
        with pytest.raises(Gone):
            refused.issued("secret", now)


def test_a_mail_serves_the_requests_of_ten_minutes_unless_it_has_let_in() -> None:
    first = SignIn(sign_in_id="1", address="a@b.example", requested_at=NOW).issued("secret", NOW)
    later = SignIn(sign_in_id="2", address="a@b.example", requested_at=NOW + timedelta(minutes=1))
    assert first.serves(later, NOW + MAIL_GAP - timedelta(seconds=1))
    assert not first.serves(later, NOW + MAIL_GAP)
    assert not replace(first, secret_digest=None).serves(later, NOW + timedelta(minutes=1))
    assert not later.serves(first, NOW + timedelta(minutes=1))
    second = later.issued("secret", NOW + MAIL_GAP)
    assert second.serves(first, NOW + 2 * MAIL_GAP)


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
