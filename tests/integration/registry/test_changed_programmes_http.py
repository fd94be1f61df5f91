"""A change of an admitted programme that says another thing waits for staff; others go on seeing what was admitted."""

from pathlib import Path
from typing import Any

import pytest

from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.service import KEY, PARTNER, RegistryUnderTest, member, open_under_test, patching, staff

READ: dict[str, Any] = {
    "name": "Read",
    "purpose": "We support libaries of small cities.",
    "budget": 100_000,
    "currency": "EUR",
    "grant_min": 1_000,
    "grant_max": 20_000,
    "subjects": ["sdg.4", "sdg.13"],
    "supports": ["funding"],
    "regions": ["africa", "arab-states"],
}


class PartnerUnderTest:
    """An endorsed partner with one programme, which changes it, and all who look."""

    def __init__(self, registry: RegistryUnderTest, made: Any) -> None:
        self.registry, self.http, self.made = registry, registry.client, made
        self.path = f"/registry/v1/partners/{made['partner_id']}"
        self.programme_id = str(made["programmes"][0]["programme_id"])
        self.mine = member(made["partner_id"])

    async def own(self) -> Any:
        return (await self.http.get(self.path, headers=self.mine)).json()

    async def change(self, by: dict[str, str] | None = None, /, **changes: Any) -> Any:
        known = await self.own()
        programmes = [known["programmes"][0] | changes, *known["programmes"][1:]]
        headers = (by or self.mine) | patching(known["version"])
        answer = await self.http.patch(self.path, json={"programmes": programmes}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def seen(self) -> Any:
        """The programme as everybody sees it, which is what the last event and the export say, too."""
        (public,) = (await self.http.get(self.path)).json()["programmes"]
        last: Any = (await self.registry.events())[-1].data
        assert [each.model_dump(mode="json") for each in last.programmes] == [public]
        listed = (await self.http.get("/registry/v1/partners")).json()["items"][0]
        assert (listed["programmes"], listed["waiting"], listed["changed"]) == ([public], [], [])
        return public

    async def decide(self, decision: str, body: Any = None, **headers: str) -> Any:
        address = f"{self.path}/programmes/{self.programme_id}/{decision}"
        return await self.http.post(address, json=body, headers=staff(**headers))


async def admitted(registry: RegistryUnderTest) -> PartnerUnderTest:
    body = PARTNER | {"programmes": [READ]}
    made = await registry.client.post("/registry/v1/partners?endorse=true", json=body, headers=staff())
    assert made.status_code == 201, made.text
    return PartnerUnderTest(registry, made.json())


STADIUMS: dict[str, Any] = {
    "name": "Play",
    "purpose": "Stadiums.",
    "budget": 9_000_000,
    "grant_max": 9_000_000,
    "subjects": ["sdg.11"],
}


async def test_a_programme_does_not_become_stadiums_in_public(registry: RegistryUnderTest) -> None:
    partner = await admitted(registry)
    before = await partner.seen()
    changed = await partner.change(**STADIUMS)
    assert await partner.seen() == before
    assert changed["programmes"][0] == before | STADIUMS
    assert changed["waiting"] == [partner.programme_id]
    (pending,) = changed["changed"]
    assert pending["standing"] == before
    assert set(pending["fields"]) == {*STADIUMS, "currency", "grant_min"}
    for text, found in (("play", 0), ("read", 1)):
        assert len((await partner.http.get(f"/registry/v1/partners?text={text}")).json()["items"]) == found
    (listed,) = (await partner.http.get("/registry/v1/partners?waiting=true", headers=staff())).json()["items"]
    assert listed["changed"] == changed["changed"], "staff sees both"
    version = str((await partner.own())["version"] - 1)
    assert (await partner.decide("endorse", **{"If-Match": f'"{version}"'})).status_code == 412
    endorsed = (await partner.decide("endorse")).json()
    assert (endorsed["waiting"], endorsed["changed"]) == ([], [])
    assert await partner.seen() == before | STADIUMS


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"purpose": "We support libraries of small cities."}, ()),
        ({"name": "READ!"}, ()),
        ({"opens": "2026-01-01", "closes": "2026-02-01", "cities": 9}, ()),
        ({"budget": 50_000, "grant_min": 2_000, "grant_max": 10_000}, ()),
        ({"regions": ["africa"], "countries": ["KE"], "population_max": 100_000}, ()),
        ({"subjects": ["sdg.4"]}, ()),
        ({"purpose": None}, ("purpose",)),
        ({"eligibility": "Clubs."}, ("eligibility",)),
        ({"budget": 100_001}, ("budget", "grant_min", "grant_max", "currency")),
        ({"grant_min": 999}, ("budget", "grant_min", "grant_max", "currency")),
        ({"currency": "KWD"}, ("budget", "grant_min", "grant_max", "currency")),
        ({"regions": []}, ("regions", "countries")),
        ({"regions": ["africa", "asia-pacific"]}, ("regions", "countries")),
        ({"subjects": ["sdg.4", "sdg.11"]}, ("subjects",)),
        ({"subjects": []}, ("subjects",)),
        ({"supports": ["funding", "expertise"]}, ("supports",)),
    ],
    ids=str,
)
async def test_what_lies_within_what_was_admitted_stands_at_once(
    on_sqlite: RegistryUnderTest, changes: dict[str, Any], waits: tuple[str, ...]
) -> None:
    partner = await admitted(on_sqlite)
    before = await partner.seen()
    changed = await partner.change(**changes)
    held = [name for each in changed["changed"] for name in each["fields"]]
    assert held == list(waits)
    assert await partner.seen() == (before if waits else before | changes)


