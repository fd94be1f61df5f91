"""A programme that a partner adds waits for staff; until then others read what they read before, byte by byte."""

from typing import Any

from tests.support.registry.service import PARTNER, RegistryUnderTest, bearer, member, patching, staff

ADDED: dict[str, Any] = {
    "name": "Write",
    "budget": 900,
    "currency": "EUR",
    "grant_min": 10,
    "grant_max": 50,
    "subjects": ["sdg.13"],
}


async def test_a_new_programme_waits_for_staff_and_others_see_nothing_of_it(registry: RegistryUnderTest) -> None:
    http, other = registry.client, await registry.add_city(geonames_id=2)
    added = await http.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=bearer("staff"))
    partner_id, programmes = str(added.json()["partner_id"]), added.json()["programmes"]
    path = f"/registry/v1/partners/{partner_id}"
    lists = ("/registry/v1/partners", "/registry/v1/partners?subject=sdg.13", "/registry/v1/partners?text=write")
    asked = [(address, headers) for address in (path, *lists) for headers in ({}, member(other))]

    async def told() -> list[tuple[bytes, str | None]]:
        answers = [await http.get(address, headers=headers) for address, headers in asked]
        return [(answer.content, answer.headers.get("etag")) for answer in answers]

    before, version = await told(), added.json()["version"]
    change = await http.patch(
        path, json={"programmes": [*programmes, ADDED]}, headers=member(partner_id) | patching(version)
    )
    assert change.status_code == 200, change.text
    (new,) = change.json()["waiting"]
    assert [each["programme_id"] for each in change.json()["handed_in"]] == [new]
    assert [each["name"] for each in change.json()["programmes"]] == ["Read", "Write"]
    assert await told() == before
    event: Any = (await registry.events())[-1].data
    assert [each.name for each in event.programmes] == ["Read"]
    waiting = await http.get("/registry/v1/partners?waiting=true", headers=staff())
    assert [each["waiting"] for each in waiting.json()["items"]] == [[new]]
    assert (await http.get("/registry/v1/partners?waiting=true", headers=member(partner_id))).status_code == 403

    read, write = change.json()["programmes"]
    renamed = [read, write | {"purpose": "To write."}]
    again = await http.patch(
        path, json={"programmes": renamed}, headers=member(partner_id) | patching(change.json()["version"])
    )
    assert again.json()["waiting"] == [new], "a change of what waits endorses nothing"

    endorsing = f"{path}/programmes/{new}/endorse"
    assert (await http.post(endorsing, headers=member(partner_id))).status_code == 403
    assert (await http.post(f"{path}/programmes/of-nobody/endorse", headers=staff())).status_code == 404
    for _ in range(2):
        endorsed = await http.post(endorsing, headers=staff())
        assert (endorsed.status_code, endorsed.json()["waiting"], endorsed.json()["handed_in"]) == (200, [], [])
    assert [each["name"] for each in (await http.get(path)).json()["programmes"]] == ["Read", "Write"]
    assert len((await http.get(lists[1])).json()["items"]) == 1
    last: Any = (await registry.events())[-1].data
    assert [each.name for each in last.programmes] == ["Read", "Write"]


async def test_what_staff_adds_waits_for_nobody(registry: RegistryUnderTest) -> None:
    http = registry.client
    added = await http.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=staff())
    path = f"/registry/v1/partners/{added.json()['partner_id']}"
    body = {"programmes": [*added.json()["programmes"], ADDED]}
    changed = await http.patch(path, json=body, headers=staff() | patching(added.json()["version"]))
    assert (changed.json()["waiting"], len(changed.json()["programmes"])) == ([], 2)


async def test_what_is_exported_and_imported_again_leaves_what_waits(registry: RegistryUnderTest) -> None:
    http = registry.client
    added = await http.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=staff())
    partner_id = added.json()["partner_id"]
    path = f"/registry/v1/partners/{partner_id}"
    body = {"programmes": [*added.json()["programmes"], ADDED]}
    version = patching(added.json()["version"])
    waiting = (await http.patch(path, json=body, headers=member(partner_id) | version)).json()["waiting"]
    exported = await http.get("/registry/v1/exports/partners", headers=staff() | {"Accept": "text/csv"})
    table = exported.text.replace("Read", "Read more")
    imported = await http.post("/registry/v1/imports?kind=partners", content=table.encode(), headers=staff())
    assert imported.json()["problems"] == []
    known = (await http.get(path, headers=staff())).json()
    assert [each["name"] for each in known["programmes"]] == ["Read more", "Write"]
    assert known["waiting"] == waiting


async def refused_programme(registry: RegistryUnderTest) -> tuple[str, str]:
    """The ids of a partner and of a programme that staff has refused."""
    made = await registry.client.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=staff())
    partner_id, body = str(made.json()["partner_id"]), {"programmes": [*made.json()["programmes"], ADDED]}
    path = f"/registry/v1/partners/{partner_id}"
    changed = await registry.client.patch(
        path, json=body, headers=member(partner_id) | patching(made.json()["version"])
    )
    (new,) = changed.json()["waiting"]
    answer = await registry.client.post(
        f"{path}/programmes/{new}/refuse", json={"reason": "Say what a city reports."}, headers=staff()
    )
    assert answer.status_code == 200, answer.text
    return partner_id, new


