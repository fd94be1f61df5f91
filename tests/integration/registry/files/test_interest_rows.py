"""The table of needs and offers: a row each, in the cities' own words; the rows of a city are all that it has."""

import json
from typing import Any

import pytest

from isopolity.thesaurus.concepts import label
from tests.support.registry.service import CITY, RegistryUnderTest, staff

HEADING = "city_name,city_country,side,subject,intensity,mode,title,text,language,topics,valid_until\n"
TOPIC = "topic.556"
NEED: dict[str, Any] = {
    "subject": "cluster.literacy",
    "intensity": 4,
    "mode": "webinar",
    "title": "Evening classes for families of fishermen",
    "text": "Boats leave at four in the morning, so that classes have to be in the evening.",
    "language": "en",
    "topics": [TOPIC],
}


def problems(answer: Any) -> list[tuple[int, str | None, str]]:
    return [(problem["line"], problem["column"], problem["detail"]) for problem in answer.json()["problems"]]


async def city(registry: RegistryUnderTest, city_id: str) -> Any:
    return (await registry.client.get(f"/registry/v1/cities/{city_id}", headers=staff())).json()


async def preview(registry: RegistryUnderTest, kind: str, content: str) -> Any:
    """The rows of a prepared import."""
    query = {"kind": kind, "name": "file.csv"}
    sent = await registry.client.post(
        "/registry/v1/prepared-imports", params=query, content=content.encode(), headers=staff()
    )
    assert sent.status_code == 201, sent.text
    address = f"/registry/v1/prepared-imports/{sent.json()['import_id']}/rows"
    return (await registry.client.get(address, headers=staff())).json()["items"]


async def test_the_rows_of_a_city_are_its_needs_and_offers(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city(**CITY | {"name": "Vigo", "country": "ES", "needs": [NEED], "offers": []})
    rows = HEADING + (
        f"Vigo,ES,need,Literacy,4,webinar,Clases de noche,Los barcos salen a las cuatro.,es,{label(TOPIC, 'es')},\n"
        "Vigo,ES,offer,sdg.14,5,study visit,,,,,2027-12-31\n"
    )
    answer = await registry.import_file("needs-and-offers", rows)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["revised"], answer.json()["emptied"]) == (1, 0)
    found = await city(registry, city_id)
    assert [(each["title"], each["language"], each["topics"]) for each in found["needs"]] == [
        ("Clases de noche", "es", [TOPIC])
    ]
    assert [(each["subject"], each["mode"], each["valid_until"]) for each in found["offers"]] == [
        ("sdg.14", "study-visit", "2027-12-31")
    ]
    assert (await registry.event_names())[-1] == "city.revised"
    again = await registry.import_file("needs-and-offers", rows)
    assert (again.json()["unchanged"], again.json()["revised"]) == (1, 0)


@pytest.mark.parametrize("by", ["city_id", "city_geonames_id", "city_name"])
async def test_a_city_is_named_by_its_id_its_number_or_its_name(on_sqlite: RegistryUnderTest, by: str) -> None:
    city_id = await on_sqlite.add_city(**CITY | {"needs": [], "offers": []})
    meant = {"city_id": city_id, "city_geonames_id": CITY["geonames_id"], "city_name": CITY["name"]}[by]
    rows = f"{by},side,subject,intensity,mode\n{meant},need,sdg.4,3,webinar\n"
    answer = await on_sqlite.import_file("needs-and-offers", rows)
    assert answer.json()["revised"] == 1, answer.text
    assert [each["subject"] for each in (await city(on_sqlite, city_id))["needs"]] == ["sdg.4"]


async def test_lines_of_json_say_each_what_they_say(on_sqlite: RegistryUnderTest) -> None:
    city_id = await on_sqlite.add_city(**CITY | {"needs": [NEED], "offers": []})
    row = {"city_id": city_id, "side": "need", "subject": "cluster.literacy", "intensity": 5, "mode": "webinar"}
    answer = await on_sqlite.import_file("needs-and-offers", json.dumps(row) + "\n")
    assert answer.json()["revised"] == 1, answer.text
    (need,) = (await city(on_sqlite, city_id))["needs"]
    assert (need["intensity"], need["title"], need["topics"]) == (5, NEED["title"], [TOPIC])
    answer = await on_sqlite.import_file("needs-and-offers", json.dumps(row | {"title": None, "text": None}) + "\n")
    (need,) = (await city(on_sqlite, city_id))["needs"]
    assert (need["title"], need["text"], need["topics"]) == (None, None, [TOPIC])


