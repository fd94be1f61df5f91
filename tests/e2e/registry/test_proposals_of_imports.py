"""What a preview of an import says of open proposals is what happens to them when it is imported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from isopolity.contracts.catalogue import PROPOSAL
from isopolity.contracts.registry import CityState, PartnerState, RequestState, TwinningState
from isopolity.matching.bootstrap import GROUP
from tests.support.matching.service import Network, Running, TestClock, embedded, matching
from tests.support.polling import until
from tests.support.registry.prepared_files import prepare, rows, take
from tests.support.registry.service import CITY, PARTNER, REQUEST, RegistryUnderTest, open_under_test, staff

_TOPICS = [f"isopolity.registry.{name}" for name in ("city", "partner", "request", "twinning")]
_STATES = (CityState, PartnerState, RequestState, TwinningState)
_NEED, _OFFER = ({"subject": each, "intensity": 5, "mode": "webinar"} for each in ("cluster.literacy", "sdg.13"))
_CITIES = (
    {"name": "Alba", "country": "RO", "geonames_id": 1, "needs": [_NEED], "offers": [_OFFER]},
    {"name": "Brod", "country": "HR", "geonames_id": 2, "needs": [_OFFER], "offers": [_NEED]},
)
_PROGRAMME = PARTNER["programmes"][0] | {"subjects": ["cluster.literacy"], "cities": 2}


@dataclass(frozen=True, slots=True)
class Here:
    """registry, matching, and what of registry's events matching has got."""

    registry: RegistryUnderTest
    network: Network
    service: Running
    clock: TestClock
    cities: list[str]

    async def hold_one(self) -> str:
        """A city asks to be introduced to the other; returns the proposal, which waits for staff."""
        one, other = self.cities
        order = {"other_id": other}
        asked = await self.service.post(f"/members/{one}/interests", order, "member", member_id=one)
        assert asked.status_code == 202, asked.text
        await self.service.knows(proposals_held=1)
        (held,) = await self.proposals()
        return str(held["proposal_id"])

    async def stage(self, proposal_id: str) -> str:
        """The stage of this proposal after staff has approved it."""
        order = {"proposal_ids": [proposal_id]}
        assert (await self.service.post("/proposals/approve", order)).status_code == 200
        stages = {each["proposal_id"]: str(each["stage"]) for each in await self.proposals()}
        return stages[proposal_id]

    async def pass_on(self, already: int) -> int:
        """Publish registry's events after the first ones; returns how many there are."""
        events = await self.registry.events()
        for event in events[already:]:
            if isinstance(event.data, _STATES):
                await self.network.publish(event.envelope.type, event.data)
        await until(self._is_handled, what="matching has handled what registry published")
        await self.service.knows(graph_lag=0)
        return len(events)

    async def _is_handled(self) -> bool:
        return not any((await self.network.broker.group_lag(GROUP, _TOPICS)).values())

    async def imported(self, kind: str, file: str, already: int) -> Any:
        """Import the file of one row; returns the row as the preview described it."""
        prepared = await prepare(self.registry, file, kind=kind, endorse=True)
        (row,) = await rows(self.registry, prepared)
        taken = await take(self.registry, prepared)
        assert taken.status_code == 200, taken.text
        await self.pass_on(already)
        return row

    async def proposals(self) -> list[Any]:
        found = await self.service.get("/proposals", "staff")
        return list(found.json()["items"])

    async def stages(self) -> list[str]:
        return [each["stage"] for each in await self.proposals()]


@asynccontextmanager
async def at_work(folder: Path, policy: str = "rounds-only", **partner: Any) -> AsyncIterator[tuple[Here, int]]:
    """Two cities that fit, a partner if it is given, and matching under this policy; with how many events it has."""
    clock = TestClock()
    places = [folder / name for name in ("registry", "matching")]
    for place in places:
        place.mkdir()
    async with (
        open_under_test(f"sqlite+aiosqlite:///{places[0] / 'registry.db'}", places[0]) as registry,
        embedded(places[1], clock) as network,
        matching(network, places[1], clock, sending_policy=policy) as service,
    ):
        cities = [await registry.add_city(**CITY | each) for each in _CITIES]
        if partner:
            made = await registry.client.post("/registry/v1/partners?endorse=true", json=partner, headers=staff())
            assert made.status_code == 201, made.text
            asked = REQUEST | {"city_id": cities[0], "subjects": ["cluster.literacy"], "amount_min": 10}
            made = await registry.client.post("/registry/v1/requests", json=asked, headers=staff())
            assert made.status_code == 201, made.text
        here = Here(registry, network, service, clock, cities)
        yield here, await here.pass_on(0)