async def test_a_refused_programme_tells_its_partner_why_and_waits_no_more(registry: RegistryUnderTest) -> None:
    http = registry.client
    partner_id, new = await refused_programme(registry)
    path = f"/registry/v1/partners/{partner_id}"
    own = (await http.get(path, headers=member(partner_id))).json()
    assert (own["waiting"], [each["programme_id"] for each in own["refused"]]) == ([], [new])
    assert own["refused"][0]["reason"] == "Say what a city reports."
    assert (await http.get("/registry/v1/partners?waiting=true", headers=staff())).json()["items"] == []
    for others in ((await http.get(path)).json(), (await http.get("/registry/v1/partners")).json()["items"][0]):
        assert ([each["name"] for each in others["programmes"]], others["refused"]) == (["Read"], [])
    last: Any = (await registry.events())[-1].data
    assert [each.name for each in last.programmes] == ["Read"]


async def test_by_changing_a_refused_programme_the_partner_hands_it_in_again(registry: RegistryUnderTest) -> None:
    http = registry.client
    partner_id, new = await refused_programme(registry)
    path = f"/registry/v1/partners/{partner_id}"
    own = (await http.get(path, headers=member(partner_id))).json()
    about = {"about": "We read."}
    other = await http.patch(path, json=about, headers=member(partner_id) | patching(own["version"]))
    assert [each["programme_id"] for each in other.json()["refused"]] == [new], "what is not mended stays refused"
    mended = [
        each | ({"purpose": "Cities report once a year."} if each["programme_id"] == new else {})
        for each in own["programmes"]
    ]
    again = await http.patch(
        path, json={"programmes": mended}, headers=member(partner_id) | patching(other.json()["version"])
    )
    assert (again.json()["waiting"], again.json()["refused"]) == ([new], [])
    assert len((await http.get("/registry/v1/partners?waiting=true", headers=staff())).json()["items"]) == 1
    endorsed = await http.post(f"{path}/programmes/{new}/endorse", headers=staff())
    assert [each["name"] for each in (await http.get(path)).json()["programmes"]] == ["Read", "Write"]
    assert (endorsed.json()["waiting"], endorsed.json()["refused"]) == ([], [])


async def test_staff_alone_refuses_and_only_what_waits(registry: RegistryUnderTest) -> None:
    http = registry.client
    partner_id, new = await refused_programme(registry)
    path, body = f"/registry/v1/partners/{partner_id}/programmes", {"reason": "No."}
    assert (await http.post(f"{path}/{new}/refuse", json=body, headers=member(partner_id))).status_code == 403
    assert (await http.post(f"{path}/of-nobody/refuse", json=body, headers=staff())).status_code == 404
    for wrong in ({}, {"reason": ""}, {"reason": "x" * 1001}):
        assert (await http.post(f"{path}/{new}/refuse", json=wrong, headers=staff())).status_code == 422
    again = await http.post(f"{path}/{new}/refuse", json=body, headers=staff())
    assert [each["reason"] for each in again.json()["refused"]] == ["No."], "the newer reason stands"
    await http.post(f"{path}/{new}/endorse", headers=staff())
    late = await http.post(f"{path}/{new}/refuse", json=body, headers=staff())
    assert (late.status_code, "already admitted" in late.json()["detail"]) == (409, True)


async def test_a_programme_that_waits_is_withdrawn_by_leaving_it_out(registry: RegistryUnderTest) -> None:
    http = registry.client
    partner_id = (await http.post("/registry/v1/partners", json=PARTNER, headers=staff())).json()["partner_id"]
    path, mine = f"/registry/v1/partners/{partner_id}", member(partner_id)
    known = (await http.get(path, headers=mine)).json()
    added = await http.patch(
        path, json={"programmes": [*known["programmes"], ADDED]}, headers=mine | patching(known["version"])
    )
    assert len(added.json()["waiting"]) == 1
    left = await http.patch(
        path, json={"programmes": known["programmes"]}, headers=mine | patching(added.json()["version"])
    )
    assert (left.status_code, left.json()["waiting"], left.json()["programmes"]) == (200, [], known["programmes"])


async def test_staff_decides_about_the_version_that_it_has_read(registry: RegistryUnderTest) -> None:
    http = registry.client
    made = (await http.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=staff())).json()
    path, mine = f"/registry/v1/partners/{made['partner_id']}", member(made["partner_id"])
    body = {"programmes": [*made["programmes"], ADDED]}
    seen = (await http.patch(path, json=body, headers=mine | patching(made["version"]))).json()
    (new,) = seen["waiting"]
    body = {"programmes": [each | ({"name": "Else"} if each["name"] == "Write" else {}) for each in seen["programmes"]]}
    now = (await http.patch(path, json=body, headers=mine | patching(seen["version"]))).json()
    old, current = ({"If-Match": f'"{version}"'} for version in (seen["version"], now["version"]))
    decisions = [(f"{path}/programmes/{new}/endorse", None), (f"{path}/programmes/{new}/refuse", {"reason": "No."})]
    for address, why in decisions:
        late = await http.post(address, json=why, headers=staff(**old))
        assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    assert (await http.get(path, headers=mine)).json()["waiting"] == [new]
    assert (await http.post(decisions[0][0], headers=staff(**current))).json()["waiting"] == []
    again = [await http.post(address, json=why, headers=staff(**old)) for address, why in decisions]
    assert [each.status_code for each in again] == [200, 409], "what is decided already says so"


async def test_a_partner_that_has_changed_since_is_not_endorsed_unseen(registry: RegistryUnderTest) -> None:
    http = registry.client
    made = (await http.post("/registry/v1/partners", json=PARTNER, headers=staff())).json()
    path = f"/registry/v1/partners/{made['partner_id']}"
    await http.patch(path, json={"about": "We read."}, headers=member(made["partner_id"]) | patching(made["version"]))
    late = await http.post(f"{path}/endorse", headers=staff(**{"If-Match": f'"{made["version"]}"'}))
    assert (late.status_code, (await http.get(path, headers=staff())).json()["status"]) == (412, "applied")
    assert (await http.post(f"{path}/endorse", headers=staff())).json()["status"] == "endorsed"
