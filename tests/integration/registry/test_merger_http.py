"""Staff merges two entries of one member over HTTP, on both databases."""

import asyncio
from typing import Any

from sqlalchemy import select

from isopolity.registry.adapters.sql.desk import selections, shortlist, shortlist_notes
from tests.support.registry.service import CONTACT, PARTNER, REQUEST, RegistryUnderTest, bearer, member, staff


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
    unread = await http.post(f"{root}/cities/{kept}/merge", json={"duplicate_id": double}, headers=staff())
    assert unread.status_code == 422
    assert f"/matching/v1/members/{kept}/merger?duplicate_id={double}" in unread.text
    merged, again = await asyncio.gather(
        *(
            http.post(f"{root}/cities/{kept}/merge", json={"duplicate_id": double, "confirmed": True}, headers=staff())
            for _ in range(2)
        )
    )
    assert sorted((merged.status_code, again.status_code)) == [200, 409]
    assert (await do("GET", f"/cities/{double}"))["status"] == "withdrawn"
    contacts = (await do("GET", f"/contacts?member_id={kept}"))["items"]
    assert sorted(contact["email"] for contact in contacts) == ["ana@city.example", "ben@city.example"]
    assert (await do("GET", f"/contacts?member_id={double}"))["items"] == []
    assert [one["city_id"] for one in (await do("GET", "/requests"))["items"]] == [kept]
    (twinning,) = (await do("GET", "/twinnings"))["items"]
    assert ({twinning["city_a"], twinning["city_b"]}, twinning["since"]) == ({kept, other}, 1999)


async def test_what_a_duplicate_partner_keeps_for_itself_goes_to_the_one_that_is_kept(
    registry: RegistryUnderTest,
) -> None:
    http, root = registry.client, "/registry/v1"
    cities = [await registry.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2)]

    async def do(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        answer = await http.request(method, f"{root}{path}", json=body, headers=headers or staff())
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def entered(name: str, email: str, programme: str) -> tuple[str, dict[str, str], str]:
        """The id of a partner, the header of its contact, and the id of its programme."""
        body = PARTNER | {"name": name, "registration_id": None}
        body |= {"programmes": [PARTNER["programmes"][0] | {"name": programme}]}
        made = await do("POST", "/partners?endorse=true", body)
        person = CONTACT | {"member_kind": "partner", "member_id": made["partner_id"], "role": "programme-officer"}
        contact = await do("POST", "/contacts", person | {"email": email, "name": f"Who is at {name}"})
        own = bearer("member", member_id=made["partner_id"], subject=contact["contact_id"])
        return str(made["partner_id"]), own, str(made["programmes"][0]["programme_id"])

    kept, of_kept, read = await entered("Halcyon", "ana@halcyon.example", "Read")
    double, of_double, write = await entered("Halcyon Fund", "ben@halcyon.example", "Write")
    for owner, own, programme, noted in ((kept, of_kept, read, cities[:1]), (double, of_double, write, cities)):
        for city_id in noted:
            wanted = {"programme_id": programme, "status": "in-conversation" if owner == kept else "shortlisted"}
            await do("PUT", f"/partners/{owner}/shortlist/{city_id}", wanted, own)
            await do("POST", f"/partners/{owner}/shortlist/{city_id}/notes", {"text": f"Of {owner}"}, own)
        for name, query in (("Ours", f"programme={programme}&region=africa"), ("All", "region=africa")):
            await do("POST", f"/partners/{owner}/selections", {"name": name, "query": query}, own)
    await do("PUT", f"/partners/{double}/shortlist/{cities[0]}", {"diligence_on": "2026-11-20"}, of_double)

    await do("POST", f"/partners/{kept}/merge", {"duplicate_id": double, "confirmed": True})
    programmes = {each["name"]: each["programme_id"] for each in (await do("GET", f"/partners/{kept}"))["programmes"]}
    assert set(programmes) == {"Read", "Write"}
    listed = (await do("GET", f"/partners/{kept}/shortlist?notes=true", None, of_kept))["items"]
    found = {each["city_id"]: each for each in listed}
    both, moved = found[cities[0]], found[cities[1]]
    assert (both["status"], both["programme_id"]) == ("in-conversation", read), "the own entry stands"
    assert (both["diligence_on"], both["diligence_by"]) == ("2026-11-20", "Who is at Halcyon Fund")
    assert sorted(each["text"] for each in both["notes"]) == sorted([f"Of {kept}", f"Of {double}"])
    assert (moved["status"], moved["programme_id"]) == ("shortlisted", programmes["Write"])
    assert [each["written_by"] for each in moved["notes"]] == ["Who is at Halcyon Fund"]
    saved = (await do("GET", f"/partners/{kept}/selections", None, of_kept))["items"]
    assert {each["name"]: each["query"] for each in saved} == {
        "Ours": f"programme={read}&region=africa",
        "Ours (2)": f"programme={programmes['Write']}&region=africa",
        "All": "region=africa",
    }
    async with registry.database.reading() as connection:
        for table in (shortlist, shortlist_notes, selections):
            owners = set((await connection.execute(select(table.c.partner_id))).scalars())
            assert owners == {kept}


async def test_what_partners_keep_about_a_duplicate_city_goes_to_the_one_that_is_kept(
    registry: RegistryUnderTest,
) -> None:
    http, root = registry.client, "/registry/v1"
    kept, double = [await registry.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2)]

    async def do(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        answer = await http.request(method, f"{root}{path}", json=body, headers=headers or staff())
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def noted(name: str, *cities: str) -> tuple[str, dict[str, str]]:
        """The shortlist of a new partner with these cities on it, and the header of its contact."""
        made = await do("POST", "/partners?endorse=true", PARTNER | {"name": name, "registration_id": None})
        partner_id = str(made["partner_id"])
        own = bearer("member", member_id=partner_id, subject=f"contact-of-{name}")
        for city_id in cities:
            status = "in-conversation" if city_id == kept else "shortlisted"
            about = f"/partners/{partner_id}/shortlist/{city_id}"
            await do("PUT", about, {"status": status, "diligence_on": "2026-11-20" if city_id == double else None}, own)
            await do("POST", f"{about}/notes", {"text": f"Of {city_id}"}, own)
        return f"/partners/{partner_id}/shortlist?notes=true", own

    of_both, of_one = await noted("Halcyon", kept, double), await noted("Meridian", double)
    await do("POST", f"/cities/{kept}/merge", {"duplicate_id": double, "confirmed": True})
    (both,) = (await do("GET", of_both[0], None, of_both[1]))["items"]
    (moved,) = (await do("GET", of_one[0], None, of_one[1]))["items"]
    assert (both["city_id"], both["status"]) == (kept, "in-conversation"), "the own entry stands"
    assert both["diligence_on"] == "2026-11-20"
    assert sorted(each["text"] for each in both["notes"]) == sorted([f"Of {kept}", f"Of {double}"])
    assert (moved["city_id"], moved["status"], moved["city_name"]) == (kept, "shortlisted", "City 1")
    assert [each["text"] for each in moved["notes"]] == [f"Of {double}"]
    async with registry.database.reading() as connection:
        for table in (shortlist, shortlist_notes):
            assert set((await connection.execute(select(table.c.city_id))).scalars()) == {kept}
