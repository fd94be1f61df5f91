"""One state is published again by its owner: under its version, with a right, and with an entry in the audit."""

from typing import Any

from tests.support.registry.service import RegistryUnderTest, bearer

PATH = "/registry/v1/states/republish"
TOPIC = "isopolity.registry.city"


async def test_a_city_is_told_again_as_it_is_and_another_is_not(registry: RegistryUnderTest) -> None:
    city_id, _ = await registry.add_city(), await registry.add_city(name="Other", geonames_id=77)
    before: list[Any] = await registry.events()
    order = {"topic": TOPIC, "key": city_id, "reason": "its event could not be read"}
    answer = await registry.client.post(PATH, headers=bearer("operator:redrive"), json=order)
    assert answer.status_code == 200, answer.text
    (again,) = (await registry.events())[len(before) :]
    last = [event.data for event in before if event.envelope.subject == city_id][-1]
    assert again.envelope.subject == city_id
    assert again.data == last.model_copy(update={"bulk": True}), "as of an import, so that no suggestion follows"
    (entry,) = (
        await registry.client.get("/registry/v1/audit?action=states.republish", headers=bearer("staff"))
    ).json()["items"]
    assert (entry["subject_id"], entry["details"]) == (city_id, {"topic": TOPIC, "reason": order["reason"]})


async def test_what_cannot_be_told_again_is_one_sentence(on_sqlite: RegistryUnderTest) -> None:
    order = {"topic": TOPIC, "key": "none", "reason": "it was bad"}
    may = bearer("operator:redrive")
    unknown = await on_sqlite.client.post(PATH, headers=may, json=order)
    foreign = await on_sqlite.client.post(PATH, headers=may, json=order | {"topic": "isopolity.matching.proposal"})
    refused = await on_sqlite.client.post(PATH, headers=bearer("operator:read"), json=order)
    assert (unknown.status_code, foreign.status_code, refused.status_code) == (404, 422, 403)
    assert "registry tells nobody of a state with this key" in unknown.json()["detail"]
    assert "registry keeps no states of isopolity.matching.proposal; choose from" in foreign.json()["detail"]