async def test_a_column_that_is_left_out_leaves_what_is_stored(on_sqlite: RegistryUnderTest) -> None:
    city_id = await on_sqlite.add_city(**CITY | {"needs": [NEED], "offers": []})
    rows = f"city_id,side,subject,intensity,mode,title\n{city_id},need,cluster.literacy,2,webinar,\n"
    answer = await on_sqlite.import_file("needs-and-offers", rows, dry_run=True)
    assert answer.json()["emptied_first"] == [f"line 2, {CITY['name']}: title of needs"]
    await on_sqlite.import_file("needs-and-offers", rows)
    (need,) = (await city(on_sqlite, city_id))["needs"]
    assert (need["title"], need["text"], need["intensity"]) == (None, NEED["text"], 2)


async def test_a_coded_cell_keeps_what_a_city_says_of_the_same_need(registry: RegistryUnderTest) -> None:
    other = NEED | {"title": "Reading aloud", "intensity": 2}
    city_id = await registry.add_city(**CITY | {"needs": [NEED, other], "offers": []})
    heading = "kind,name,country,geonames_id,needs\n"
    start = f"{heading}city,{CITY['name']},{CITY['country']},{CITY['geonames_id']},"
    same = await registry.import_file("cities", f"{start}cluster.literacy:4:webinar|cluster.literacy:2:webinar\n")
    assert same.json()["unchanged"] == 1, same.text
    await registry.import_file("cities", f"{start}sdg.4:1:webinar|cluster.literacy:2:webinar|sdg.13:3:training\n")
    needs = (await city(registry, city_id))["needs"]
    assert [each["title"] for each in needs] == [None, "Reading aloud", None, NEED["title"]]
    await registry.import_file("cities", f"{start}cluster.literacy:5:webinar\n")
    found = [(each["title"], each["intensity"]) for each in (await city(registry, city_id))["needs"]]
    assert found == [("Reading aloud", 5), (NEED["title"], 4)]


async def test_a_city_in_lines_of_json_brings_needs_with_all_their_fields(on_sqlite: RegistryUnderTest) -> None:
    line = {"kind": "city", "name": "Vigo", "country": "ES", "needs": [NEED], "offers": [NEED | {"title": "Otro"}]}
    answer = await on_sqlite.import_file("cities", json.dumps(line) + "\n", endorse=True)
    assert answer.json()["created"] == 1, answer.text
    found = (await on_sqlite.client.get("/registry/v1/cities", params={"text": "vigo"}, headers=staff())).json()[
        "items"
    ][0]
    assert {name: found["needs"][0][name] for name in NEED} == NEED
    assert found["offers"][0]["title"] == "Otro"


@pytest.mark.parametrize(
    ("row", "column", "detail"),
    [
        ("Vigo,ES,wish,sdg.4,3,webinar,,,,,", "side", "There is no side “wish”; give need or offer."),
        ("Vigo,ES,need,sdg.4,3,webinar,,,,nonsense,", "topics", "Entry 1: There is no topic “nonsense”"),
        ("Vigo,ES,need,sdg.4,3,webinar,,,,مهاجرون,", "topics", "did you mean"),
        ("Vigo,ES,need,sdg.4,3,webinar,Write to ana@vigo.example,,,,", "title", "e-mail address"),
        (f"Vigo,ES,need,sdg.4,3,webinar,{'a' * 81},,,,", "title", "80"),
        ("Vigo,ES,need,sdg.4,9,webinar,,,,,", "intensity", "5"),
        ("Vigo,ES,need,sdg.4,3,webinar,,,,topic.2|topic.3|topic.4|topic.5,", "topics", "3"),
        ("Nowhere,ES,need,sdg.4,3,webinar,,,,,", "city_name", "No city is registered as “Nowhere” in ES"),
        (",,need,sdg.4,3,webinar,,,,,", "city_name", "Give the city's name"),
    ],
)
async def test_a_wrong_row_is_told_and_the_city_keeps_what_it_has(
    on_sqlite: RegistryUnderTest, row: str, column: str, detail: str
) -> None:
    city_id = await on_sqlite.add_city(**CITY | {"name": "Vigo", "country": "ES", "geonames_id": None, "needs": [NEED]})
    rows = f"{HEADING}{row}\nVigo,ES,offer,sdg.14,5,webinar,,,,,\n"
    answer = await on_sqlite.import_file("needs-and-offers", rows)
    ((line, named, sentence), *_) = problems(answer)
    assert (line, named) == (2, column), problems(answer)
    assert detail in sentence
    assert [each["title"] for each in (await city(on_sqlite, city_id))["needs"]] == [NEED["title"]]
    if row.startswith("Vigo"):
        await on_sqlite.import_file("needs-and-offers", rows, skip_invalid=True)
        assert [each["title"] for each in (await city(on_sqlite, city_id))["needs"]] == [NEED["title"]]


