"""Changes of identity with fakes: what waits, what is dropped, and that staff decides about what it read."""

from itertools import count

import pytest

from isopolity.registry.application.changes import decide_change, revise_own_profile
from isopolity.registry.application.commands import DecideChange, RegisterMember, ReviseOwnProfile
from isopolity.registry.application.members import register_member
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.errors import NotFound, NotPossible, StaleVersion
from tests.support.registry.fakes import FakeStore, FakeUnitOfWork
from tests.support.registry.service import NOW, city_profile


@pytest.fixture
def surroundings() -> Surroundings:
    numbers = count(1)
    regions = {"BR": "latin-america-caribbean", "FR": "europe-north-america"}
    return Surroundings(ids=lambda: f"id{next(numbers)}", regions=regions, clock=lambda: NOW)


@pytest.fixture
async def work(surroundings: Surroundings) -> FakeUnitOfWork:
    opened = FakeUnitOfWork(FakeStore())
    await register_member(RegisterMember(profile=city_profile(), endorse=True), opened, surroundings)
    await opened.flush()
    return opened


async def ask(work: FakeUnitOfWork, surroundings: Surroundings, **changes: object) -> bool:
    command = ReviseOwnProfile(
        member_id="id1", profile=city_profile(**changes), named=frozenset(changes) - {"population"}
    )
    _, waits = await revise_own_profile(command, work, surroundings)
    await work.flush()
    return waits


async def change_of(work: FakeUnitOfWork) -> Change:
    found = await work.changes.get("id1")
    assert isinstance(found, Change)
    return found


def decision(version: int, *, approve: bool = True) -> DecideChange:
    return DecideChange(member_kind="city", member_id="id1", version=version, approve=approve)


async def test_what_is_no_identity_waits_for_nobody(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    assert not await ask(work, surroundings, population=1)
    with pytest.raises(NotFound):
        await decide_change(decision(1), work, surroundings)


async def test_staff_does_not_decide_about_what_it_has_not_read(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    assert await ask(work, surroundings, name="Novo Hamburgo")
    assert await ask(work, surroundings, name="Paris", country="FR")
    published = list(work.outbox.names)
    with pytest.raises(StaleVersion):
        await decide_change(decision(1), work, surroundings)
    assert work.outbox.names == published
    await decide_change(decision(2), work, surroundings)
    await work.flush()
    city = await work.cities.get("id1")
    assert city is not None
    assert (city.profile.name, city.region) == ("Paris", "europe-north-america")
    with pytest.raises(NotPossible):
        await decide_change(decision(3), work, surroundings)


async def test_asking_for_what_is_drops_the_wish(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    await ask(work, surroundings, name="Paris", geonames_id=7)
    assert not await ask(work, surroundings, name=city_profile().name)
    assert (await change_of(work)).wanted == {"geonames_id": 7}
    assert not await ask(work, surroundings, geonames_id=city_profile().geonames_id)
    assert (await change_of(work)).status == "dropped"
