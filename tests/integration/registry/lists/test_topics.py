"""Topics over HTTP: found by typing, proposed from own words, and one with its neighbours; for everybody."""

from tests.support.registry.service import RegistryUnderTest

TOPICS = "/registry/v1/topics"


async def test_topics_are_found_by_typing_without_signing_in(registry: RegistryUnderTest) -> None:
    answer = await registry.client.get(TOPICS, params={"text": "alphabetisation des adultes", "language": "fr"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"][0] == {
        "code": "topic.1480",
        "label": "Alphabétisation des adultes",
        "broader": "Politique éducative",
        "matched": "Alphabétisation des adultes",
    }
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


async def test_as_many_topics_are_found_as_wanted(registry: RegistryUnderTest) -> None:
    answer = await registry.client.get(TOPICS, params={"text": "libraries", "limit": 3})
    assert len(answer.json()["items"]) == 3


async def test_nothing_found_is_an_empty_list(registry: RegistryUnderTest) -> None:
    answer = await registry.client.get(TOPICS, params={"text": "xyzzy"})
    assert answer.json() == {"items": []}


async def test_topics_are_proposed_for_own_words_and_no_cache_keeps_that(registry: RegistryUnderTest) -> None:
    words = "Evening classes for fishermen's families"
    answer = await registry.client.get(f"{TOPICS}/proposed", params={"words": words, "language": "en"})
    assert answer.json()["items"][0]["label"] == "Evening schools"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_longest_own_words_fit_into_the_address(registry: RegistryUnderTest) -> None:
    answer = await registry.client.get(f"{TOPICS}/proposed", params={"words": "成" * 600, "language": "zh"})
    assert answer.status_code == 200, answer.text


async def test_a_topic_is_read_with_its_neighbours(registry: RegistryUnderTest) -> None:
    answer = await registry.client.get(f"{TOPICS}/topic.1480", params={"language": "es"})
    found = answer.json()
    assert found["labels"]["en"] == "Adult literacy"
    assert found["broader"] == [{"code": "topic.9", "label": "Política educacional"}]
    assert {"code": "topic.1519", "label": "Alfabetización"} in found["related"]


async def test_a_code_that_is_no_topic_is_not_found(registry: RegistryUnderTest) -> None:
    answer = await registry.client.get(f"{TOPICS}/topic.1")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no topic topic.1."
