"""A city states with which countries it cannot work: only its own contacts state and read it."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from isopolity.contracts.registry import CityState
from isopolity.registry.adapters.sql import tables
from tests.support.registry.service import CITY, RegistryUnderTest, member, patching, staff


async def state(registry: RegistryUnderTest, city_id: str, *countries: str, version: int = 2) -> httpx.Response:
    path, headers = f"/registry/v1/cities/{city_id}/avoided-countries", {"If-Match": f'"{version}"'}
    return await registry.client.put(path, json={"countries": countries}, headers=member(city_id) | headers)


async def last_state(registry: RegistryUnderTest) -> CityState:
    found: Any = (await registry.events())[-1].data
    assert isinstance(found, CityState)
    return found


async def test_only_its_own_contacts_read_what_a_city_states(registry: RegistryUnderTest) -> None:
    http, other = registry.client, await registry.add_city(geonames_id=2)
    city_id = await registry.add_city()
    path = f"/registry/v1/cities/{city_id}"
    asked = [(address, who) for address in (path, "/registry/v1/cities") for who in ({}, member(other))]
    before = [(await http.get(*[address], headers=who)).content for address, who in asked]
    done = await state(registry, city_id, "SN", "FI")
    assert (done.status_code, done.json()) == (200, {"version": 3, "countries": ["FI", "SN"]})
    own = await http.get(f"{path}/avoided-countries", headers=member(city_id))
    assert own.json()["countries"] == ["FI", "SN"]
    assert own.headers["cache-control"] == "no-store"
    for who in (staff(), member(other)):
        refused = await http.get(f"{path}/avoided-countries", headers=who)
        assert refused.status_code == 403
    assert [(await http.get(*[address], headers=who)).content for address, who in asked] == before
    for who in (staff(), member(city_id)):
        assert "avoided" not in (await http.get(path, headers=who)).text
    assert (await last_state(registry)).avoided_countries == ("FI", "SN")


async def test_nobody_else_states_it_and_nothing_else_changes_it(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    path = f"/registry/v1/cities/{city_id}"
    await state(registry, city_id, "FI")
    by_staff = await registry.client.put(
        f"{path}/avoided-countries", json={"countries": []}, headers=staff() | {"If-Match": "*"}
    )
    assert by_staff.status_code == 403
    in_profile = await registry.client.patch(
        path, json={"avoided_countries": []}, headers=member(city_id) | patching(3)
    )
    assert in_profile.status_code == 422
    for who, population, version in ((member(city_id), 7, 3), (staff(), 8, 4)):
        changed = await registry.client.patch(path, json={"population": population}, headers=who | patching(version))
        assert changed.status_code == 200, changed.text
    row = json.dumps(CITY | {"population": 9})
    imported = await registry.import_file("cities", row)
    assert imported.status_code == 200, imported.text
    last = await last_state(registry)
    assert (last.population, last.avoided_countries) == (9, ("FI",))
    exported = await registry.client.get("/registry/v1/export", params={"kind": "cities"}, headers=staff())
    assert "avoided" not in exported.text


async def test_a_statement_does_not_show_in_the_day_of_the_last_change(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    day = (await registry.client.get(f"/registry/v1/cities/{city_id}")).json()["changed_on"]
    await state(registry, city_id, "FI")
    assert str((await last_state(registry)).changed_on) == day
    changed = {"population": 7}
    await registry.client.patch(f"/registry/v1/cities/{city_id}", json=changed, headers=member(city_id) | patching(3))
    assert (await last_state(registry)).changed_on is None


@pytest.mark.parametrize(
    ("countries", "sentence"),
    [
        ([chr(65 + i) + "A" for i in range(11)], "at most 10"),
        ([CITY["country"]], "your own country"),
    ],
)
async def test_more_than_ten_and_the_own_country_are_refused(
    registry: RegistryUnderTest, countries: list[str], sentence: str
) -> None:
    city_id = await registry.add_city()
    refused = await state(registry, city_id, *countries)
    assert (refused.status_code, sentence in refused.text) == (422, True)


async def test_a_form_that_is_older_than_the_entry_is_refused(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    assert (await state(registry, city_id, "FI", version=1)).status_code == 412


async def test_who_leaves_leaves_no_such_countries_and_the_audit_has_none(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    await state(registry, city_id, "FI")
    await registry.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=member(city_id))
    last = next(each.data for each in reversed(await registry.events()) if isinstance(each.data, CityState))
    assert (last.status, last.avoided_countries) == ("withdrawn", ())
    async with registry.database.reading() as connection:
        (document,) = (await connection.execute(select(tables.cities.c.document))).scalars()
        entries = (await connection.execute(select(tables.messaging.audit))).all()
    assert '"FI"' not in document
    assert "cities.avoided-countries" in {each.action for each in entries}
    assert "avoided_countries" not in repr(entries)


async def test_the_entry_that_stays_avoids_what_either_of_two_merged_ones_did(registry: RegistryUnderTest) -> None:
    kept, duplicate = await registry.add_city(), await registry.add_city(geonames_id=2, name="Bom Lugar")
    await state(registry, kept, "FI")
    await state(registry, duplicate, "SN")
    order = {"duplicate_id": duplicate, "confirmed": True}
    merged = await registry.client.post(f"/registry/v1/cities/{kept}/merge", json=order, headers=staff())
    assert merged.status_code == 200, merged.text
    states = [each.data for each in await registry.events() if isinstance(each.data, CityState)]
    assert [each.avoided_countries for each in states if each.city_id == kept][-1] == ("FI", "SN")


async def test_of_more_than_ten_after_a_merger_a_city_takes_some_back_and_adds_none(
    registry: RegistryUnderTest,
) -> None:
    many = ["AT", "BE", "BG", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HU"]
    kept = await registry.add_city()
    duplicate = await registry.add_city(geonames_id=2, name="Bom Lugar", country="NO")
    await state(registry, kept, *many[:6])
    assert (await state(registry, duplicate, CITY["country"], *many[6:])).status_code == 200
    order = {"duplicate_id": duplicate, "confirmed": True}
    merged = await registry.client.post(f"/registry/v1/cities/{kept}/merge", json=order, headers=staff())
    assert merged.status_code == 200, merged.text
    states = [each.data for each in await registry.events() if isinstance(each.data, CityState)]
    assert [each.avoided_countries for each in states if each.city_id == kept][-1] == tuple(many)
    version = merged.json()["version"]
    assert (await state(registry, kept, "SN", *many[1:], version=version)).status_code == 422
    fewer = await state(registry, kept, *many[1:], version=version)
    assert (fewer.status_code, fewer.json()["countries"]) == (200, many[1:])
