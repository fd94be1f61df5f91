"""The contract of invitations: the fake and the one on a database hold the same."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from isopolity.registry.domain.request import Invitation
from tests.support.registry.service import NOW

UnitOfWork = Callable[[], AbstractAsyncContextManager[Any]]
FIRST = Invitation(invitation_id="1", partner_id="halcyon", programme_id="reading", city_id="espoo", invited_at=NOW)
LATER = replace(FIRST, invitation_id="2", programme_id="sea", invited_at=NOW + timedelta(days=40))


async def test_an_invitation_comes_back_equal_in_each_state(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        assert await unit.invitations.add(FIRST)
        await unit.commit()
    for state in (FIRST.mailed("sent"), FIRST.followed_by("books", NOW)):
        async with unit_of_work() as unit:
            await unit.invitations.save(state)
            await unit.commit()
        async with unit_of_work() as unit:
            assert await unit.invitations.get("1") == state
            assert list(await unit.invitations.of_city("espoo")) == [state]
            assert list(await unit.invitations.of_programme("halcyon", "reading")) == [state]
            assert list(await unit.invitations.of_programme("halcyon", "sea")) == []


async def test_a_second_invitation_for_one_programme_is_not_stored(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        assert await unit.invitations.add(FIRST)
        assert not await unit.invitations.add(replace(FIRST, invitation_id="9", invited_at=LATER.invited_at))
        assert await unit.invitations.add(LATER)
        await unit.commit()
    async with unit_of_work() as unit:
        assert list(await unit.invitations.of_city("espoo")) == [LATER, FIRST]
        await unit.invitations.delete("1")
        assert await unit.invitations.get("1") is None
