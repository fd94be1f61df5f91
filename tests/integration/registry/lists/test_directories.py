"""The directory as the database holds it."""

from isopolity.registry.adapters.sql.directories import SqlDirectory
from isopolity.registry.adapters.sql.rows import CITIES
from tests.support.registry.service import CITY, RegistryUnderTest, staff


async def test_entries_are_counted_by_status(registry: RegistryUnderTest) -> None:
    await registry.add_city()
    await registry.client.post("/registry/v1/cities", json=CITY | {"name": "Evora", "geonames_id": 1}, headers=staff())
    assert await SqlDirectory(registry.database, CITIES).counts() == {"applied": 1, "endorsed": 1}