async def test_a_row_that_cannot_be_read_spares_the_needs_of_the_cities_above_and_below(
    on_sqlite: RegistryUnderTest,
) -> None:
    names = ("Vigo", "Lugo", "Jaca")
    ids = [await on_sqlite.add_city(**CITY | {"name": each, "country": "ES", "geonames_id": None}) for each in names]
    before = [await city(on_sqlite, each) for each in ids]
    good = "{},ES,need,sdg.4,3,webinar,,,,,\n".format
    rows = (
        HEADING
        + good("Vigo")
        + "Vigo,ES,need,sdg.3,3,webinar,One, two,All,en,,2027-12-31\n"
        + good("Lugo")
        + good("Jaca")
    )
    answer = await on_sqlite.import_file("needs-and-offers", rows, skip_invalid=True)
    assert [line for line, *_ in problems(answer)] == [3, 4], problems(answer)
    assert [await city(on_sqlite, each) for each in ids[:2]] == before[:2]
    assert [each["subject"] for each in (await city(on_sqlite, ids[2]))["needs"]] == ["sdg.4"]


@pytest.mark.parametrize("again", ["VIGO,ES,", ",,{city_id}"], ids=["by the same name", "by its id"])
async def test_rows_of_a_city_that_stand_apart_are_refused(on_sqlite: RegistryUnderTest, again: str) -> None:
    for name in ("Lugo", "Vigo"):
        city_id = await on_sqlite.add_city(**CITY | {"name": name, "country": "ES", "geonames_id": None})
    cities = ("Vigo,ES,", "Lugo,ES,", again.format(city_id=city_id))
    rows = "".join(f"{each},need,sdg.4,3,webinar\n" for each in cities)
    answer = await on_sqlite.import_file(
        "needs-and-offers", "city_name,city_country,city_id,side,subject,intensity,mode\n" + rows
    )
    ((line, column, sentence),) = problems(answer)
    other = {2: 4, 4: 2}[line]  # a city named by its id is known before those named in words are looked up
    assert column is None
    assert sentence == f"This row is about the same entry as line {other}; put all rows of a city one below the other."


async def test_a_preview_tells_what_a_city_would_say(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(**CITY | {"name": "Vigo", "country": "ES", "needs": [NEED], "offers": [NEED]})
    first, second = await preview(
        on_sqlite,
        "needs-and-offers",
        HEADING + f"Vigo,ES,need,cluster.literacy,4,webinar,Otra,,es,{TOPIC},\nVigo,ES,need,sdg.4,1,webinar,,,,,\n",
    )
    assert (first["state"], second["state"]) == ("changed", "part")
    changes = {each["column"]: (each["before"], each["after"]) for each in first["changes"]}
    about = "(need cluster.literacy:webinar)"
    assert changes[f"title {about}"] == (NEED["title"], "Otra")
    assert changes[f"text {about}"] == (NEED["text"], "")
    assert changes["offers"] == ("cluster.literacy:4:webinar", "")
    assert changes["topics (offer cluster.literacy:webinar)"] == (TOPIC, "")
