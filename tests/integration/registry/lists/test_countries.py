"""Numbers of public entries by country, for filters."""

from typing import Any

from tests.support.registry.service import CITY, PARTNER, REQUEST, RegistryUnderTest, patching, staff


async def add(registry: RegistryUnderTest, path: str, body: dict[str, Any]) -> str:
    """The id of a new entry."""
    answer = await registry.client.post(f"/registry/v1/{path}", json=body, headers=staff())
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found[{"c": "city_id", "p": "partner_id", "r": "request_id"}[path[0]]]


async def test_countries_are_counted_for_each_kind_of_public_entries_alone(registry: RegistryUnderTest) -> None:
    homes = enumerate(("KE", "KE", "PS"), 1)
    cities = [
        await add(registry, "cities?endorse=true", CITY | {"name": f"City {n}", "country": home, "geonames_id": n})
        for n, home in homes
    ]
    await add(registry, "cities", CITY | {"name": "Not yet", "country": "CD", "geonames_id": 9})
    await add(registry, "partners?endorse=true", PARTNER | {"home_country": "NL"})
    for city in cities[1:]:
        await add(registry, "requests", REQUEST | {"city_id": city})
    answer = await registry.client.get("/registry/v1/countries")
    assert answer.json() == {"cities": {"KE": 2, "PS": 1}, "partners": {"NL": 1}, "requests": {"KE": 1, "PS": 1}}
    assert answer.headers["Cache-Control"] == "public, max-age=60"

    version = (await registry.client.get(f"/registry/v1/cities/{cities[2]}", headers=staff())).json()["version"]
    gone = await registry.client.post(
        f"/registry/v1/cities/{cities[2]}/withdraw", json={}, headers=staff() | patching(version)
    )
    assert gone.is_success, gone.text
    assert (await registry.client.get("/registry/v1/countries")).json()["cities"] == {"KE": 2}
    assert (await registry.client.get("/registry/v1/countries")).json()["requests"] == {"KE": 1}
