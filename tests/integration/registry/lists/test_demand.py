"""The seeking board: how many cities look for a subject and offer it, the first of both, and the order of subjects."""

from typing import Any

from tests.support.registry.service import CITY, RegistryUnderTest, staff

LITERACY, CLIMATE, HEALTH = "cluster.literacy", "sdg.13", "sdg.3"
TOPIC, OTHER = "topic.556", "topic.57"


def about(*subjects: str) -> list[dict[str, Any]]:
    """Needs or offers."""
    return [{"subject": each, "intensity": 3, "mode": "webinar"} for each in subjects]


async def board(registry: RegistryUnderTest, **query: Any) -> dict[str, Any]:
    """The answer to a question of the board."""
    answer = await registry.client.get("/registry/v1/seeking", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def network(registry: RegistryUnderTest) -> None:
    """Four cities, and one that is not endorsed."""
    for number, (name, country, needs, offers) in enumerate(
        [
            ("The Zug", "CH", (LITERACY, CLIMATE), (HEALTH,)),
            ("Åland", "FI", (LITERACY,), (LITERACY,)),
            ("Nairobi", "KE", (LITERACY, HEALTH), ()),
            ("Silent", "KE", (), ()),
        ]
    ):
        profile = {"name": name, "country": country, "needs": about(*needs), "offers": about(*offers)}
        await registry.add_city(**profile, geonames_id=number + 10)
    body = CITY | {"needs": about(LITERACY), "geonames_id": 99}
    await registry.client.post("/registry/v1/cities", json=body, headers=staff())


async def test_needs_stand_beside_the_offers_that_meet_them(registry: RegistryUnderTest) -> None:
    await network(registry)
    page = await board(registry, first=2)
    assert [(each["subject"], each["seeking"], each["offering"]) for each in page["items"]] == [
        (LITERACY, 3, 1),
        (CLIMATE, 1, 0),
        (HEALTH, 1, 1),
    ]
    first = page["items"][0]
    assert [each["name"] for each in first["first_seeking"]] == ["Åland", "Nairobi"]
    assert [(each["name"], each["country"]) for each in first["first_offering"]] == [("Åland", "FI")]
    assert (page["next"], page["total"]) == (None, 3)


async def test_the_board_counts_what_the_list_of_cities_shows(registry: RegistryUnderTest) -> None:
    await network(registry)
    for chosen in ({"region": "africa"}, {"country": "CH"}, {"subject": LITERACY, "region": "europe-north-america"}):
        page = await board(registry, **chosen)
        for each in page["items"]:
            for side, number in (("need", each["seeking"]), ("offer", each["offering"])):
                query = {**chosen, side: each["subject"]}
                cities = (await registry.client.get("/registry/v1/cities", params=query)).json()["items"]
                assert len(cities) == number
    assert [each["subject"] for each in (await board(registry, subject=HEALTH))["items"]] == [HEALTH]
    assert (await board(registry, country="FR"))["items"] == []


async def test_topics_are_counted_and_listed_where_they_are_asked_for(registry: RegistryUnderTest) -> None:
    for number, (needs, offers) in enumerate([((TOPIC, OTHER), ()), ((TOPIC,), (OTHER,)), ((), (OTHER,))]):
        profile = {
            side: [{**about(LITERACY)[0], "topics": topics}] for side, topics in (("needs", needs), ("offers", offers))
        }
        await registry.add_city(**profile, name=f"City {number}", geonames_id=number + 10)
    codes = f"{OTHER},{LITERACY},{TOPIC},sdg.99"
    answer = await registry.client.get("/registry/v1/seeking/numbers", params={"codes": codes})
    assert answer.status_code == 200, answer.text
    assert [(each["code"], each["seeking"], each["offering"]) for each in answer.json()["items"]] == [
        *((OTHER, 1, 2), (LITERACY, 3, 3), (TOPIC, 2, 0), ("sdg.99", 0, 0)),
    ]
    for chosen, number in (({"need_topic": TOPIC}, 2), ({"offer_topic": OTHER, "need_topic": TOPIC}, 1)):
        assert len((await registry.client.get("/registry/v1/cities", params=chosen)).json()["items"]) == number
        assert (await registry.client.get("/registry/v1/cities/places", params=chosen)).json()["total"] == number
    assert [each["subject"] for each in (await board(registry))["items"]] == [LITERACY]
    for wrong in ("", "sdg.4,,", "SDG 4"):
        refused = await registry.client.get("/registry/v1/seeking/numbers", params={"codes": wrong})
        assert refused.status_code == 422


async def test_each_subject_is_on_one_page(registry: RegistryUnderTest) -> None:
    await network(registry)
    found: list[str] = []
    page = await board(registry, limit=1)
    while True:
        found += [each["subject"] for each in page["items"]]
        if page["next"] is None:
            break
        page = await board(registry, limit=1, cursor=page["next"])
    assert found == [LITERACY, CLIMATE, HEALTH]


async def test_the_first_are_found_behind_many_who_have_enough(registry: RegistryUnderTest) -> None:
    lines = ["kind,name,country,geonames_id,needs,offers"]
    lines += [f"city,City {chr(97 + n // 26)}{chr(97 + n % 26)},FR,{n + 1},{LITERACY}:3:webinar," for n in range(450)]
    lines += [f"city,Zzz,FR,9999,{LITERACY}:3:webinar,{CLIMATE}:3:webinar"]
    assert (await registry.import_file("cities", "\n".join(lines), endorse="true")).status_code == 200
    page = await board(registry)
    literacy, climate = page["items"]
    assert (literacy["seeking"], len(literacy["first_seeking"])) == (451, 3)
    assert [each["name"] for each in climate["first_offering"]] == ["Zzz"]


async def test_a_city_is_named_with_its_own_title_unless_that_is_hidden(on_sqlite: RegistryUnderTest) -> None:
    needs = [each | {"title": "Evening classes", "language": "en"} for each in about(LITERACY)]
    city_id = await on_sqlite.add_city(needs=needs, offers=about(LITERACY))

    async def named(side: str) -> tuple[str | None, str | None]:
        (found,) = (await board(on_sqlite))["items"][0][f"first_{side}"]
        return found["title"], found["language"]

    assert (await named("seeking"), await named("offering")) == (("Evening classes", "en"), (None, None))
    path = f"/registry/v1/cities/{city_id}/hidden-words"
    answer = await on_sqlite.client.post(path, json={"title": "Evening classes", "reason": "Loud."}, headers=staff())
    assert answer.status_code == 200, answer.text
    assert await named("seeking") == (None, None)
