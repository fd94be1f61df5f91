"""Whatever staff orders, whatever cities do, and whichever entries are merged: no city is invited twice."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count, pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.codes import country_regions
from isopolity.machine import periods
from isopolity.registry.application.commands import MergeMembers, RegisterMember, WithdrawMember
from isopolity.registry.application.contacts import add_person
from isopolity.registry.application.members import register_member, withdraw_member
from isopolity.registry.application.mergers.merger import merge_members
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.application.requests.invitations import InviteCities, invite_cities
from isopolity.registry.domain.errors import RegistryError
from tests.support.examples import examples
from tests.support.registry.fakes import FakeStore, FakeUnitOfWork
from tests.support.registry.service import NOW, city_profile, partner_profile, person, programme

CITIES, PROGRAMMES = range(4), range(2)
STEPS = st.one_of(
    st.tuples(st.just("invite"), st.sampled_from(PROGRAMMES), st.sets(st.sampled_from(CITIES), min_size=1)),
    st.tuples(st.just("wait"), st.integers(0, 40), st.none()),
    st.tuples(st.just("pause"), st.sampled_from(CITIES), st.booleans()),
    st.tuples(st.just("leave"), st.sampled_from(CITIES), st.none()),
    st.tuples(st.just("merge"), st.sampled_from(CITIES), st.sampled_from(CITIES)),
)


class Life:
    """A partner with two programmes, four cities, and the letters to them."""

    def __init__(self) -> None:
        self.now, numbers = NOW, count(1)
        self.work = FakeUnitOfWork(FakeStore())
        self.surroundings = Surroundings(
            ids=lambda: f"id{next(numbers):04}", regions=country_regions(), clock=lambda: self.now
        )
        self.letters: list[tuple[str, datetime]] = []
        """The city and the time of each."""
        self.invited: set[tuple[str, str]] = set()
        """Cities, also by the entries that were merged into them, and the programmes for which they were invited."""

    async def begin(self) -> None:
        lines = tuple(programme(programme_id="", name=f"Line {each}") for each in PROGRAMMES)
        self.partner = await self._entered(partner_profile(programmes=lines))
        self.programmes = [each.programme_id for each in self.partner.profile.programmes]
        self.cities = []
        for each in CITIES:
            city = await self._entered(city_profile(name=f"Town {'ABCD'[each]}", geonames_id=None))
            to = person(email=f"town{each}@x.test")
            add_person("city", city.member_id, to, self.work, self.surroundings, known=0, confirmed_at=NOW)
            self.cities.append(city.member_id)
        await self.work.flush()

    async def _entered(self, profile: Any) -> Any:
        made = await register_member(RegisterMember(profile=profile, endorse=True), self.work, self.surroundings)
        await self.work.flush()
        return made

    async def do(self, act: str, one: int, other: Any) -> None:
        match act:
            case "wait":
                self.now += timedelta(days=one)
            case "invite":
                await self._invite(self.programmes[one], [self.cities[each] for each in sorted(other)])
            case "pause":
                await self._pause(self.cities[one], paused=other)
            case "leave":
                wanted = WithdrawMember(member_kind="city", member_id=self.cities[one])
                await withdraw_member(wanted, self.work)
            case "merge":
                kept, double = self.cities[one], self.cities[other]
                wanted_merger = MergeMembers(member_kind="city", member_id=kept, duplicate_id=double)
                await merge_members(wanted_merger, self.work, self.surroundings)
                self.invited |= {(kept, programme_id) for city_id, programme_id in self.invited if city_id == double}
        await self.work.flush()

    async def _invite(self, programme_id: str, city_ids: list[str]) -> None:
        wanted = InviteCities(partner_id=self.partner.member_id, programme_id=programme_id, city_ids=city_ids)
        outcomes = await invite_cities(wanted, self.work, self.surroundings)
        for city_id, outcome in outcomes.items():
            city = await self.work.cities.get(city_id)
            assert city is not None
            until = city.profile.paused_until
            if outcome == "invited":
                assert city.status == "endorsed"
                assert until is None or until < self.now.date()
                assert (city_id, programme_id) not in self.invited
                self.invited.add((city_id, programme_id))
                self.letters.append((city_id, self.now))

    async def _pause(self, city_id: str, *, paused: bool) -> None:
        city = await self.work.cities.get(city_id)
        assert city is not None
        until = date(2030, 1, 1) if paused else None
        self.work.cities.save(city.revised(replace(city.profile, paused_until=until), city.region))


@given(st.lists(STEPS, max_size=25))
@examples(100)
def test_no_city_is_invited_twice(steps: list[tuple[str, int, Any]]) -> None:
    async def live() -> Life:
        life = Life()
        await life.begin()
        for step in steps:
            try:
                await life.do(*step)
            except RegistryError:
                continue
        return life

    life = asyncio.run(live())
    for city_id in life.cities:
        days = sorted(at for to, at in life.letters if to == city_id)
        assert all(later - earlier >= periods.INVITATION for earlier, later in pairwise(days))
