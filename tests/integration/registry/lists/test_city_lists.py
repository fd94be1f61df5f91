"""Lists of cities: what they can be chosen by, their orders, and where the cities and their ties lie."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import insert

from isopolity.registry.adapters.sql.directory.atlas import SqlAtlas
from isopolity.registry.adapters.sql.directory.lists import SqlDirectory, SqlMemberDirectory
from isopolity.registry.adapters.sql.rows import CITIES, TWINNINGS
from isopolity.registry.application.directory import Filter, Line
from isopolity.registry.application.known_members import CityIdentity
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.twinning import Twinning
from tests.support.registry.service import CITY, CONTACT, RegistryUnderTest, city_profile, staff

NEED = {"subject": "sdg.4", "intensity": 3, "mode": "webinar"}
OFFER = {"subject": "sdg.4", "intensity": 3, "mode": "study-visit"}
ESPOO = {"name": "Espoo", "country": "FI", "geonames_id": 1, "languages": ["fi", "sv"], "population": 320_000}
PAULO = {"name": "São Paulo", "needs": [], "geonames_id": 2, "languages": ["pt-BR"], "population": 12_000_000}
SMALL = {"name": "Évora", "country": "PT", "geonames_id": 3, "needs": [], "offers": []}


async def named(registry: RegistryUnderTest, **query: Any) -> list[str]:
    """The names in a list."""
    answer = await registry.client.get("/registry/v1/cities", params=query)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Espoo", "São Paulo", "Évora"]),
        ({"order": "name"}, ["Espoo", "Évora", "São Paulo"]),
        ({"mode": "webinar"}, ["Espoo"]),
        ({"mode": "study-visit"}, ["Espoo", "São Paulo"]),
        ({"need": "sdg.4", "mode": "webinar"}, ["Espoo"]),
        ({"need": "sdg.4", "mode": "study-visit"}, []),
        ({"offer": "sdg.4", "mode": "study-visit"}, ["Espoo"]),
        ({"subject": "sdg.4", "mode": "study-visit"}, ["Espoo"]),
        ({"subject": "sdg.4", "mode": "good-practice"}, []),
        ({"language": "pt"}, ["São Paulo"]),
        ({"language": "pt-BR"}, ["São Paulo"]),
        ({"language": "sv"}, ["Espoo"]),
        ({"population_min": 320_000}, ["Espoo", "São Paulo"]),
        ({"population_max": 320_000}, ["Espoo"]),
        ({"text": "paulo  SAO"}, ["São Paulo"]),
        ({"text": "evora", "country": "PT"}, ["Évora"]),
    ],
)
async def test_all_that_is_given_must_fit(registry: RegistryUnderTest, query: Any, expected: list[str]) -> None:
    await registry.add_city(**ESPOO, needs=[NEED], offers=[OFFER])
    await registry.add_city(**PAULO)
    await registry.add_city(**SMALL)
    assert await named(registry, **query) == expected
    chosen = {name: value for name, value in query.items() if name != "order"}
    places = (await registry.client.get("/registry/v1/cities/places", params=chosen)).json()
    assert places == {"total": len(expected), "placed": 0, "places": []}


async def test_a_page_can_name_many_cities_with_one_question(registry: RegistryUnderTest) -> None:
    espoo = await registry.add_city(**ESPOO)
    paulo = await registry.add_city(**PAULO)
    await registry.add_city(**SMALL)
    applied = await registry.client.post("/registry/v1/cities", json=CITY | {"geonames_id": 4}, headers=staff())
    asked = [espoo, "nobody", paulo, applied.json()["city_id"]]
    assert await named(registry, ids=",".join(asked)) == ["Espoo", "São Paulo"]
    for wrong in (",".join(["x"] * 101), "a,,b", ""):
        assert (await registry.client.get("/registry/v1/cities", params={"ids": wrong})).status_code == 422


async def test_a_list_by_name_has_each_city_on_one_page(registry: RegistryUnderTest) -> None:
    names = ["Zug", "Åre", "are", "Ærø", "東京", "ﷺ" * 30, "Are"]
    for number, name in enumerate(names):
        await registry.add_city(name=name, geonames_id=number + 1)
    found: list[str] = []
    cursor: str | None = None
    while cursor is not None or not found:
        query: dict[str, Any] = {"order": "name", "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await registry.client.get("/registry/v1/cities", params=query)).json()
        found += [each["name"] for each in page["items"]]
        cursor = page["next"]
    assert sorted(found) == sorted(names)
    assert found[:3] == ["Ærø", "Åre", "are"]
    for wrong in ("x", "eA"):
        answer = await registry.client.get("/registry/v1/cities", params={"order": "name", "cursor": wrong})
        assert answer.status_code == 422


async def test_a_change_of_a_city_changes_what_it_is_found_by(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(**ESPOO)
    await registry.client.patch(
        f"/registry/v1/cities/{city_id}",
        json={"population": 400_000, "latitude": 60.2, "longitude": 24.7, "languages": ["en"]},
        headers=staff() | {"Content-Type": "application/merge-patch+json", "If-Match": '"2"'},
    )
    assert await named(registry, population_min=400_000, language="en") == ["Espoo"]
    places = (await registry.client.get("/registry/v1/cities/places")).json()
    expected = {"latitude": 60.2, "longitude": 24.7, "count": 1, "name": "Espoo", "city_id": city_id, "extent": None}
    assert places == {"total": 1, "placed": 1, "places": [expected]}


async def many(registry: RegistryUnderTest, ties: int) -> Mapping[str, int]:
    """Sixty cities all over the world, some without a place, some not endorsed, and ties between them."""
    chance = random.Random(7)
    cities = [
        Member(
            member_id=f"c{number:02}",
            version=1,
            status="applied" if number % 10 == 0 else "endorsed",
            region="europe-north-america",
            profile=city_profile(
                name=f"City {number:02}",
                geonames_id=number + 1,
                latitude=None if number % 10 == 1 else chance.uniform(-90, 90),
                longitude=None if number % 10 == 1 else chance.uniform(-180, 180),
            ),
        )
        for number in range(60)
    ]
    pairs = sorted({tuple(sorted(chance.sample(range(60), 2))) for _ in range(ties)})
    twinnings = [
        Twinning(city_a=f"c{a:02}", city_b=f"c{b:02}", version=1, status="declared" if (a + b) % 5 else "retracted")
        for a, b in pairs
    ]
    async with registry.database.writing() as connection:
        await connection.execute(insert(CITIES.table), [CITIES.to_row(city) for city in cities])
        if twinnings:
            await connection.execute(insert(TWINNINGS.table), [TWINNINGS.to_row(tie) for tie in twinnings])
        await connection.commit()
    return {
        "total": sum(number % 10 != 0 for number in range(60)),
        "placed": sum(number % 10 > 1 for number in range(60)),
        "ties": sum(a % 10 > 1 and b % 10 > 1 and (a + b) % 5 > 0 for a, b in pairs),
    }


@pytest.mark.parametrize("limit", [20, 30, 40, 100])
async def test_many_places_are_put_together_and_none_is_lost(registry: RegistryUnderTest, limit: int) -> None:
    known = await many(registry, ties=0)
    answer = (await registry.client.get("/registry/v1/cities/places", params={"limit": limit})).json()
    assert (answer["total"], answer["placed"]) == (known["total"], known["placed"])
    assert sum(place["count"] for place in answer["places"]) == known["placed"]
    assert 0 < len(answer["places"]) <= limit
    assert all(place["city_id"] for place in answer["places"]) == (limit == 100)


@pytest.mark.parametrize("limit", [20, 40])
async def test_the_extent_of_a_place_holds_its_cities_and_no_others(registry: RegistryUnderTest, limit: int) -> None:
    await many(registry, ties=0)
    places = (await registry.client.get("/registry/v1/cities/places", params={"limit": limit})).json()["places"]
    assert {place["extent"] is None for place in places} == {True, False}
    for place in places:
        assert (place["extent"] is None) == (place["count"] == 1) == (place["city_id"] is not None)
        if extent := place["extent"]:
            south, west, north, east = (extent[name] for name in ("south", "west", "north", "east"))
            within = f"{south - 0.0001:.4f},{west - 0.0001:.4f},{north + 0.0001:.4f},{east + 0.0001:.4f}"
            assert len(await named(registry, within=within)) == place["count"]


async def test_a_part_of_the_map_holds_its_southern_and_western_bounds_only(registry: RegistryUnderTest) -> None:
    await registry.add_city(**ESPOO, latitude=60, longitude=24)
    assert await named(registry, within="60,24,61,25") == ["Espoo"]
    for away in ("59,24,60,25", "60,23,61,24", "60.1,24,61,25"):
        assert await named(registry, within=away) == []
    for wrong in ("61,24,60,25", "60,24,61", "60,24,61,181", "a,b,c,d"):
        answer = await registry.client.get("/registry/v1/cities", params={"within": wrong})
        assert answer.status_code == 422, wrong
        assert "Give south, west, north and east, in degrees." in answer.text


@pytest.mark.parametrize("side", [1, -1])
async def test_the_whole_world_holds_its_edges(on_sqlite: RegistryUnderTest, side: int) -> None:
    await on_sqlite.add_city(**ESPOO, latitude=90 * side, longitude=180 * side)
    assert await named(on_sqlite, within="-90,-180,90,180") == ["Espoo"]


@pytest.mark.parametrize("limit", [20, 1500])
async def test_ties_run_between_endorsed_cities_with_known_places(registry: RegistryUnderTest, limit: int) -> None:
    known = await many(registry, ties=300)
    answer = (await registry.client.get("/registry/v1/twinnings/places", params={"limit": limit})).json()
    assert answer["total"] == known["ties"]
    assert len(answer["lines"]) == min(limit, known["ties"])
    assert all(each["count"] >= 1 for each in answer["lines"])


async def test_ties_between_the_same_areas_are_one_line(registry: RegistryUnderTest) -> None:
    lisbon = [
        await registry.add_city(name=name, geonames_id=number, latitude=38.7, longitude=-9.1 - number / 100)
        for number, name in enumerate(("Lisboa", "Oeiras", "Sintra"), 1)
    ]
    recife = await registry.add_city(name="Recife", geonames_id=4, latitude=-8.05, longitude=-34.9)
    for one, other in [(lisbon[0], recife), (lisbon[1], recife), (lisbon[0], lisbon[2])]:
        await registry.client.post("/registry/v1/twinnings", json={"city_a": one, "city_b": other}, headers=staff())
    assert len((await SqlAtlas(registry.database).ties(most=3))[1]) == 3
    total, lines = await SqlAtlas(registry.database).ties(most=1)
    assert total == 3
    assert lines == [Line(start=(39, -9), end=(-9, -33), count=2)]


@pytest.mark.parametrize(("latitude", "longitude"), [(-90, -180), (90, 180), (0, 0)])
async def test_the_ends_of_the_world_have_a_place(
    on_sqlite: RegistryUnderTest, latitude: float, longitude: float
) -> None:
    await on_sqlite.add_city(**ESPOO, latitude=latitude, longitude=longitude)
    spread = await SqlAtlas(on_sqlite.database).cities(Filter(), most=0)
    assert [(place.latitude, place.longitude, place.count) for place in spread.places] == [(latitude, longitude, 1)]


async def test_staff_alone_finds_who_has_no_contact_and_who_has_not_changed(registry: RegistryUnderTest) -> None:
    espoo = await registry.add_city(**ESPOO)
    await registry.add_city(**SMALL)
    body = CONTACT | {"member_kind": "city", "member_id": espoo}
    assert (await registry.client.post("/registry/v1/contacts", json=body, headers=staff())).status_code == 201

    async def found(kind: str, **query: str) -> list[str]:
        answer = await registry.client.get(f"/registry/v1/{kind}", params=query, headers=staff())
        return [each["name"] for each in answer.json()["items"]]

    assert await found("cities", without_contact="true") == ["Évora"]
    assert await found("cities", unchanged_since="2000-01-01T00:00:00Z") == []
    assert await found("cities", unchanged_since="2999-01-01T00:00:00Z") == ["Espoo", "Évora"]
    assert await found("partners", without_contact="true") == []
    for query in ({"without_contact": "true"}, {"unchanged_since": "2999-01-01T00:00:00Z"}):
        for kind in ("cities", "partners"):
            assert (await registry.client.get(f"/registry/v1/{kind}", params=query)).status_code == 403


async def test_entries_are_counted_by_status(registry: RegistryUnderTest) -> None:
    await registry.add_city()
    await registry.client.post("/registry/v1/cities", json=CITY | {"name": "Evora", "geonames_id": 1}, headers=staff())
    assert await SqlDirectory(registry.database, CITIES).counts() == {"applied": 1, "endorsed": 1}


async def test_the_smallest_countries_are_read_up_to_a_number_of_members(registry: RegistryUnderTest) -> None:
    for number, (name, country) in enumerate((("The Hague", "NL"), ("Oulu", "FI"), ("Espoo", "FI")), 1):
        await registry.add_city(name=name, country=country, geonames_id=number, local_names=[f"{name} 2"])
    gone = await registry.add_city(name="Turku", country="FI", geonames_id=9)
    await registry.client.post(f"/registry/v1/cities/{gone}/withdraw", headers=staff())
    directory = SqlMemberDirectory(registry.database, CITIES)
    countries = ["NL", "FI", "BR"]
    assert set(await directory.smallest(countries, 3)) == {"BR", "NL", "FI"}
    for most in (2, 1):
        assert set(await directory.smallest(countries, most)) == {"BR", "NL"}, "the largest silences no other"
    assert await directory.smallest(countries, 0) == ["BR"]
    assert await directory.smallest([], 1) == []
    found = {one.profile.name: one for one in await directory.in_countries(["FI", "BR"])}
    assert {name: one.status for name, one in found.items()} == {
        "Oulu": "endorsed", "Espoo": "endorsed", "Turku": "withdrawn",
    }  # fmt: skip
    oulu = found["Oulu"].profile
    assert isinstance(oulu, CityIdentity)
    assert (oulu.local_names, oulu.geonames_id, oulu.country) == (("Oulu 2",), 2, "FI")


@pytest.mark.parametrize("text", ["Köln", "koeln", "Cologne", "Кёльн", "Colonia"])
async def test_a_city_is_found_by_each_known_name_of_its_place(registry: RegistryUnderTest, text: str) -> None:
    plain: dict[str, Any] = {"country": "DE", "geonames_id": None, "needs": [], "offers": []}
    await registry.add_city(**plain | {"name": "Stadt am Rhein", "geonames_id": 2886242})
    await registry.add_city(**plain | {"name": "Cologne"})
    await registry.add_city(**plain | {"name": "Köln", "kind": "county"})
    await registry.add_city(**plain | {"name": "Koło", "country": "PL"})
    await registry.add_city(**ESPOO)
    assert await named(registry, text=text, order="name") == ["Cologne", "Köln", "Stadt am Rhein"]
    assert await named(registry, text=text, country="PL") == []


async def test_a_part_of_a_name_is_looked_for_in_stored_names_alone(registry: RegistryUnderTest) -> None:
    await registry.add_city(**ESPOO | {"name": "Stadt am Rhein", "geonames_id": 2886242})
    assert await named(registry, text="Kol") == []
    assert await named(registry, text="rhein") == ["Stadt am Rhein"]
