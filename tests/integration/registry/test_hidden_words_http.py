"""Staff hides what a city says of a need or an offer; the city reads why, and writes other words."""

from typing import Any

from isopolity.contracts.registry import CityState
from tests.support.registry.service import CITY, RegistryUnderTest, member, patching, staff

LOUD: dict[str, Any] = {
    "subject": "cluster.literacy",
    "intensity": 4,
    "mode": "webinar",
    "title": "Loud words",
    "text": "And more of them.",
    "language": "en",
    "topics": ["topic.556"],
}
REASON = "This is an advertisement."


async def city(registry: RegistryUnderTest, city_id: str, headers: dict[str, str] | None = None) -> Any:
    return (await registry.client.get(f"/registry/v1/cities/{city_id}", headers=headers)).json()


async def hide(registry: RegistryUnderTest, city_id: str, **words: Any) -> Any:
    body = {"title": LOUD["title"], "text": LOUD["text"], "reason": REASON} | words
    return await registry.client.post(f"/registry/v1/cities/{city_id}/hidden-words", json=body, headers=staff())


async def loud_city(registry: RegistryUnderTest) -> str:
    return await registry.add_city(**CITY | {"needs": [LOUD], "offers": [LOUD | {"title": "Quiet words"}]})


async def test_hidden_words_are_seen_by_the_city_and_staff_alone(registry: RegistryUnderTest) -> None:
    city_id = await loud_city(registry)
    answer = await hide(registry, city_id)
    assert answer.status_code == 200, answer.text
    seen = await city(registry, city_id)
    assert [(each["title"], each["text"], each["language"], each["topics"]) for each in seen["needs"]] == [
        (None, None, None, ["topic.556"])
    ]
    assert (seen["offers"][0]["title"], seen["hidden"]) == ("Quiet words", [])
    listed = (await registry.client.get("/registry/v1/cities")).json()["items"][0]
    assert (listed["needs"][0]["title"], listed["hidden"]) == (None, [])
    for headers in (member(city_id), staff()):
        own = await city(registry, city_id, headers)
        assert own["needs"][0]["title"] == "Loud words"
        assert [(each["title"], each["reason"]) for each in own["hidden"]] == [("Loud words", REASON)]
    assert (await registry.event_names())[-1] == "city.revised"
    published = (await registry.events())[-1].data
    assert isinstance(published, CityState)
    assert published.needs[0].title is None
    assert (await city(registry, city_id, member("another")))["needs"][0]["title"] is None


async def test_other_words_are_shown_and_other_changes_keep_hidden_words_hidden(registry: RegistryUnderTest) -> None:
    city_id = await loud_city(registry)
    await hide(registry, city_id)
    own = member(city_id)
    for needs, title in (([LOUD | {"intensity": 1}], None), ([LOUD | {"title": "Calm words"}], "Calm words")):
        version = (await city(registry, city_id, own))["version"]
        path = f"/registry/v1/cities/{city_id}"
        answer = await registry.client.patch(path, json={"needs": needs}, headers=own | patching(version))
        assert answer.status_code == 200, answer.text
        assert (await city(registry, city_id))["needs"][0]["title"] == title
    assert (await city(registry, city_id, own))["hidden"] == []


async def test_staff_shows_words_again(on_sqlite: RegistryUnderTest) -> None:
    city_id = await loud_city(on_sqlite)
    await hide(on_sqlite, city_id)
    again = await hide(on_sqlite, city_id, reason="Another reason.")
    assert [each["reason"] for each in again.json()["hidden"]] == ["Another reason."]
    body = {"title": LOUD["title"], "text": LOUD["text"]}
    for _ in range(2):
        path = f"/registry/v1/cities/{city_id}/shown-words"
        shown = await on_sqlite.client.post(path, json=body, headers=staff())
        assert shown.status_code == 200, shown.text
        assert (await city(on_sqlite, city_id))["needs"][0]["title"] == "Loud words"


async def test_words_that_a_city_does_not_say_cannot_be_hidden(on_sqlite: RegistryUnderTest) -> None:
    city_id = await loud_city(on_sqlite)
    assert (await hide(on_sqlite, city_id, title="Other")).status_code == 422
    assert (await hide(on_sqlite, city_id, reason="")).status_code == 422
    assert (await hide(on_sqlite, "nobody")).status_code == 404
    path = f"/registry/v1/cities/{city_id}/hidden-words"
    refused = await on_sqlite.client.post(path, json={"title": "Loud words"}, headers=member(city_id))
    assert refused.status_code == 403


async def test_hidden_words_stay_hidden_when_a_file_brings_the_city_again(on_sqlite: RegistryUnderTest) -> None:
    city_id = await loud_city(on_sqlite)
    await hide(on_sqlite, city_id)
    rows = f"city_id,side,subject,intensity,mode,title\n{city_id},need,cluster.literacy,2,webinar,Loud words\n"
    answer = await on_sqlite.import_file("needs-and-offers", rows)
    assert answer.json()["revised"] == 1, answer.text
    seen = await city(on_sqlite, city_id)
    assert (seen["needs"][0]["mode"], seen["needs"][0]["title"]) == ("webinar", None)


async def test_words_that_a_file_replaces_are_hidden_no_more(on_sqlite: RegistryUnderTest) -> None:
    city_id = await loud_city(on_sqlite)
    await hide(on_sqlite, city_id)
    heading = "city_id,side,subject,intensity,mode,title\n"
    for title in ("Calm words", "Loud words"):
        row = f"{city_id},need,cluster.literacy,2,webinar,{title}\n"
        answer = await on_sqlite.import_file("needs-and-offers", heading + row)
        assert answer.json()["revised"] == 1, answer.text
        assert (await city(on_sqlite, city_id, staff()))["hidden"] == []
        assert (await city(on_sqlite, city_id))["needs"][0]["title"] == title