async def test_what_was_sent_stands(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, already):
        await here.service.post("/rounds")
        (before,) = await here.proposals()
        row = await here.imported("cities", "kind,name,country,needs\ncity,Alba,RO,\n", already)
        assert (row["state"], row["proposals"], row["ended_programmes"]) == ("changed", "stand", [])
        assert await here.proposals() == [before]


async def test_what_is_held_is_not_sent_after_a_change(tmp_path: Path) -> None:
    async with at_work(tmp_path, "hold") as (here, already):
        held = await here.hold_one()
        row = await here.imported("cities", "kind,name,country,population\ncity,Alba,RO,7000\n", already)
        assert row["proposals"] == "stand"
        assert await here.stage(held) == "superseded"


async def test_what_is_held_is_sent_after_a_change_of_contacts(tmp_path: Path) -> None:
    async with at_work(tmp_path, "hold") as (here, already):
        held = await here.hold_one()
        person = "contact_name,contact_email\ncity,Alba,RO,Ana Prado,ana@alba.example\n"
        row = await here.imported("cities", f"kind,name,country,{person}", already)
        assert (row["state"], row["proposals"]) == ("changed", "untouched")
        assert await here.stage(held) == "issued"


async def test_what_is_planned_is_written_again_or_ends(tmp_path: Path) -> None:
    for pause, stage in (("", "issued"), ("2027-06-01", "superseded")):
        folder = tmp_path / stage
        folder.mkdir()
        async with at_work(folder, "hold") as (here, already):
            draft = f"/drafts/{(await here.service.post('/rounds')).json()['round_id']}"
            plan = (await here.service.post(f"{draft}/plan")).json()
            await here.service.post(f"{draft}/publish", {"token": plan["token"]})
            assert await here.stages() == ["scheduled"]
            row = await here.imported(
                "cities", f"kind,name,country,population,paused_until\ncity,Alba,RO,7000,{pause}\n", already
            )
            assert row["proposals"] == "stand"
            here.clock.move(timedelta(hours=25))
            await here.service.knows(proposals_scheduled=0)
            assert await here.stages() == [stage]


async def test_those_of_a_programme_that_the_file_no_longer_has_cannot_be_agreed(tmp_path: Path) -> None:
    async with at_work(tmp_path, **PARTNER | {"programmes": [_PROGRAMME]}) as (here, already):
        await here.service.post("/rounds")
        kinds = [each["kind"] for each in await here.proposals()]
        assert "sponsorship" in kinds
        file = "kind,name,home_country,programme_name,budget,currency,grant_min,grant_max\n"
        other = "foundation,Example Foundation,NL,Write,500,EUR,10,50\n"
        row = await here.imported("partners", file + other, already)
        assert (row["proposals"], row["ended_programmes"]) == ("programmes-end", ["Read"])

        async def cannot_be_agreed() -> bool:
            events = await here.network.events(PROPOSAL.name)
            return any(event.data.lapsed_by == "a" for event in events if event.data.kind == "sponsorship")

        await until(cannot_be_agreed)
        assert await here.stages() == ["issued"] * len(kinds), "no side learns of it before the deadline"


async def test_one_of_two_that_are_tied_ends_unless_it_was_sent(tmp_path: Path) -> None:
    for policy, stage in (("hold", "superseded"), ("rounds-only", "issued")):
        folder = tmp_path / policy
        folder.mkdir()
        async with at_work(folder, policy) as (here, already):
            if policy == "hold":
                await here.hold_one()
            else:
                await here.service.post("/rounds")
            file = "a_name,a_country,b_name,b_country\nAlba,RO,Brod,HR\n"
            row = await here.imported("twinnings", file, already)
            assert row["state"] == "new"
            assert await here.stages() == [stage]
