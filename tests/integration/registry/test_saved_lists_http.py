"""Lists of members that staff saves under a name: its own, or shared with the office."""

from tests.support.registry.service import RegistryUnderTest, bearer

PATH = "/registry/v1/saved-lists"
SILENT = {"name": "Silent in Finland", "choices": {"country": "FI", "c-contact": "1"}}


async def names(registry: RegistryUnderTest, subject: str) -> list[str]:
    answer = await registry.client.get(PATH, headers=bearer("staff", subject=subject))
    return [each["name"] for each in answer.json()["items"]]


async def test_a_list_is_its_owners_own_until_it_is_shared(registry: RegistryUnderTest) -> None:
    mia, leo = (bearer("staff", subject=each) for each in ("mia", "leo"))
    saved = (await registry.client.post(PATH, json=SILENT, headers=mia)).json()
    assert (saved["choices"], saved["own"], saved["shared"]) == (SILENT["choices"], True, False)
    assert (await names(registry, "mia"), await names(registry, "leo")) == (["Silent in Finland"], [])
    one = f"{PATH}/{saved['list_id']}"
    change = {"name": "Quiet", "shared": True}
    assert (await registry.client.put(one, json=change, headers=leo)).status_code == 404
    assert (await registry.client.delete(one, headers=leo)).status_code == 404
    assert (await registry.client.put(one, json=change, headers=mia)).json()["name"] == "Quiet"
    assert await names(registry, "leo") == ["Quiet"]
    assert (await registry.client.put(one, json={"name": "Calm", "shared": True}, headers=leo)).json()["own"] is False
    assert (await registry.client.put(one, json={"name": "Calm"}, headers=leo)).status_code == 409
    assert (await registry.client.delete(one, headers=leo)).status_code == 204
    assert await names(registry, "mia") == []


async def test_who_only_reads_saves_nothing_and_choices_are_bounded(registry: RegistryUnderTest) -> None:
    reader = bearer("staff:read", subject="ria")
    assert (await registry.client.post(PATH, json=SILENT, headers=reader)).status_code == 403
    wrong = SILENT | {"choices": {f"c-{'x' * number}": "1" for number in range(41)}}
    assert (await registry.client.post(PATH, json=wrong, headers=bearer("staff"))).status_code == 422


async def test_one_person_keeps_at_most_a_hundred_lists(registry: RegistryUnderTest) -> None:
    staff = bearer("staff", subject="mia")
    for number in range(100):
        made = await registry.client.post(PATH, json=SILENT | {"name": f"List {number}"}, headers=staff)
        assert made.status_code == 201
    assert (await registry.client.post(PATH, json=SILENT, headers=staff)).status_code == 409
