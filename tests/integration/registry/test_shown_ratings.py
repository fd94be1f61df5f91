"""How a city rates its needs and offers is its own: others read it only if the city says so."""

from collections.abc import Mapping
from typing import Any

from tests.support.registry.service import RegistryUnderTest, member, patching, staff


async def test_others_read_ratings_only_of_a_city_that_shows_them(registry: RegistryUnderTest) -> None:
    http, other = registry.client, await registry.add_city(geonames_id=2)
    wishes = {name: [{"subject": "sdg.4", "intensity": 2, "mode": "webinar"}] for name in ("needs", "offers")}
    city_id = await registry.add_city(**wishes)
    path = f"/registry/v1/cities/{city_id}"

    async def rated(address: str, headers: Mapping[str, str]) -> int:
        answer = (await http.get(address, headers=headers)).json()
        found = answer if "needs" in answer else next(each for each in answer["items"] if each["city_id"] == city_id)
        assert found["needs"][0]["intensity"] == found["offers"][0]["intensity"]
        return int(found["needs"][0]["intensity"])

    outside = [(address, headers) for address in (path, "/registry/v1/cities") for headers in ({}, member(other))]
    inside = [(path, member(city_id)), (path, staff()), ("/registry/v1/cities", staff())]
    assert {await rated(*asked) for asked in outside} == {0}
    assert {await rated(*asked) for asked in inside} == {2}
    shown = await http.patch(path, json={"shows_ratings": True}, headers=member(city_id) | patching(2))
    assert shown.status_code == 200, shown.text
    assert {await rated(*asked) for asked in (*outside, *inside)} == {2}
    last: Any = (await registry.events())[-1].data
    assert (last.shows_ratings, last.needs[0].intensity) == (True, 2)
