"""A member that pauses: itself and staff read it, all others read what they read before, byte by byte."""

from typing import Any

import pytest

from tests.support.registry.service import PARTNER, RegistryUnderTest, bearer, member, patching, staff


@pytest.mark.parametrize("kind", ["cities", "partners"])
async def test_others_read_the_same_before_during_and_after_a_pause(registry: RegistryUnderTest, kind: str) -> None:
    http, other = registry.client, await registry.add_city(geonames_id=2)
    if kind == "cities":
        member_id = await registry.add_city()
    else:
        added = await http.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=bearer("staff"))
        member_id = str(added.json()["partner_id"])
    path = f"/registry/v1/{kind}/{member_id}"
    asked = [(address, headers) for address in (path, f"/registry/v1/{kind}") for headers in ({}, member(other))]

    async def told() -> list[tuple[bytes, str | None]]:
        answers = [await http.get(address, headers=headers) for address, headers in asked]
        return [(answer.content, answer.headers.get("etag")) for answer in answers]

    before = await told()
    for version, until in ((2, "2027-02-01"), (3, "2027-03-01"), (4, None)):
        change = await http.patch(path, json={"paused_until": until}, headers=member(member_id) | patching(version))
        assert (change.status_code, change.json()["paused_until"]) == (200, until), change.text
        assert await told() == before
        for headers in (member(member_id), staff()):
            own = (await http.get(path, headers=headers)).json()
            assert (own["version"], own["paused_until"]) == (version + 1, until)
    last: Any = (await registry.events())[-1].data
    assert (last.version, last.paused_until) == (5, None)
