"""The contract of repositories of sign-ins, sessions and the office: fakes and those on a database hold the same."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.session import LINK_VALID, Session, SignIn
from isopolity.registry.domain.errors import ConcurrentChange
from tests.support.registry.service import NOW

MIA = OfficePerson(person_id="p1", name="Mia", email="Mia@n.example", language="en", scopes=("operator", "staff"))


def a_sign_in(sign_in_id: str, **changes: Any) -> SignIn:
    return SignIn(sign_in_id=sign_in_id, address="ana@c.example", requested_at=NOW, **changes)


def a_session(session_id: str, **changes: Any) -> Session:
    values: dict[str, Any] = {"account_id": "a1", "member_id": "m1", "family_digest": f"f{session_id}", "chosen": True}
    moments = {"started_at": NOW, "refreshed_at": NOW, "ends_at": NOW + timedelta(days=1)}
    return Session(session_id=session_id, turn_digest="t", **{**moments, **values, **changes})


async def test_sign_ins_come_back_equal_by_address_and_secret(unit_of_work: Any) -> None:
    issued = a_sign_in("s1").issued("digest", NOW)
    async with unit_of_work() as unit:
        handed_over = replace(a_sign_in("s2"), address="bo@c.example", secret_digest="by hand", valid_until=NOW)
        for one in (a_sign_in("s1"), handed_over):
            await unit.sign_ins.add(one)
        await unit.sign_ins.save(issued)
        await unit.commit()
    async with unit_of_work() as unit:
        assert list(await unit.sign_ins.of_address("ana@c.example", NOW - timedelta(seconds=1))) == [issued]
        assert list(await unit.sign_ins.of_address("ana@c.example", NOW)) == []
        assert list(await unit.sign_ins.mailed("ana@c.example", NOW)) == [issued]
        assert list(await unit.sign_ins.mailed("ana@c.example", NOW + LINK_VALID)) == []
        assert list(await unit.sign_ins.mailed("bo@c.example", NOW - timedelta(seconds=1))) == []
        assert await unit.sign_ins.by_secret("digest") == issued
        assert await unit.sign_ins.by_secret("other") is None
        assert [await unit.sign_ins.address_of(one) for one in ("s2", "s3")] == ["bo@c.example", None]


async def test_a_sign_in_is_spent_once_and_stays(unit_of_work: Any) -> None:
    async with unit_of_work() as unit:
        await unit.sign_ins.add(a_sign_in("s1"))
        assert not await unit.sign_ins.spend("s1")
        await unit.sign_ins.save(a_sign_in("s1").issued("digest", NOW))
        await unit.commit()
    async with unit_of_work() as unit:
        assert [await unit.sign_ins.spend(one) for one in ("s1", "s1", "s2")] == [True, False, False]
        assert await unit.sign_ins.by_secret("digest") is None
        assert list(await unit.sign_ins.mailed("ana@c.example", NOW)) == []
        assert await unit.sign_ins.address_of("s1") == "ana@c.example"


async def test_browsers_are_known_until_their_accounts_forget_them(unit_of_work: Any) -> None:
    async with unit_of_work() as unit:
        for digest, accounts in (("b1", ["a1", "a2"]), ("b2", ["a1"]), ("b3", ["a3"]), ("b1", ["a1", "a2"])):
            await unit.known_browsers.keep(digest, accounts, NOW)
        await unit.commit()
    async with unit_of_work() as unit:
        known = unit.known_browsers
        assert [await known.has(one) for one in ("b1", "b2", "b3", "b4", "")] == [True, True, True, False, False]
        await known.forget(["a1"], but="b2")
        assert [await known.has(one) for one in ("b1", "b2")] == [True, True]
        await known.forget(["a1", "a2"])
        assert [await known.has(one) for one in ("b1", "b2", "b3")] == [False, False, True]
        await known.forget_all()
        assert not await known.has("b3")


async def test_counts_are_read_without_counting(unit_of_work: Any) -> None:
    async with unit_of_work() as unit:
        assert [await unit.counters.counted("a", NOW), await unit.counters.count("a", NOW)] == [0, 1]
        assert [await unit.counters.counted("a", NOW), await unit.counters.counted("b", NOW)] == [1, 0]


@pytest.mark.parametrize("one_address", [True, False])
async def test_sign_ins_are_forgotten(unit_of_work: Any, one_address: bool) -> None:
    async with unit_of_work() as unit:
        for one in (a_sign_in("s1"), a_sign_in("s2"), replace(a_sign_in("s3"), address="bo@c.example")):
            await unit.sign_ins.add(one)
        await (unit.sign_ins.forget(["ana@c.example"]) if one_address else unit.sign_ins.forget_all())
        await unit.commit()
    async with unit_of_work() as unit:
        known = [one for one in ("s1", "s2", "s3") if await unit.sign_ins.address_of(one)]
        assert known == (["s3"] if one_address else [])


async def test_sessions_come_back_equal(unit_of_work: Any) -> None:
    saved = replace(a_session("x1"), turn_digest="next", chosen=False)
    async with unit_of_work() as unit:
        for one in (a_session("x1"), a_session("x2", account_id="a2", member_id=None)):
            await unit.sessions.add(one)
        await unit.sessions.save(saved)
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.sessions.by_family("fx1") == await unit.sessions.lock("x1") == saved
        assert await unit.sessions.by_family("x1") is None
        assert await unit.sessions.lock("x3") is None
        assert [one.session_id for one in await unit.sessions.of_accounts(["a1", "a2"])] == ["x1", "x2"]
        assert list(await unit.sessions.of_accounts([])) == []


@pytest.mark.parametrize(
    ("end", "named", "ended"),
    [("end", "x2", ["x2"]), ("end_of_accounts", ["a1"], ["x1", "x2"]), ("end_of_member", "m1", ["x1", "x3"])],
)
async def test_sessions_end_by_id_account_and_member(unit_of_work: Any, end: str, named: Any, ended: list[str]) -> None:
    async with unit_of_work() as unit:
        for one in (
            a_session("x1"),
            a_session("x2", member_id=None),
            a_session("x3", account_id="a3"),
            a_session("x4", account_id="a4", member_id=None),
        ):
            await unit.sessions.add(one)
        assert await getattr(unit.sessions, end)(named) == ended
        assert await getattr(unit.sessions, end)(named) == []
        assert len(await unit.sessions.end_all()) == 4 - len(ended)


async def test_the_office_is_kept_changed_and_removed(unit_of_work: Any) -> None:
    other = replace(MIA, person_id="p2", email="bo@n.example")
    async with unit_of_work() as unit:
        for person in (other, MIA, replace(MIA, scopes=("staff",))):
            await unit.office.put(person)
        await unit.commit()
    async with unit_of_work() as unit:
        changed = replace(MIA, scopes=("staff",))
        assert list(await unit.office.all()) == [changed, other]
        assert await unit.office.by_address("mia@n.example") == await unit.office.get("p1") == changed
        await unit.office.remove("p1")
        assert await unit.office.get("p1") is None


async def test_an_address_stands_on_the_list_once(unit_of_work: Any) -> None:
    async with unit_of_work() as unit:
        await unit.office.put(MIA)
        with pytest.raises(ConcurrentChange):
            await unit.office.put(replace(MIA, person_id="p2"))
