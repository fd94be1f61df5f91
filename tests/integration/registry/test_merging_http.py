"""Staff merges two entries of one member over HTTP, on both databases."""

import asyncio
from typing import Any

from tests.support.registry.service import CONTACT, REQUEST, RegistryUnderTest, member, staff


async def test_duplicate_goes_into_the_city_that_is_kept(registry: RegistryUnderTest) -> None:
    http, root = registry.client, "/registry/v1"

    async def do(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        answer = await http.request(method, f"{root}{path}", json=body, headers=headers or staff())
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    kept, double, other = [await registry.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2, 3)]
    for city_id, email in ((kept, "ana@city.example"), (double, "Ana@city.example"), (double, "ben@city.example")):
        await do("POST", "/contacts", CONTACT | {"member_kind": "city", "member_id": city_id, "email": email})
    await do("POST", "/requests", REQUEST | {"city_id": double})
    await do("POST", "/twinnings", {"city_a": double, "city_b": other, "since": 1999})
    refused = await http.post(f"{root}/cities/{kept}/merge", json={"duplicate_id": double}, headers=member(kept))
    assert refused.status_code == 403
    merged, again = await asyncio.gather(
        *(http.post(f"{root}/cities/{kept}/merge", json={"duplicate_id": double}, headers=staff()) for _ in range(2))
    )
    assert sorted((merged.status_code, again.status_code)) == [200, 409]
    assert (await do("GET", f"/cities/{double}"))["status"] == "withdrawn"
    contacts = (await do("GET", f"/contacts?member_id={kept}"))["items"]
    assert sorted(contact["email"] for contact in contacts) == ["ana@city.example", "ben@city.example"]
    assert (await do("GET", f"/contacts?member_id={double}"))["items"] == []
    assert [one["city_id"] for one in (await do("GET", "/requests"))["items"]] == [kept]
    (twinning,) = (await do("GET", "/twinnings"))["items"]
    assert ({twinning["city_a"], twinning["city_b"]}, twinning["since"]) == ({kept, other}, 1999)
