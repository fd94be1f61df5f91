"""The directory as the database holds it."""

from isopolity.registry.adapters.sql.directories import SqlDirectory, SqlMemberDirectory
from isopolity.registry.adapters.sql.rows import CITIES
from tests.support.registry.service import CITY, RegistryUnderTest, staff


async def test_entries_are_counted_by_status(registry: RegistryUnderTest) -> None:
    await registry.add_city()
    await registry.client.post("/registry/v1/cities", json=CITY | {"name": "Evora", "geonames_id": 1}, headers=staff())
    assert await SqlDirectory(registry.database, CITIES).counts() == {"applied": 1, "endorsed": 1}


async def test_names_of_countries_are_read_whole_up_to_a_number_of_members(registry: RegistryUnderTest) -> None:
    for number, (name, country) in enumerate((("The Hague", "NL"), ("Oulu", "FI"), ("Espoo", "FI")), 1):
        await registry.add_city(name=name, country=country, geonames_id=number)
    gone = await registry.add_city(name="Turku", country="FI", geonames_id=9)
    await registry.client.post(f"/registry/v1/cities/{gone}/withdraw", headers=staff())
    directory = SqlMemberDirectory(registry.database, CITIES)

    async def names(*countries: str, most: int | None = None) -> dict[str, list[str]]:
        found = await directory.names(countries, most=most)
        assert all(len(each.member_ids) == len(each.names) for each in found.values())
        return {country: sorted(each.names) for country, each in found.items()}

    finland, dutch = ["espoo", "oulu"], ["hague"]
    assert await names("NL", "FI", "BR") == {"BR": [], "FI": finland, "NL": dutch}
    assert await names("NL", "FI", "BR", most=3) == {"BR": [], "FI": finland, "NL": dutch}
    for most in (2, 1):
        assert await names("NL", "FI", "BR", most=most) == {"BR": [], "NL": dutch}, "the largest silences no other"
    assert await names("NL", "FI", "BR", most=0) == {"BR": []}
    assert await names(most=1) == {}
