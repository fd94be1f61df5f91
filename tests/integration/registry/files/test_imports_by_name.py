"""Imports without ids: members are found by name, country and kind, never doubled, and never guessed."""

from typing import Any

import pytest

from tests.support.registry.service import RegistryUnderTest, staff

CITIES = "kind,name,local_names,country,geonames_id,population\n"
STORED = CITIES + (
    "city,São Paulo,,BR,3448439,12400232\n"
    "city,Aix-en-Provence,Ais de Prouvènço,FR,3038354,\n"
    "city,Portland,,US,5746545,\n"
    "city,Portland,,US,4975802,\n"
    "county,Turku,Åbo,FI,633679,\n"
    "city,St. Pölten,,AT,,\n"
)


@pytest.fixture
async def stored(registry: RegistryUnderTest) -> RegistryUnderTest:
    answer = await registry.import_file("cities", STORED, endorse=True)
    assert answer.json()["created"] == 6, answer.text
    return registry


async def cities(registry: RegistryUnderTest, **query: str) -> list[dict[str, Any]]:
    answer = await registry.client.get("/registry/v1/cities", params={"status": "any", **query}, headers=staff())
    return list(answer.json()["items"])


def told(answer: Any) -> list[tuple[int, str | None, str]]:
    return [(one["line"], one["column"], one["detail"]) for one in answer.json()["problems"]]


@pytest.mark.parametrize("row", ["city,São Paulo,BR,7", "city, são  PAULO,BR,7", "county,TURKU,FI,7"])
async def test_a_row_without_an_id_takes_the_member_of_exactly_its_name(stored: RegistryUnderTest, row: str) -> None:
    answer = await stored.import_file("cities", f"kind,name,country,population\n{row}\n")
    assert (answer.status_code, answer.json()["revised"]) == (200, 1), answer.text
    (found,) = [city for city in await cities(stored) if city["population"] == 7]
    assert found["name"] in ("São Paulo", "Turku")


@pytest.mark.parametrize(
    ("row", "meant"),
    [
        ("city,Sao Paulo,BR,7", "São Paulo (BR, 3448439)"),
        ("city,Ais de Prouvenço,FR,7", "Aix-en-Provence (FR, 3038354)"),
        ("city,AIX EN PROVENCE,FR,7", "Aix-en-Provence (FR, 3038354)"),
        ("county,Åbo,FI,7", "Turku (FI, 633679)"),
        ("city,St Polten,AT,7", "St. Pölten (AT, without an id)"),
    ],
)
async def test_any_other_name_of_a_member_takes_none_and_is_told(
    stored: RegistryUnderTest, row: str, meant: str
) -> None:
    before = await cities(stored)
    answer = await stored.import_file("cities", f"kind,name,country,population\n{row}\n")
    name = row.split(",")[1]
    by_id = "" if "without an id" in meant else "its geonames_id, or "
    sentence = f"“{name}” can mean {meant}; if it does, give {by_id}its name as it is stored."
    assert told(answer) == [(2, "name", sentence)]
    assert await cities(stored) == before


async def test_an_empty_id_does_not_take_the_id_away(stored: RegistryUnderTest) -> None:
    answer = await stored.import_file("cities", CITIES + "city,São Paulo,,BR,,7\n")
    assert answer.json()["revised"] == 1, answer.text
    (city,) = await cities(stored, country="BR")
    assert (city["name"], city["geonames_id"], city["population"]) == ("São Paulo", 3448439, 7)


async def test_an_id_that_is_new_goes_to_the_member_of_that_name_that_has_none(stored: RegistryUnderTest) -> None:
    answer = await stored.import_file("cities", CITIES + "city,St. Pölten,,AT,2766429,7\n")
    assert answer.json()["revised"] == 1, answer.text
    (city,) = await cities(stored, country="AT")
    assert (city["name"], city["geonames_id"]) == ("St. Pölten", 2766429)
    answer = await stored.import_file("cities", CITIES + "city,São Paulo,,BR,1,7\n")
    assert answer.json()["created"] == 1, "one with another id is another city"


async def test_a_name_that_two_members_have_is_refused_with_both(stored: RegistryUnderTest) -> None:
    answer = await stored.import_file("cities", "kind,name,country\ncity,Turku,FI\ncity,portland,US\n")
    assert told(answer) == [
        (
            3,
            "name",
            "“portland” can mean Portland (US, 5746545) or Portland (US, 4975802); "
            "give the geonames_id of the one that is meant.",
        )
    ]


async def test_rows_of_one_file_are_not_doubled_however_they_are_written(stored: RegistryUnderTest) -> None:
    rows = "city,Saint-Étienne,FR\ncity,SAINT-ÉTIENNE,FR\ncity,São Paulo,BR\ncity,SÃO  PAULO,BR\n"
    answer = await stored.import_file("cities", "kind,name,country\n" + rows)
    assert (answer.json()["created"], answer.json()["unchanged"]) == (1, 1), answer.text
    assert answer.json()["read_as"] == ["Rows about the same city are read as one: lines 2 and 3; 4 and 5."]


