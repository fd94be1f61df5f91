"""Who the rows of a prepared import are: asked, chosen and corrected without sending the file again."""

from typing import Any

import httpx
import pytest

from tests.support.registry.prepared_files import PATH, prepare, rows, take
from tests.support.registry.service import RegistryUnderTest, staff

HEADING = (
    "kind,name,local_names,country,geonames_id,population,latitude,longitude,web,"
    "contact_name,contact_email,contact_role\n"
)
STORED = HEADING + (
    "city,Köln,Colonia,DE,,1,50.94,6.96,https://koeln.example/,Ana,ana@koeln.example,coordinator\n"
    "district,Yaoundé 1er,Yaoundé,CM,,1,,,,,,\n"
    "city,Київ,Kiev,UA,,1,,,,,,\n"
)


@pytest.fixture
async def stored(on_sqlite: RegistryUnderTest) -> RegistryUnderTest:
    answer = await on_sqlite.import_file("cities", STORED, endorse=True)
    assert answer.json()["created"] == 3, answer.text
    return on_sqlite


async def correct(registry: RegistryUnderTest, prepared: Any, **what: Any) -> httpx.Response:
    body = {"shown": prepared["shown"], **what}
    place = f"{PATH}/{prepared['import_id']}/correct"
    return await registry.client.post(place, json=body, headers=staff())


async def names(registry: RegistryUnderTest) -> dict[str, int | None]:
    found = await registry.client.get("/registry/v1/cities?status=any", headers=staff())
    return {each["name"]: each["population"] for each in found.json()["items"]}


async def test_look_alikes_beyond_the_first_six_are_counted(on_sqlite: RegistryUnderTest) -> None:
    rivers = ("Main", "Inn", "Rhein", "Lech", "Isar", "Elbe", "Ems", "Aller")
    known = "".join(f"city,Neustadt am {river},,DE,,1,,,,,,\n" for river in rivers)
    await on_sqlite.import_file("cities", HEADING + known)
    prepared = await prepare(on_sqlite, f"{HEADING}city,Neustadt,,DE,,7,,,,,,\ncity,Neustadt am In,,DE,,7,,,,,,\n")
    (first, _) = await rows(on_sqlite, prepared)
    assert (len(first["candidates"]), first["more_candidates"], first["member_id"]) == (6, 2, None)


async def test_no_more_look_alikes_than_are_listed_are_counted(stored: RegistryUnderTest) -> None:
    prepared = await prepare(stored, f"{HEADING}city,Koln,,DE,,7,,,,,,\n")
    (found,) = await rows(stored, prepared)
    assert (len(found["candidates"]), found["more_candidates"]) == (1, 0)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("city,Koln,,DE,,7,,,,,,", "name"),
        ("city,Colonia,,DE,,7,,,,,,", "other-name"),
        ("city,Cologne,Köln,DE,,7,,,,,,", "other-name"),
        ("city,Köln am Rhein,,DE,,7,,,,,,", "longer-or-shorter"),
        ("city,Cologne,,DE,,7,,,,,,", "other-name"),
        ("city,Кёльн,,DE,,7,,,,,,", "other-name"),
        ("city,科隆,,DE,,7,,,,,,", "other-name"),
        ("city,Keulen am Rhein,,DE,,7,,,,,,", "longer-or-shorter"),
        ("city,Bonnn,Colonge,DE,,7,,,,,,", "similar"),
        ("city,Koelln,,DE,,7,,,,,,", "similar"),
        ("city,Agrippina,,DE,,7,,,,Ana,ANA@koeln.example,coordinator", "contact"),
        ("city,Agrippina,,DE,,7,,,http://www.koeln.example,,,", "web"),
        ("city,Koala,,DE,,7,50.95,6.95,,,,", "distance"),
        ("city,Cologne,,IT,,7,,,,,,", None),
        ("district,Yaoundé,,CM,,7,,,,,,", "other-name"),
        ("city,Yaoundé,,CM,,7,,,,,,", "other-name"),
        ("city,Kyiv,,UA,,7,,,,,,", "other-name"),
        ("city,Kiev,,UA,,7,,,,,,", "other-name"),
        ("city,Kiïv,,UA,,7,,,,,,", "name"),
        ("city,Bonn,,DE,,7,50.73,7.1,,,,", None),
    ],
)
async def test_a_row_that_could_mean_a_member_asks_and_changes_none(
    stored: RegistryUnderTest, row: str, why: str | None
) -> None:
    prepared = await prepare(stored, f"{HEADING}{row}\n")
    (found,) = await rows(stored, prepared)
    assert [each["why"] for each in found["candidates"]] == ([] if why is None else [why])
    assert prepared["asking"] == (why is not None)
    taken = await take(stored, prepared)
    assert taken.status_code == (200 if why is None else 422)
    assert all(each != 7 for name, each in (await names(stored)).items() if name in ("Köln", "Yaoundé 1er", "Київ"))


