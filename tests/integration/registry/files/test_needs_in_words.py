"""Needs in words of a file: what they leave open is asked once, and a city's own words are not replaced silently."""

from typing import Any

from tests.support.registry.prepared_files import PATH, prepare, take
from tests.support.registry.service import RegistryUnderTest, staff

HEADING = "kind,name,country,needs\n"
OWN = {
    "city_name": "Cork",
    "city_country": "IE",
    "side": "need",
    "subject": "cluster.equity",
    "intensity": 4,
    "mode": "pilot",
    "title": "Evening classes for fishermen's families",
    "language": "en",
    "topics": ["topic.1473"],
}


async def needs_of(registry: RegistryUnderTest, name: str) -> list[Any]:
    listed = (await registry.client.get("/registry/v1/cities?status=any", headers=staff())).json()["items"]
    city_id = next(one["city_id"] for one in listed if one["name"] == name)
    found = (await registry.client.get(f"/registry/v1/cities/{city_id}", headers=staff())).json()
    return [(one["subject"], one["mode"], one["title"], tuple(one["topics"])) for one in found["needs"]]


async def corrected(registry: RegistryUnderTest, prepared: Any, **order: Any) -> Any:
    answer = await registry.client.post(
        f"{PATH}/{prepared['import_id']}/correct", json={"shown": prepared["shown"], **order}, headers=staff()
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def with_own_words(registry: RegistryUnderTest) -> None:
    await registry.import_file("cities", HEADING + "city,Cork,IE,sdg.1:1:webinar\n")
    heading = ",".join(OWN)
    row = ",".join("|".join(each) if isinstance(each, list) else str(each) for each in OWN.values())
    await registry.import_file("needs-and-offers", f"{heading}\n{row}\n")
    assert [title for _, _, title, _ in await needs_of(registry, "Cork")] == [OWN["title"]]


async def test_words_that_lack_a_subject_or_a_mode_are_asked_once_and_hold_back_no_city(
    on_sqlite: RegistryUnderTest,
) -> None:
    file = HEADING + "".join(f"city,City {n},FR,Health; literacy in prisons\n" for n in range(3)) + "city,A,FR,santé\n"
    prepared = await prepare(on_sqlite, file)
    assert (prepared["created"], prepared["invalid"], prepared["words_open"]) == (4, 0, 7)
    health, prisons, _ = prepared["words_open_first"]
    assert (health["text"], health["rows"], health["first_line"]) == ("Health", 3, 2)
    assert health["lacks"] == ["subject", "mode"]
    assert health["subjects"] == ["cluster.health", "sdg.3"]
    assert "topic.1519" in prisons["topics"]

    topics = ["topic.1519"]
    answers = [
        {"text": "Health", "subject": "sdg.3", "mode": "webinar"},
        {"text": "literacy in prisons", "subject": "cluster.literacy", "mode": "training", "topics": topics},
    ]
    prepared = await corrected(on_sqlite, prepared, words=answers)
    assert (prepared["words_open"], prepared["invalid"], prepared["created"]) == (1, 0, 4)
    done = await take(on_sqlite, prepared)
    assert done.status_code == 200, done.text
    assert done.json()["words_open"] == 1
    assert await needs_of(on_sqlite, "City 1") == [
        ("sdg.3", "webinar", None, ("topic.238",)),
        ("cluster.literacy", "training", "literacy in prisons", ("topic.1519",)),
    ]
    assert await needs_of(on_sqlite, "A") == []


async def test_words_that_are_open_take_nothing_away_that_is_stored(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.import_file("cities", HEADING + "city,Cork,IE,sdg.1:1:webinar\n")
    prepared = await prepare(on_sqlite, HEADING + "city,Cork,IE,lifelong learning festival; literacy webinar\n")
    assert (prepared["words_open"], prepared["unchanged"]) == (2, 1)
    assert (await take(on_sqlite, prepared)).status_code == 200
    assert [subject for subject, *_ in await needs_of(on_sqlite, "Cork")] == ["sdg.1"]


async def test_a_citys_own_words_stay_beside_what_the_file_says(on_sqlite: RegistryUnderTest) -> None:
    await with_own_words(on_sqlite)
    prepared = await prepare(on_sqlite, HEADING + 'city,Cork,IE,"literacy, webinar"\n')
    assert prepared["words_kept"] == 1
    (kept,) = prepared["words_kept_first"]
    assert kept["before"] == ["Evening classes for fishermen's families (pilot project)"]
    assert (kept["after"], kept["is_replaced"]) == (["literacy (webinar)"], False)
    assert (await take(on_sqlite, prepared)).status_code == 200
    assert [title for _, _, title, _ in await needs_of(on_sqlite, "Cork")] == [None, OWN["title"]]
    again = await prepare(on_sqlite, HEADING + 'city,Cork,IE,"literacy, webinar"\n')
    assert again["unchanged"] == 1


async def test_an_empty_cell_does_not_delete_a_citys_own_words(on_sqlite: RegistryUnderTest) -> None:
    await with_own_words(on_sqlite)
    prepared = await prepare(on_sqlite, HEADING + "city,Cork,IE,\n")
    assert (prepared["words_kept"], prepared["unchanged"], prepared["emptied"]) == (1, 1, 0)


async def test_own_words_are_replaced_where_that_is_chosen_for_the_row_until_it_is_chosen_otherwise(
    on_sqlite: RegistryUnderTest,
) -> None:
    await with_own_words(on_sqlite)
    prepared = await prepare(on_sqlite, HEADING + 'city,Cork,IE,"literacy, webinar"\n')
    kept = prepared["shown"]
    prepared = await corrected(on_sqlite, prepared, own_words=[{"line": 2, "replaced": True}])
    assert prepared["words_kept_first"][0]["is_replaced"]
    assert prepared["shown"] != kept
    prepared = await corrected(on_sqlite, prepared, own_words=[{"line": 2, "replaced": False}])
    assert prepared["shown"] == kept
    prepared = await corrected(on_sqlite, prepared, own_words=[{"line": 2, "replaced": True}])
    assert (await take(on_sqlite, prepared)).status_code == 200
    assert await needs_of(on_sqlite, "Cork") == [("cluster.literacy", "webinar", None, ())]