async def test_a_new_member_that_is_spelt_much_like_another_is_told(stored: RegistryUnderTest) -> None:
    rows = "city,Sao Paollo,,BR,,\ncity,São Paollo,,BR,7,\ncity,Recife,,BR,,\ncity,Recifee,,BR,8,\n"
    answer = await stored.import_file("cities", CITIES + rows, dry_run=True)
    assert answer.json()["created"] == 3, answer.text
    assert answer.json()["alike"] == [
        "Line 2: “Sao Paollo” is new, and much like São Paulo (BR, 3448439).",
        "Line 5: “Recifee” is new, and much like Recife (BR, without an id).",
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("city,Turku,,FI,,", "“Turku” is new, and much like the county Turku (FI, 633679)."),
        ("city,Åbo,,FI,,", "“Åbo” is new, and much like the county Turku (FI, 633679)."),
        ("city,Turkuu,,FI,,", "“Turkuu” is new, and much like the county Turku (FI, 633679)."),
        ("city,Turku stad,,FI,633679,", "“Turku stad” is new, and much like the county Turku (FI, 633679)."),
        ("district,St. Pölten,,AT,7,", "“St. Pölten” is new, and much like the city St. Pölten (AT, without an id)."),
        ("city,Turku,,FI,7,", None),
    ],
    ids=["name", "local name", "spelt otherwise", "id", "other without an id", "two ids"],
)
async def test_a_new_member_that_is_entered_as_another_kind_is_told(
    stored: RegistryUnderTest, row: str, told: str | None
) -> None:
    answer = await stored.import_file("cities", f"{CITIES}{row}\n", dry_run=True)
    assert answer.json()["created"] == 1, answer.text
    assert answer.json()["alike"] == ([] if told is None else [f"Line 2: {told}"])


async def test_a_partner_is_found_by_name_and_country(registry: RegistryUnderTest) -> None:
    heading = "kind,name,home_country,registration_id,web\n"
    await registry.import_file("partners", heading + "foundation,Fundação Lér,PT,PT-1,\n", endorse=True)
    answer = await registry.import_file(
        "partners", "kind,name,home_country,web\nngo,FUNDAÇÃO Lér,PT,https://l.example\n"
    )
    assert answer.json()["revised"] == 1, answer.text
    (partner,) = (await registry.client.get("/registry/v1/partners")).json()["items"]
    assert (partner["name"], partner["registration_id"], partner["kind"]) == ("Fundação Lér", "PT-1", "ngo")


async def test_requests_and_twinnings_are_found_by_the_names_of_cities(stored: RegistryUnderTest) -> None:
    requests = "city_name,city_country,title,amount_min,amount_max,currency\n"
    answer = await stored.import_file("requests", requests + "são paulo,BR,Books,1,2,EUR\nSão Paulo,BR,books,1,2,EUR\n")
    assert told(answer) == [(3, None, "This row is about the same entry as line 2; take one of the two out.")]
    answer = await stored.import_file("requests", requests + "são paulo,BR,Books,1,2,EUR\n")
    assert answer.json()["created"] == 1
    twinnings = "a_name,a_country,b_name,b_country,b_kind\n"
    rows = "São Paulo,BR,Turku,FI,county\nst. pölten,,aix-en-provence,,city\n"
    answer = await stored.import_file("twinnings", twinnings + rows)
    assert answer.json()["created"] == 2, answer.text
    again = "a_geonames_id,b_name,b_country\n3448439,turku,FI\n".replace("b_country\n", "b_country,b_kind\n", 1)
    answer = await stored.import_file("twinnings", again.replace("turku,FI", "turku,FI,county"))
    assert answer.json()["unchanged"] == 1, answer.text


async def test_a_city_that_is_not_found_by_name_is_told_with_near_ones(stored: RegistryUnderTest) -> None:
    twinnings = (
        "a_name,a_country,b_name,b_country\n"
        "Sao Paolo,BR,Portland,US\n"
        "Turku,FI,Aix-en-Provence,FR\n"
        "Aix-en-Provence,FR,Ais de Prouvènço,FR\n"
        ",,Portland,US\n"
    )
    assert told(await stored.import_file("twinnings", twinnings)) == [
        (
            2,
            "a_name",
            "No city is registered as “Sao Paolo” in BR; correct it, or import it first. Did you mean São Paulo?",
        ),
        (
            2,
            "b_name",
            "“Portland” can mean Portland (US, 5746545) or Portland (US, 4975802); "
            "give the b_geonames_id of the one that is meant.",
        ),
        (
            3,
            "a_name",
            "No city is registered as “Turku” in FI; correct it, or import it first. "
            "Did you mean the county Turku (FI, 633679)?",
        ),
        (
            4,
            "b_name",
            "No city is registered as “Ais de Prouvènço” in FR; correct it, or import it first. "
            "Did you mean Aix-en-Provence?",
        ),
        (5, "a_name", "Give the city's name, or its GeoNames id."),
    ]