async def test_a_web_address_of_one_letter_more_waits(on_sqlite: RegistryUnderTest) -> None:
    """Whoever holds the partner's account sends nobody elsewhere before staff has seen it."""
    partner = await admitted(on_sqlite)
    text = "Libraries apply at https://foundation.example."
    await partner.change(purpose=text)
    assert (await partner.decide("endorse")).status_code == 200
    assert (await partner.change(purpose=text.replace("foundation", "foundations")))["waiting"]
    assert (await partner.seen())["purpose"] == text


async def test_small_corrections_do_not_lead_to_another_meaning(registry: RegistryUnderTest) -> None:
    partner = await admitted(registry)
    text = "We support libraries of small cities."
    assert not (await partner.change(purpose=text))["waiting"]
    assert (await partner.seen())["purpose"] == text
    for step in ("We supports libraries of small citiess.", "We supportss libraries of small citiess."):
        assert (await partner.change(purpose=step))["waiting"] == [partner.programme_id]
    assert (await partner.seen())["purpose"] == READ["purpose"], "what staff admitted, to the letter"
    assert not (await partner.change(purpose=text))["waiting"]


async def test_a_lower_budget_and_a_last_day_hold_while_another_purpose_waits(registry: RegistryUnderTest) -> None:
    partner = await admitted(registry)
    before = await partner.seen()
    await partner.change(purpose="Stadiums.", budget=50_000)
    await partner.change(closes="2026-01-31")
    assert await partner.seen() == before | {"budget": 50_000, "closes": "2026-01-31"}
    await partner.change(budget=100_001)
    assert await partner.seen() == before | {"closes": "2026-01-31"}


async def test_a_refused_change_leaves_what_stands_and_is_handed_in_again(registry: RegistryUnderTest) -> None:
    partner = await admitted(registry)
    before = await partner.seen()
    await partner.change(**STADIUMS)
    assert (await partner.decide("refuse", {"reason": "Stadiums are not of this network."})).status_code == 200
    own = await partner.own()
    assert (own["waiting"], [each["reason"] for each in own["refused"]]) == ([], ["Stadiums are not of this network."])
    assert len(own["changed"]) == 1
    assert await partner.seen() == before
    closed = await partner.change(closes="2026-01-31")
    assert (closed["waiting"], len(closed["refused"])) == ([], 1), "closing hands nothing in again"
    again = await partner.change(purpose="Stadiums for schools.")
    assert (again["waiting"], again["refused"]) == ([partner.programme_id], [])
    back = await partner.change(**{name: before[name] for name in STADIUMS})
    assert (back["waiting"], back["refused"], back["changed"]) == ([], [], [])
    assert await partner.seen() == before | {"closes": "2026-01-31"}


