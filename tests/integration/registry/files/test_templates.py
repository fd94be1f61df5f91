"""Workbooks to fill in: they hold what an import takes, and an import takes what was filled in."""

import io
from typing import Any

import openpyxl
import pytest

from isopolity.registry.entrypoints.imports.cells.codes import code_lists
from isopolity.registry.entrypoints.imports.tables import TABLES
from tests.support.registry.service import RegistryUnderTest, staff


async def template(registry: RegistryUnderTest, kind: str) -> Any:
    answer = await registry.client.get(f"/registry/v1/imports/templates/{kind}", headers=staff())
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.xlsx"'
    return openpyxl.load_workbook(io.BytesIO(answer.content))


@pytest.mark.parametrize("kind", TABLES)
async def test_a_template_has_every_column_and_an_import_takes_it_empty(
    on_sqlite: RegistryUnderTest, kind: str
) -> None:
    workbook = await template(on_sqlite, kind)
    assert [cell.value for cell in workbook.worksheets[0][1]] == list(TABLES[kind].columns)
    explained = list(workbook["columns"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in explained] == list(TABLES[kind].columns)
    assert all(row[1] and row[3] for row in explained)
    content = io.BytesIO()
    workbook.save(content)
    answer = await on_sqlite.import_file(kind, content.getvalue())
    assert (answer.status_code, answer.json()["rows"]) == (200, 0)


def offered(workbook: Any) -> dict[str, list[str]]:
    """What the drop-downs of the first sheet offer, by column."""
    sheet = workbook.worksheets[0]
    found = {}
    for validation in sheet.data_validations.dataValidation:
        if validation.type == "list":
            column = sheet[str(validation.sqref).split("2:")[0] + "1"].value
            if validation.formula1.startswith('"'):
                found[column] = validation.formula1.strip('"').split(",")
            else:
                name, place = validation.formula1.split("!")
                found[column] = [cell.value for (cell,) in workbook[name][place.replace("$", "")]]
    return found


async def test_drop_downs_offer_the_names_of_their_lists(on_sqlite: RegistryUnderTest) -> None:
    choices = offered(await template(on_sqlite, "cities"))
    assert choices["can_host"] == ["yes", "no"]
    for column, noun in (("country", "country"), ("kind", "kind of city"), ("contact_role", "role")):
        assert choices[column] == list(code_lists()[noun].labels.values())
    choices = offered(await template(on_sqlite, "twinnings"))
    assert choices.keys() == {"a_kind", "a_country", "b_kind", "b_country"}


async def test_what_drop_downs_offer_is_taken(on_sqlite: RegistryUnderTest) -> None:
    workbook = await template(on_sqlite, "cities")
    choices = offered(workbook)
    sheet = workbook.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line, country in enumerate(choices["country"], start=2):
        filled = {
            "name": f"City {line}",
            "country": country,
            "population": 84_000,
            "needs": "quality education:3:webinar",
        }
        filled |= {name: found[line % len(found)] for name, found in choices.items() if name != "country"}
        filled |= {"contact_name": "Office", "contact_email": f"office{line}@city.example", "online_only": "no"}
        for name, value in filled.items():
            sheet.cell(line, columns[name], value)
    content = io.BytesIO()
    workbook.save(content)
    answer = await on_sqlite.import_file("cities", content.getvalue(), endorse=True)
    assert answer.json()["created"] == len(choices["country"]), answer.text[:2000]


async def test_only_staff_gets_templates_and_only_of_what_can_be_imported(on_sqlite: RegistryUnderTest) -> None:
    path = "/registry/v1/imports/templates"
    assert (await on_sqlite.client.get(f"{path}/cities")).status_code == 401
    assert (await on_sqlite.client.get(f"{path}/people", headers=staff())).status_code == 422
