"""Workbooks of secretariats: the table is found in them, what is left out is told, and what is open is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from isopolity.registry.entrypoints.imports import merged_cells, preparation
from isopolity.registry.entrypoints.imports.kept_sheets import kept_sheets
from tests.support.registry.prepared_files import PATH, prepare, rows, take
from tests.support.registry.secretariat import foundations_and_cities, french, german, merged_over_rows, unnamed
from tests.support.registry.service import RegistryUnderTest, staff


async def lay_out(registry: RegistryUnderTest, prepared: Any, status: int = 200, **changes: Any) -> Any:
    layout = prepared["layout"]
    order = {
        "sheet": layout["sheet"],
        "heading": layout["heading"],
        "columns": [each["column"] for each in layout["headings"]],
        "constants": layout["constants"],
        **changes,
    }
    answer = await registry.client.put(f"{PATH}/{prepared['import_id']}/layout", json=order, headers=staff())
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_french_workbook_is_read_as_it_comes(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, french(), ask=True)
    layout = prepared["layout"]
    assert (layout["sheets"], layout["sheet"], layout["heading"]) == (["Feuil1", "Liste"], 1, 3)
    assert [each["column"] for each in layout["headings"]] == [
        *("name", "country", "population", "web", "contact_name", "contact_email", None, "needs")
    ]
    assert prepared["left_out"] == [
        "Only the sheet “Liste” is read.",
        "Left out above the headings: “Liste des villes apprenantes 2026”.",
        "Left out below the headings, as they are no rows: line 10, “Source : secrétariat”.",
        "Columns left out: “Remarques”.",
        "Merged cells count for each row that they span: B7:B8.",
    ]
    assert (prepared["created"], prepared["invalid"], prepared["questions"]) == (5, 0, [])
    found = await rows(on_sqlite, prepared, state="new")
    assert [each["cells"]["kind"] for each in found] == ["city"] * 5
    taken = await take(on_sqlite, prepared)
    assert taken.status_code == 200, taken.text
    listed = await on_sqlite.client.get("/registry/v1/cities?status=any", headers=staff())
    assert {each["name"]: (each["country"], each["population"]) for each in listed.json()["items"]} == {
        "Bonn": ("DE", 336_465),
        "Beyrouth": ("LB", 361_366),
        "Turku": ("FI", 1_250_000),
        "Abidjan": ("CI", 4_707_404),
        "Bouaké": ("CI", 832_371),
    }


async def test_a_cell_merged_over_three_rows_counts_for_each_of_them_and_no_empty_cell_does(
    on_sqlite: RegistryUnderTest,
) -> None:
    prepared = await prepare(on_sqlite, merged_over_rows(), ask=True)
    assert "Merged cells count for each row that they span: A2:A4." in prepared["left_out"]
    assert "Cells merged across columns count for the first column: C3:D3." in prepared["left_out"]
    found = await rows(on_sqlite, prepared, state="new")
    assert [(each["cells"]["name"], each["cells"]["country"]) for each in found] == [
        *(("Lyon", "France"), ("Lille", "France"), ("Nantes", "France"))
    ]
    (wrong,) = await rows(on_sqlite, prepared, state="wrong")
    assert (wrong["line"], wrong["cells"].get("country")) == (5, None)
    again = await lay_out(on_sqlite, prepared)
    assert (again["created"], again["invalid"]) == (3, 1)


async def test_more_merged_cells_than_are_read_are_told(
    on_sqlite: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged_cells, "MOST_MERGED", 1)
    prepared = await prepare(on_sqlite, merged_over_rows(), ask=True)
    assert prepared["left_out"][-1].startswith("Only the first")


async def test_a_german_workbook_asks_once_how_its_numbers_are_written(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, german(), ask=True)
    (question,) = prepared["questions"]
    assert "“84.000” can mean 84 or 84,000" in question
    assert (await take(on_sqlite, prepared | {"shown": "0" * 64})).status_code == 422
    prepared = await lay_out(on_sqlite, prepared, decimal="comma")
    assert (prepared["questions"], prepared["created"], prepared["invalid"]) == ([], 2, 0)
    assert "Left out below the headings, as they are no rows: line 6, “Summe | 96.000”." in prepared["left_out"]
    assert (await take(on_sqlite, prepared)).status_code == 200


async def test_columns_are_seen_by_content_and_what_is_chosen_is_remembered(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, unnamed(), ask=True)
    columns = [each["column"] for each in prepared["layout"]["headings"]]
    assert columns[:4] == ["name", "country", "contact_email", None]
    (told,) = [each for each in prepared["left_out"] if each.startswith("Columns")]
    assert told == "Columns left out: “Q0”; “Q1”; “Q2”; “Q3”; “Q4” and 295 more."
    chosen = await lay_out(on_sqlite, prepared, columns=["name", "country", *[None] * 301])
    assert (chosen["created"], chosen["invalid"]) == (2, 0)
    again = await prepare(on_sqlite, unnamed(), ask=True)
    assert [each["column"] for each in again["layout"]["headings"]][:3] == ["name", "country", None]


async def test_a_column_without_a_heading_is_named_if_it_holds_something(on_sqlite: RegistryUnderTest) -> None:
    content = "Ville;;Pays;;Population\nLyon;;France;0;520 774\nBonn;;Allemagne;;1\n"
    prepared = await prepare(on_sqlite, content, ask=True)
    assert [each for each in prepared["left_out"] if each.startswith("Columns")] == ["Columns left out: “column 4”."]


async def test_another_sheet_or_line_is_guessed_anew_and_a_wrong_choice_is_refused(
    on_sqlite: RegistryUnderTest,
) -> None:
    prepared = await prepare(on_sqlite, french(), ask=True)
    empty = await lay_out(on_sqlite, prepared, sheet=0)
    assert empty["questions"]
    back = await lay_out(on_sqlite, empty, sheet=1)
    assert (back["layout"]["heading"], back["created"]) == (3, 5)
    path, order = f"{PATH}/{prepared['import_id']}/layout", {"sheet": 1, "heading": 3}
    answer = await on_sqlite.client.put(path, json={"sheet": 2, "heading": 3}, headers=staff())
    assert (answer.status_code, "no such sheet" in answer.text) == (422, True)
    for columns in (["name", "name", *[None] * 6], ["nonsense", *[None] * 7], ["name"]):
        answer = await on_sqlite.client.put(path, json={**order, "columns": columns}, headers=staff())
        assert answer.status_code == 422, answer.text


async def test_of_two_sheets_the_one_with_all_that_is_needed_is_read(on_sqlite: RegistryUnderTest) -> None:
    book = foundations_and_cities()
    prepared = await prepare(on_sqlite, book, ask=True)
    assert (prepared["layout"]["sheet"], prepared["created"]) == (1, 1)
    partners = await prepare(on_sqlite, book, "partners", ask=True)
    assert partners["layout"]["sheet"] == 0
    assert partners["questions"] == [
        "Choose which column of your file is kind. If kind is the same for all rows, say so once."
    ]
    laid = await lay_out(on_sqlite, partners, constants={"kind": "foundation"})
    assert (laid["questions"], laid["created"]) == ([], 1)


async def test_a_csv_file_with_a_title_is_read_and_a_shifted_row_is_not(on_sqlite: RegistryUnderTest) -> None:
    content = "Villes, 2026\nVille;Pays;Population\nLyon;France;520 774\nBonn;Allemagne;1;2\n"
    prepared = await prepare(on_sqlite, content, ask=True)
    assert (prepared["layout"]["heading"], prepared["created"], prepared["invalid"]) == (2, 1, 1)


async def test_a_line_that_is_not_offered_is_refused_in_a_sentence(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, french(), ask=True)
    refused = await lay_out(on_sqlite, prepared, status=422, heading=999)
    assert refused["detail"] == "Line 999 cannot be the line of headings; choose one of the list."


async def test_a_layout_that_comes_after_the_import_undoes_nothing(
    on_sqlite: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = await prepare(on_sqlite, french(), ask=True)

    @asynccontextmanager
    async def imported_meanwhile(*of: Any) -> AsyncIterator[Any]:
        async with kept_sheets(*of) as sheets:
            assert (await take(on_sqlite, prepared, skip_wrong=True)).status_code == 200
            yield sheets

    monkeypatch.setattr(preparation, "kept_sheets", imported_meanwhile)
    refused = await lay_out(on_sqlite, prepared, status=412)
    assert refused["code"] == "changed-meanwhile"
    standing = await on_sqlite.client.get(f"{PATH}/{prepared['import_id']}", headers=staff())
    assert standing.json()["taken_at"] is not None


async def test_a_second_line_of_headings_and_totals_are_left_out_with_a_word(on_sqlite: RegistryUnderTest) -> None:
    content = "\n".join(
        (
            *("N°;Stadt / City;Land;Kontakt;;Einwohner", ";;;Name;E-Mail;(2024)"),
            *("1;Lyon;Frankreich;Mme Morel;morel@lyon.example;523000", "2;Total;Frankreich;;;1200"),
            *(";Total;2 villes;;;", "Summe:;;;;;524200", "3;Gesamt;2;;;"),
        )
    )
    prepared = await prepare(on_sqlite, content, ask=True)
    (second,) = [each for each in prepared["left_out"] if each.startswith("The second line")]
    assert second == "The second line of headings is left out: “Name | E-Mail | (2024)”."
    assert (
        "Left out below the headings, as they are no rows: line 5, “Total | 2 villes”; line 6, “Summe: | 524200”; "
        "line 7, “3 | Gesamt | 2”."
    ) in prepared["left_out"]
    new = await rows(on_sqlite, prepared, state="new")
    assert ([each["cells"]["name"] for each in new], prepared["invalid"]) == (["Lyon", "Total"], 0)


async def test_a_first_row_without_any_heading_is_no_second_line_of_headings(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, "Ville;Pays;Population\nLyon;France;(523000)\n", ask=True)
    assert (prepared["rows"], prepared["left_out"]) == (1, [])


@pytest.mark.parametrize(
    "headings",
    ["Stadt;Land;Einwohner (in Tsd.)\n", "Ville;Pays;Population en milliers\n", "City;Country;Population\n;;(k)\n"],
)
async def test_inhabitants_in_thousands_are_asked_for_once_and_multiplied(
    on_sqlite: RegistryUnderTest, headings: str
) -> None:
    prepared = await prepare(on_sqlite, f"{headings}Lyon;FR;523\nBonn;DE;331,5\n", ask=True)
    (question,) = prepared["questions"]
    assert "says that inhabitants are in thousands. Send inhabitants=thousands if they are" in question
    prepared = await lay_out(on_sqlite, prepared, inhabitants="thousands")
    assert (prepared["questions"], prepared["created"], prepared["invalid"]) == ([], 2, 0)
    assert "Numbers of inhabitants are multiplied by 1,000, as you chose." in prepared["read_as"]
    assert (await take(on_sqlite, prepared)).status_code == 200
    listed = await on_sqlite.client.get("/registry/v1/cities?status=any", headers=staff())
    assert {each["name"]: each["population"] for each in listed.json()["items"]} == {"Lyon": 523_000, "Bonn": 331_500}


async def test_a_thousandth_of_what_is_stored_is_asked_for_once(on_sqlite: RegistryUnderTest) -> None:
    stored = "City;Country;Population\nLyon;FR;523000\nBonn;DE;331500\nTurku;FI;200000\n"
    assert (await take(on_sqlite, await prepare(on_sqlite, stored, ask=True))).status_code == 200
    prepared = await prepare(on_sqlite, stored.replace("523000", "520").replace("331500", "332"), ask=True)
    (question,) = prepared["questions"]
    assert "2 members would have about a thousandth of what is stored, such as 520 instead of 523,000." in question
    prepared = await lay_out(on_sqlite, prepared, inhabitants="ones")
    assert (prepared["questions"], prepared["revised"]) == ([], 2)


async def test_a_date_in_a_column_of_years_gives_its_year_with_a_word(on_sqlite: RegistryUnderTest) -> None:
    content = "Stadt;Land;Beitritt\nLyon;Frankreich;25.08.2020\nBonn;DE;03/04/2021\nTurku;FI;2019\n"
    prepared = await prepare(on_sqlite, content, ask=True)
    assert (prepared["questions"], prepared["created"], prepared["invalid"]) == ([], 3, 0)
    word = "Of a date in learning_city_since only the year counts, as in line 2, learning_city_since: “25.08.2020”."
    assert word in prepared["read_as"]
    assert (await take(on_sqlite, prepared)).status_code == 200
    listed = await on_sqlite.client.get("/registry/v1/cities?status=any", headers=staff())
    since = {each["name"]: each["learning_city_since"] for each in listed.json()["items"]}
    assert since == {"Lyon": 2020, "Bonn": 2021, "Turku": 2019}


async def test_empty_cells_of_a_list_made_for_reading_repeat_the_one_above_if_staff_says_so(
    on_sqlite: RegistryUnderTest,
) -> None:
    content = "Pays;Ville;Population;Web\nFrance;Lyon;520774;\n;Lille;;\nMaroc;Benguérir;88000;\n;Ariana;;\n;;;\n"
    prepared = await prepare(on_sqlite, content + "Source : secrétariat\n", ask=True)
    assert (prepared["created"], prepared["invalid"], prepared["layout"]["repeated"]) == (2, 0, [])
    prepared = await lay_out(on_sqlite, prepared, repeated=["country"])
    assert (prepared["created"], prepared["layout"]["repeated"]) == (4, ["country"])
    assert "Empty cells of country repeat the one above, as you chose." in prepared["left_out"]
    new = await rows(on_sqlite, prepared, state="new")
    assert [(each["cells"]["name"], each["cells"]["country"], each["cells"].get("population")) for each in new] == [
        *(("Lyon", "France", "520774"), ("Lille", "France", None)),
        *(("Benguérir", "Maroc", "88000"), ("Ariana", "Maroc", None)),
    ]
    again = await prepare(on_sqlite, content, ask=True)
    assert (again["created"], again["layout"]["repeated"]) == (4, ["country"])