async def test_what_staff_writes_is_admitted_and_what_waits_goes_on_waiting(registry: RegistryUnderTest) -> None:
    partner = await admitted(registry)
    by_staff = await partner.change(staff(), purpose="Schools.")
    assert (by_staff["waiting"], (await partner.seen())["purpose"]) == ([], "Schools.")
    await partner.change(purpose="Stadiums.")
    still = await partner.change(staff(), budget=200_000)
    assert still["waiting"] == [partner.programme_id], "staff endorses by saying so"
    assert (await partner.seen())["purpose"] == "Schools."


async def test_an_export_that_is_imported_again_leaves_the_change_that_waits(registry: RegistryUnderTest) -> None:
    partner = await admitted(registry)
    before = await partner.seen()
    changed = await partner.change(**STADIUMS)
    exported = await partner.http.get("/registry/v1/exports/partners", headers=staff() | {"Accept": "text/csv"})
    assert "Stadiums" not in exported.text
    for table, purpose in ((exported.text, READ["purpose"]), (exported.text.replace("libaries", "books"), "books")):
        answer = await partner.http.post("/registry/v1/imports?kind=partners", content=table.encode(), headers=staff())
        assert answer.json()["problems"] == []
        own = await partner.own()
        assert (own["programmes"], own["waiting"]) == (changed["programmes"], changed["waiting"])
        assert purpose in (await partner.seen())["purpose"]
    assert (await partner.seen()) == before | {"purpose": "We support books of small cities."}


async def test_nobody_takes_a_name_that_others_still_see(registry: RegistryUnderTest) -> None:
    partner = await admitted(registry)
    await partner.change(name="Play")
    known = await partner.own()
    body = {"programmes": [*known["programmes"], READ]}
    answer = await partner.http.patch(partner.path, json=body, headers=partner.mine | patching(known["version"]))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/programmes/1/name")


async def test_a_partner_that_is_not_endorsed_yet_changes_its_programmes_freely(registry: RegistryUnderTest) -> None:
    made = await registry.client.post("/registry/v1/partners", json=PARTNER | {"programmes": [READ]}, headers=staff())
    changed = await PartnerUnderTest(registry, made.json()).change(**STADIUMS)
    assert (changed["waiting"], changed["changed"]) == ([], [])


async def test_a_network_that_says_so_lets_changes_hold_at_once(url: str, tmp_path: Path) -> None:
    settings = RegistrySettings(**keys_of(KEY), review_programmes=False)
    async with open_under_test(url, tmp_path, settings=settings) as registry:
        partner = await admitted(registry)
        assert (await partner.change(**STADIUMS))["waiting"] == []
        assert (await partner.seen())["purpose"] == "Stadiums."


async def test_what_was_admitted_does_not_stand_twice(registry: RegistryUnderTest) -> None:
    """Sent without ids, by the name that staff admitted and by the one that stands, it would have its amounts twice."""
    partner = await admitted(registry)
    known = await partner.change(name="Libraries now", purpose=None)
    assert (await partner.decide("endorse")).status_code == 200
    known = await partner.change(name="Librareis now", purpose=None)
    assert not known["waiting"]
    (programme,) = known["programmes"]
    both = [{**programme, "programme_id": "", "name": name} for name in ("Librareis now", "Libraries now")]
    headers = partner.mine | patching(known["version"])
    for each in both:
        del each["programme_id"]
    answer = await partner.http.patch(partner.path, json={"programmes": both}, headers=headers)
    assert answer.status_code == 422, answer.text
    assert len((await partner.http.get(partner.path)).json()["programmes"]) == 1
