"""Exports: an import of one changes nothing, and elsewhere it makes the same members."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.demo_files import demo_file
from tests.support.registry.prepared_files import PATH, prepare, rows, take
from tests.support.registry.service import CITY, RegistryUnderTest, open_under_test, staff

KINDS = ("cities", "partners", "requests", "twinnings")
EXPORTED = ("cities", "partners", "needs-and-offers", "requests", "twinnings")
FORMS = ("csv", "xlsx", "json")

ODD: dict[str, Any] = CITY | {
    "name": "'s-Hertogenbosch | Den Bosch",
    "geonames_id": None,
    "country": "NL",
    "local_names": ["-plus", "a|b\\", "84.000"],
    "latitude": 51.125,
    "longitude": -0.00001,
    "needs": [
        {"subject": "cluster.literacy", "intensity": 4, "mode": "webinar", "valid_until": "2027-12-31"},
        {
            "subject": "cluster.literacy",
            "intensity": 2,
            "mode": "webinar",
            "title": "=Reading | aloud",
            "text": "Families read to each other on Sundays.",
            "language": "en",
            "topics": ["topic.556", "topic.57"],
        },
    ],
    "offers": [{"subject": "sdg.13", "intensity": 5, "mode": "study-visit", "title": "Dijken", "language": "nl"}],
}
CONTACTS = [
    {"role": "deputy", "name": "Deputy Office", "email": "deputy@city.example"},
    {"role": "coordinator", "name": "=Office", "email": "office@city.example", "language": "nl"},
]


async def export(registry: RegistryUnderTest, kind: str, form: str) -> bytes:
    answer = await registry.client.get(f"/registry/v1/exports/{kind}", params={"form": form}, headers=staff())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.{form}"'
    return answer.content


async def profiles(registry: RegistryUnderTest, kind: str) -> list[Any]:
    """The entries of the directory without what is another elsewhere, in the order of their names."""
    found, cursor = list[Any](), None
    while True:
        query = {"limit": 500} | ({"cursor": cursor} if cursor else {})
        page = (await registry.client.get(f"/registry/v1/{kind}", params=query, headers=staff())).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    for one in found:
        for name in ("city_id", "partner_id", "request_id", "twinning_id", "city_a", "city_b", "version"):
            one.pop(name, None)
        for programme in one.get("programmes", ()):
            del programme["programme_id"]
    return sorted(found, key=lambda one: json.dumps(one, sort_keys=True))


async def test_an_import_of_an_export_of_the_demo_changes_nothing(registry: RegistryUnderTest) -> None:
    for kind in KINDS:
        answer = await registry.import_file(kind, demo_file(kind).read_bytes(), endorse=True)
        assert answer.status_code == 200, answer.text[:500]
    await registry.add_city(**ODD)
    events = len(await registry.events())
    for kind in EXPORTED:
        for form in FORMS:
            content = await export(registry, kind, form)
            answer = await registry.import_file(kind, content)
            assert answer.status_code == 200, answer.text[:1000]
            entries = len(await profiles(registry, "cities" if kind == "needs-and-offers" else kind))
            assert answer.json()["unchanged"] == answer.json()["rows"] == entries > 0
    assert len(await registry.events()) == events


async def with_all_new(registry: RegistryUnderTest, prepared: Any) -> Any:
    """The import once each row that may be another row of the file was chosen to be a new member."""
    asking = await rows(registry, prepared, state="asks")
    assert all(one["line"] for row in asking for one in row["candidates"])
    order = {"shown": prepared["shown"], "choices": [{"line": row["line"], "choice": "new"} for row in asking]}
    answer = await registry.client.post(f"{PATH}/{prepared['import_id']}/correct", json=order, headers=staff())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_export_that_is_looked_at_on_the_page_asks_nothing_and_changes_nothing(
    on_sqlite: RegistryUnderTest, tmp_path: Path
) -> None:
    for kind in KINDS:
        await on_sqlite.import_file(kind, demo_file(kind).read_bytes(), endorse=True)
    await on_sqlite.add_city(**ODD, contact=CONTACTS[1])
    other = tmp_path / "other"
    other.mkdir()
    async with open_under_test(f"sqlite+aiosqlite:///{other / 'registry.db'}", other) as elsewhere:
        for kind in EXPORTED:
            content = await export(on_sqlite, kind, "csv")
            prepared = await prepare(on_sqlite, content, kind, ask=True)
            names = ("created", "revised", "invalid", "asking", "rows_left_out", "emptied")
            assert [prepared[name] for name in names] == [0] * 6, kind
            assert (prepared["questions"], prepared["left_out"], prepared["unchanged"] > 0) == ([], [], True)
            content = await export(on_sqlite, kind, "xlsx")
            brought = await prepare(elsewhere, content, kind, ask=True)
            assert (brought["invalid"], brought["questions"]) == (0, []), kind
            brought = await with_all_new(elsewhere, brought)
            taken = await take(elsewhere, brought, endorse=kind in ("cities", "partners"))
            assert taken.status_code == 200, taken.text
        for kind in KINDS:
            assert len(await profiles(elsewhere, kind)) == len(await profiles(on_sqlite, kind))


@pytest.mark.parametrize("form", ["csv", *(pytest.param(each, marks=pytest.mark.long) for each in FORMS[1:])])
async def test_elsewhere_an_export_makes_the_same_members(
    on_sqlite: RegistryUnderTest, tmp_path: Path, form: str
) -> None:
    for kind in KINDS:
        await on_sqlite.import_file(kind, demo_file(kind).read_bytes(), endorse=True)
    await on_sqlite.add_city(**ODD, contact=CONTACTS[1])
    other = tmp_path / "other"
    other.mkdir()
    async with open_under_test(f"sqlite+aiosqlite:///{other / 'registry.db'}", other) as elsewhere:
        for kind in EXPORTED:
            answer = await elsewhere.import_file(kind, await export(on_sqlite, kind, form), endorse=True)
            assert answer.status_code == 200, answer.text[:1000]
        for kind in KINDS:
            assert await profiles(elsewhere, kind) == await profiles(on_sqlite, kind)
            again = await elsewhere.import_file(kind, await export(on_sqlite, kind, form))
            assert again.json()["created"] == again.json()["revised"] == 0


async def test_one_contact_of_a_member_is_exported_the_coordinator_first(on_sqlite: RegistryUnderTest) -> None:
    city_id = await on_sqlite.add_city(**ODD)
    for person in CONTACTS:
        body = person | {"member_kind": "city", "member_id": city_id}
        assert (await on_sqlite.client.post("/registry/v1/contacts", json=body, headers=staff())).status_code == 201
    content = (await export(on_sqlite, "cities", "csv")).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content))
    assert (row["contact_name"], row["contact_email"], row["contact_language"]) == (
        "'=Office",
        "office@city.example",
        "nl",
    )
    answer = await on_sqlite.import_file("cities", content)
    assert answer.json()["unchanged"] == 1, answer.text


async def test_no_cell_of_an_export_is_a_formula(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(**ODD, contact=CONTACTS[1])
    sheet = openpyxl.load_workbook(io.BytesIO(await export(on_sqlite, "cities", "xlsx"))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}
    cells = {name.value: cell for name, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["contact_name"].value, cells["local_names"].value) == ("=Office", "-plus|a\\|b\\\\|84.000")
    for row in csv.reader(io.StringIO((await export(on_sqlite, "cities", "csv")).decode("utf-8-sig"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "@")) or cell == "-plus"]


async def test_who_has_left_and_what_is_closed_is_not_exported(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(geonames_id=1, name="A")
    gone = await on_sqlite.add_city(geonames_id=2, name="B")
    rows = "a_geonames_id,b_geonames_id\n1,2\n"
    await on_sqlite.import_file("twinnings", rows)
    request = {"title": "Books", "amount_min": 1, "amount_max": 2, "currency": "EUR", "city_id": gone}
    await on_sqlite.client.post("/registry/v1/requests", json=request, headers=staff())
    assert json.loads(await export(on_sqlite, "requests", "json"))[0]["city_name"] == "B"
    assert len(json.loads(await export(on_sqlite, "twinnings", "json"))) == 1
    assert (await on_sqlite.client.post(f"/registry/v1/cities/{gone}/withdraw", headers=staff())).status_code < 300
    assert [one["name"] for one in json.loads(await export(on_sqlite, "cities", "json"))] == ["A"]
    assert json.loads(await export(on_sqlite, "requests", "json")) == []
    assert json.loads(await export(on_sqlite, "twinnings", "json")) == []
    assert (await on_sqlite.import_file("requests", await export(on_sqlite, "requests", "csv"))).json()["rows"] == 0


async def test_only_staff_exports(on_sqlite: RegistryUnderTest) -> None:
    assert (await on_sqlite.client.get("/registry/v1/exports/cities")).status_code == 401