async def test_a_row_is_what_somebody_chooses(stored: RegistryUnderTest) -> None:
    file = HEADING + "city,Koln,,DE,,7,,,,,,\ncity,Köln am Rhein,,DE,,8,,,,,,\ncity,Kiev,,UA,,9,,,,,,\n"
    prepared = await prepare(stored, file)
    asked = await rows(stored, prepared, state="asks")
    assert [len(each["candidates"]) for each in asked] == [1, 2, 1]
    assert [one["line"] for one in asked[1]["candidates"]] == [None, 2], "an earlier row is a candidate, too"
    koeln = asked[0]["candidates"][0]["member_id"]
    choices = [{"line": 2, "choice": koeln}, {"line": 3, "choice": "new"}, {"line": 4, "choice": "out"}]
    corrected = (await correct(stored, prepared, choices=choices)).json()
    counts = [corrected[name] for name in ("asking", "revised", "created", "rows_left_out")]
    assert counts == [0, 1, 1, 1]
    first, *_ = await rows(stored, corrected)
    assert (first["member_id"], first["member_name"], first["choice"]) == (koeln, "Köln", koeln)
    assert (await correct(stored, prepared, choices=[])).status_code == 412, "somebody else has corrected it"
    taken = await take(stored, corrected)
    assert taken.status_code == 200, taken.text
    assert await names(stored) == {"Köln": 7, "Köln am Rhein": 8, "Yaoundé 1er": 1, "Київ": 1}


async def test_a_choice_is_one_of_the_candidates_and_can_be_taken_back(stored: RegistryUnderTest) -> None:
    prepared = await prepare(stored, HEADING + "city,Colonia,,DE,,7,,,,,,\n")
    for what in (
        {"choices": [{"line": 2, "choice": "somebody"}]},
        {"choices": [{"line": 99, "choice": "new"}]},
        {"cells": [{"line": 2, "column": "mayor", "after": "x"}]},
    ):
        refused = await correct(stored, prepared, **what)
        assert (refused.status_code, refused.json()["code"]) == (409, "not-possible")
    new = (await correct(stored, prepared, choices=[{"line": 2, "choice": "new"}])).json()
    assert (new["created"], new["asking"]) == (1, 0)
    again = (await correct(stored, new, choices=[{"line": 2, "choice": "ask"}])).json()
    assert (again["created"], again["asking"]) == (0, 1)


async def test_a_cell_and_a_whole_column_are_corrected_on_the_page(stored: RegistryUnderTest) -> None:
    file = (
        HEADING
        + "city,Bonn,,Alemania del Sur,,many,,,,,,\ncity,Kiel,,Alemania del Sur,,8,,,,,,\ncity,Lyon,,FR,,9,,,,,,\n"
    )
    prepared = await prepare(stored, file)
    assert prepared["invalid"] == 2
    cells = [{"line": 2, "column": "population", "after": "7"}]
    columns = [{"column": "country", "before": "Alemania del Sur", "after": "DE"}]
    corrected = (await correct(stored, prepared, cells=cells, columns=columns)).json()
    assert (corrected["invalid"], corrected["created"]) == (0, 3)
    back = await stored.client.get(f"{PATH}/{prepared['import_id']}/file?form=csv", headers=staff())
    assert "Bonn,,DE,,7" in back.text
    assert (await take(stored, corrected)).json()["created"] == 3
    gone = await correct(stored, corrected, columns=columns)
    assert gone.status_code == 410


async def test_all_empty_cells_of_a_column_are_filled_at_once(stored: RegistryUnderTest) -> None:
    file = HEADING + "city,Bonn,,,,7,,,,,,\ncity,Kiel,,,,8,,,,,,\ncity,Lyon,,FR,,9,,,,,,\n"
    prepared = await prepare(stored, file)
    assert prepared["invalid"] == 2
    corrected = (await correct(stored, prepared, columns=[{"column": "country", "before": "", "after": "DE"}])).json()
    assert (corrected["invalid"], corrected["created"]) == (0, 3)
    assert [each["cells"]["country"] for each in await rows(stored, corrected)] == ["DE", "DE", "FR"]


async def test_an_optional_cell_is_emptied_and_a_needed_one_is_not(on_sqlite: RegistryUnderTest) -> None:
    content = "kind,name,country,population,capacity,web\ncity,Lyon,FR,many,,none\ncity,Bonn,DE,many,few,\n"
    prepared = await prepare(on_sqlite, content)
    assert prepared["invalid"] == 2
    cells = [
        *({"line": 2, "column": "web", "after": " "}, {"line": 3, "column": "capacity", "after": ""}),
        {"line": 3, "column": "country", "after": ""},
    ]
    columns = [{"column": "population", "before": "many", "after": ""}]
    corrected = (await correct(on_sqlite, prepared, cells=cells, columns=columns)).json()
    assert (corrected["created"], corrected["invalid"]) == (1, 1)
    (wrong,) = await rows(on_sqlite, corrected, state="wrong")
    assert wrong["problems"] == [{"column": "country", "detail": "Give a value."}]
